"""How far broadcasts are, and who did what with them."""

from __future__ import annotations

import asyncpg

from core.store.database import Connection


async def latest(connection: Connection, limit: int, number: int | None = None) -> list[asyncpg.Record]:
    """Broadcasts, newest last, with the name of who started each; one of them when its number is given."""
    rows = await connection.fetch(
        """
        SELECT b.*, (SELECT j.author FROM broadcast_journal j
                      WHERE j.clinic = b.clinic AND j.broadcast = b.id AND j.act = 'start') AS author
          FROM broadcast b WHERE $2::bigint IS NULL OR b.id = $2 ORDER BY b.id DESC LIMIT $1
        """,
        limit,
        number,
    )
    return list(reversed(rows))


async def journal(connection: Connection, clinic: str, number: int) -> list[asyncpg.Record]:
    """Who did what with it, oldest first."""
    return list(
        await connection.fetch(
            "SELECT act, author, at FROM broadcast_journal WHERE clinic = $1 AND broadcast = $2 ORDER BY id",
            clinic,
            number,
        )
    )


async def of(connection: Connection, clinic: str, number: int) -> list[asyncpg.Record]:
    """(state, reason, count): recipients by what became of them; of those that were put, their texts' state."""
    return list(
        await connection.fetch(
            """
            SELECT CASE WHEN r.status = 'put' THEN coalesce(o.status, 'sent') ELSE r.status END AS state,
                   CASE WHEN r.status = 'put' THEN CASE WHEN o.status IN ('dropped', 'held', 'failed') THEN o.reason END
                        ELSE r.reason END AS reason,
                   count(*) AS count
              FROM broadcast_recipient r
              JOIN conversation c ON c.clinic = r.clinic AND c.contact = r.contact
              LEFT JOIN LATERAL (SELECT o.status, o.reason FROM outbox o
                                  WHERE o.clinic = r.clinic AND o.broadcast = r.broadcast AND o.conversation = c.id
                                  ORDER BY o.id DESC LIMIT 1) o ON true
             WHERE r.clinic = $1 AND r.broadcast = $2 GROUP BY 1, 2 ORDER BY 1, 2
            """,
            clinic,
            number,
        )
    )
