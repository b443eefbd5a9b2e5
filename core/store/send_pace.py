"""How far the limits of numbers and campaigns are used: one row each, shared by all processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import asyncpg

from core.store.database import Connection

_BEFORE = datetime(2000, 1, 1, tzinfo=UTC)


async def lock(connection: Connection, clinic: str, names: Sequence[str]) -> list[asyncpg.Record]:
    """The marks (name, free_at, used) under these names, locked until the transaction ends; a new one is long free.

    Locked in the order of their names, so that no two of us wait for each other.
    """
    await connection.execute(
        """
        INSERT INTO send_pace (clinic, name, free_at, used)
        SELECT $1, name, $3, 0 FROM unnest($2::text[]) AS name ORDER BY name ON CONFLICT DO NOTHING
        """,
        clinic,
        sorted(names),
        _BEFORE,
    )
    return list(
        await connection.fetch(
            """
            SELECT name, free_at, used FROM send_pace
             WHERE clinic = $1 AND name = ANY ($2::text[]) ORDER BY name FOR UPDATE
            """,
            clinic,
            list(names),
        )
    )


async def keep(connection: Connection, clinic: str, marks: Mapping[str, tuple[datetime, int]]) -> None:
    """Writes marks (free_at, used) that are locked, by name."""
    await connection.execute(
        """
        UPDATE send_pace p SET free_at = m.free_at, used = m.used
          FROM unnest($2::text[], $3::timestamptz[], $4::integer[]) AS m (name, free_at, used)
         WHERE p.clinic = $1 AND p.name = m.name
        """,
        clinic,
        list(marks),
        [free_at for free_at, _ in marks.values()],
        [used for _, used in marks.values()],
    )
