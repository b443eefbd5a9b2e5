"""The connection to PostgreSQL: one pool a process, transactions, JSON. SQL itself lives in the sibling modules."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
from pydantic_core import from_json, to_json

#: What every store function takes first: a connection, inside or outside a transaction.
Connection: TypeAlias = asyncpg.Connection

#: A process that freezes inside a transaction must not keep its patients' rows locked: the server gives them up
#: after this, and what the process does when it comes back is void. Our transactions take milliseconds.
_IDLE = "5s"


def _encode(value: Any) -> str:
    return to_json(value).decode()


async def _prepare(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=_encode, decoder=from_json, schema="pg_catalog", format="text")
    if connection.get_server_version().major >= 17:
        # `_IDLE` alone does not see a process that froze between the messages of one statement.
        await connection.execute("SET transaction_timeout = '10s'")


async def _keep(connection: asyncpg.Connection) -> None:
    """Instead of asyncpg's reset: we leave nothing behind on a connection that would need one.

    The stock reset costs a round trip on every release. Listeners have a connection of their own, advisory locks
    are only taken for a transaction, and no session setting is changed.
    """


class Database:
    """A pool of connections. Made by `connect`, closed with `close`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @classmethod
    async def connect(cls, url: str, *, size: int = 10) -> Database:
        """Opens up to `size` connections; `url` is a libpq URL, sockets included.

        Raises `OSError` or `asyncpg.PostgresError` when the server is not to be had.
        """
        pool = await asyncpg.create_pool(
            url,
            min_size=min(2, size),
            max_size=size,
            init=_prepare,
            reset=_keep,
            command_timeout=20,
            server_settings={
                "application_name": "deskbell",
                "jit": "off",
                "idle_in_transaction_session_timeout": _IDLE,
            },
        )
        return cls(pool)

    async def close(self) -> None:
        await self.pool.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with self.pool.acquire() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection inside a transaction: committed at the end, rolled back by an exception."""
        async with self.pool.acquire() as connection, connection.transaction():
            yield connection

    async def ping(self) -> None:
        """Raises when the database does not answer."""
        await self.pool.fetchval("SELECT 1")
