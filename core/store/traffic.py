"""How many texts of ours have gone out lately, to one contact and from a whole clinic: what caps go by."""

from __future__ import annotations

from datetime import datetime

from core.store.database import Connection

#: The texts of a day that are counted; no cap may be higher.
MOST_OF_A_CONTACT, MOST_OF_A_CLINIC = 500, 20_000

# Newest first by the key's own order, and bounded: what a day holds is at its end. No index by time is needed.
_CONTACT = """
SELECT count(*) FILTER (WHERE o.created_at > $3 AND o.epoch = c.epoch) AS hour,
       count(*) FILTER (WHERE o.created_at > $4) AS day
  FROM conversation c,
       LATERAL (SELECT created_at, epoch FROM outbox
                 WHERE clinic = c.clinic AND conversation = c.id AND author = 'bot'
                 ORDER BY id DESC LIMIT $5) o
 WHERE c.clinic = $1 AND c.id = $2
"""

_CLINIC = """
SELECT count(*) FROM (SELECT created_at, author FROM outbox WHERE clinic = $1 ORDER BY id DESC LIMIT $3) o
 WHERE o.created_at > $2 AND o.author = 'bot'
"""


async def of_contact(
    connection: Connection, clinic: str, conversation: int, hour: datetime, day: datetime
) -> tuple[int, int]:
    """The bot's texts since `hour`, of the present epoch, and since `day`."""
    row = await connection.fetchrow(_CONTACT, clinic, conversation, hour, day, MOST_OF_A_CONTACT)
    return (row["hour"], row["day"]) if row else (0, 0)


async def of_clinic(connection: Connection, clinic: str, day: datetime) -> int:
    """The bot's texts to everybody since `day`."""
    found: int = await connection.fetchval(_CLINIC, clinic, day, MOST_OF_A_CLINIC)
    return found
