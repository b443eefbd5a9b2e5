"""The last lines of a conversation, as far as they may go beyond the clinic: without the words that are withheld."""

from __future__ import annotations

import asyncpg

from core.store.database import Connection

#: The newest of either side first, each by its own index, so that a long conversation costs no more than a short one.
_WINDOW = """
SELECT at, author, text, withheld FROM (
    (SELECT e.at, 'patient' AS author, e.withheld IS NOT NULL OR e.parked AS withheld, e.seq::numeric AS place, 0 AS id,
            -- Of a parked text nobody has seen yet what is to be withheld.
            CASE WHEN e.withheld IS NULL AND NOT e.parked THEN e.body ->> 'text' ELSE e.shown END AS text
       FROM conversation c JOIN event e ON e.clinic = c.clinic AND e.conversation = c.id AND e.seq <= c.handled
      WHERE c.clinic = $1 AND c.id = $2 AND e.kind = 'text'
      ORDER BY e.seq DESC LIMIT $3)
    UNION ALL
    (SELECT o.created_at, CASE o.author WHEN 'staff' THEN 'staff' ELSE 'bot' END, false,
            -- Of one moment, an answer stands behind the texts that its turn has dealt with.
            coalesce((SELECT t.last_seq + 0.5 FROM turn t WHERE t.clinic = o.clinic AND t.id = o.turn), 'infinity'),
            o.id, o.text
       FROM outbox o
      WHERE o.clinic = $1 AND o.conversation = $2 AND o.status NOT IN ('dropped', 'failed')
      ORDER BY o.id DESC LIMIT $3)
) line
 ORDER BY at DESC, place DESC, id DESC
 LIMIT $3
"""


async def window(connection: Connection, clinic: str, conversation: int, limit: int) -> list[asyncpg.Record]:
    """The last `limit` lines (at, author, text, withheld) that turns have dealt with, oldest first."""
    return list(reversed(await connection.fetch(_WINDOW, clinic, conversation, limit)))
