"""Bringing a database to the shape this version needs: our tables by Alembic, the queue's by PgQueuer itself.

Forward only, under an advisory lock, so that several processes may start at once. When nothing is to be done, one
small query says so and Alembic is not even imported.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

import asyncpg
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.queries import Queries

from deskbell import DeskbellError

if TYPE_CHECKING:
    from sqlalchemy import Connection as SyncConnection

#: The newest step in `versions/`; a test holds the two together.
HEAD = "0010"

#: Any number of our own; taken while the tables change.
_LOCK = 0x6465736B


class NewerDatabase(DeskbellError):
    """The database has the shape of a newer version of Deskbell."""


async def migrate(url: str) -> bool:
    """Brings the database up to date. Returns whether anything had to be done. Raises `NewerDatabase`."""
    connection = await asyncpg.connect(url)
    try:
        step = await current(connection)
        if step == HEAD:
            return False
        if step is not None and step > HEAD:
            raise NewerDatabase(
                f"The database is at step {step}, and this version of Deskbell knows steps up to {HEAD}: a newer one"
                " has upgraded it. Run that one, or restore the backup that was made before."
            )
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        try:
            if await current(connection) == HEAD:
                return False
            await _queue_tables(connection)
            await _our_tables(url)
        finally:
            await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)
        return True
    finally:
        await connection.close()


async def current(connection: asyncpg.Connection) -> str | None:
    """The step this database stands at; None when it is empty."""
    if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
        return None
    step: str | None = await connection.fetchval("SELECT version_num FROM alembic_version")
    return step


async def _queue_tables(connection: asyncpg.Connection) -> None:
    queries = Queries.from_asyncpg_connection(connection)
    # The log of finished jobs is only for looking at: it need not survive a crash, and not writing it ahead
    # halves what the queue costs. The jobs themselves are durable.
    queries.qbe.settings = DBSettings(durability=Durability.balanced)
    if await queries.schema_is_installed():
        await queries.upgrade()
    else:
        await queries.install()


async def _our_tables(url: str) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool

    async def creator() -> Any:
        return await asyncpg.connect(url)

    def upgrade(connection: SyncConnection) -> None:
        config = Config()
        config.set_main_option("script_location", str(files("core.store") / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    engine = create_async_engine("postgresql+asyncpg://", async_creator=creator, poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
    finally:
        await engine.dispose()
