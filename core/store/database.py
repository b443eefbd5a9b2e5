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

    The stock reset costs a round trip on every release. Listeners and locks that last have a connection of their own,
    other advisory locks are only taken for a transaction, and no session setting is changed.
    """


_SETTINGS = {"application_name": "deskbell", "jit": "off", "idle_in_transaction_session_timeout": _IDLE}
#: Seconds that one statement may take.
_COMMAND = 20


async def _pool(url: str, least: int, most: int) -> asyncpg.Pool:
    return await asyncpg.create_pool(
        url,
        min_size=least,
        max_size=most,
        init=_prepare,
        reset=_keep,
        command_timeout=_COMMAND,
        server_settings=_SETTINGS,
    )


#: Connections that only intake uses. A thousand turns may stand in line for the others, and a webhook must not stand
#: behind them: its provider waits two seconds. Texts share one, receipts have another.
_FRONT = 2


class Database:
    """Connections to one database. Made by `connect`, closed with `close`."""

    def __init__(self, url: str, pool: asyncpg.Pool, front: asyncpg.Pool) -> None:
        self._url = url
        self.pool = pool
        self._front = front

    @classmethod
    async def connect(cls, url: str, *, size: int = 10) -> Database:
        """Opens up to `size` connections, and as they are needed the few for intake; `url` is a libpq URL.

        Raises `OSError` or `asyncpg.PostgresError` when the server is not to be had.
        """
        return cls(url, await _pool(url, min(2, size), size), await _pool(url, 0, _FRONT))

    async def close(self) -> None:
        await self.pool.close()
        await self._front.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        async with self.pool.acquire() as connection:
            yield connection

    @asynccontextmanager
    async def transaction(self, *, front: bool = False) -> AsyncIterator[Connection]:
        """A connection inside a transaction: committed at the end, rolled back by an exception. `front` is intake's."""
        pool = self._front if front else self.pool
        async with pool.acquire() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[Connection]:
        """A connection outside the pools, for what lasts as long as the connection does. Raises what `connect` does."""
        connection = await asyncpg.connect(
            self._url, timeout=_COMMAND, command_timeout=_COMMAND, server_settings=_SETTINGS
        )
        try:
            yield connection
        finally:
            connection.terminate()

    async def ping(self) -> None:
        """Raises when the database does not answer."""
        await self._front.fetchval("SELECT 1")
