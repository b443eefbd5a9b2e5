"""What conversation tests read of a database of their own, and how they empty it between two conversations."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from core.store.database import Connection

#: Set on a server whose data nobody needs tomorrow: nothing of it has to reach the disk.
SETTINGS = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "autovacuum = off")


async def tables(connection: Connection) -> list[str]:
    """Every table that conversations leave rows in."""
    rows = await connection.fetch(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%' ORDER BY 1"
    )
    return [row["tablename"] for row in rows]


async def empty(connection: Connection) -> None:
    """Takes every row out of every table: in a millisecond, where TRUNCATE takes a tenth of a second."""
    deletes = "; ".join(f"DELETE FROM {table}" for table in await tables(connection))  # noqa: S608 - our own names
    # As a replica would: the order in which tables refer to each other does not matter then.
    await connection.execute(f"BEGIN; SET LOCAL session_replication_role = replica; {deletes}; COMMIT")


async def everything(connection: Connection) -> str:
    """All rows of all tables as one text, to look for what must not be stored."""
    parts = [
        await connection.fetchval(f"SELECT string_agg(t::text, E'\\n') FROM {table} t")  # noqa: S608 - our own names
        for table in await tables(connection)
    ]
    return "\n".join(part for part in parts if part)


async def conversation_of(connection: Connection, clinic: str, address: str) -> int | None:
    found: int | None = await connection.fetchval(
        "SELECT id FROM conversation WHERE clinic = $1 AND address = $2", clinic, address
    )
    return found


async def outgoing(connection: Connection, clinic: str, conversation: int) -> list[asyncpg.Record]:
    """Every text of ours to this patient: (key, turn, kind, author, status, reason, text), oldest first."""
    return list(
        await connection.fetch(
            "SELECT key, turn, kind, author, status, reason, text FROM outbox"
            " WHERE clinic = $1 AND conversation = $2 ORDER BY id",
            clinic,
            conversation,
        )
    )


async def events(connection: Connection, clinic: str, conversation: int) -> list[asyncpg.Record]:
    """Every event of a conversation: (seq, kind, body)."""
    return list(
        await connection.fetch(
            "SELECT seq, kind, body FROM event WHERE clinic = $1 AND conversation = $2 ORDER BY seq",
            clinic,
            conversation,
        )
    )


async def next_due(connection: Connection) -> datetime | None:
    """When the next timer, text or deposit's errand comes due; None when nothing waits."""
    found: datetime | None = await connection.fetchval(
        "SELECT least((SELECT min(due_at) FROM timer), (SELECT min(due_at) FROM outbox WHERE status = 'queued'),"
        " (SELECT min(due_at) FROM deposit WHERE errand IS NOT NULL))"
    )
    return found
