"""Texts of unknown outcome: they may or may not have left. Looked at again until somebody can say, or nobody will."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.store import presence
from core.store.database import Connection

_EXPIRE = f"""
UPDATE outbox o
   SET status = 'unknown', reason = 'worker lost', due_at = $2, lease_until = NULL, doubtful = true
 WHERE o.status = 'sending'
   AND (o.lease_until < $1 OR (o.call_until < $1 AND o.worker IS NOT NULL AND NOT {presence.IS_CONNECTED}))
"""  # noqa: S608 - a constant


async def expire_leases(connection: Connection, wall: datetime, due_at: datetime) -> int:
    """Texts whose worker is gone become ``unknown``. `wall` is machine time, for leases are about machines.

    A worker that is connected may only stand still: it has until its lease ends.
    """
    tag = await connection.execute(_EXPIRE, wall, due_at)
    return int(tag.rsplit(" ", 1)[-1])


@dataclass(frozen=True, slots=True)
class Unknown:
    """A text of unknown outcome that is due for another look."""

    clinic: str
    id: int
    key: UUID
    conversation: int
    kind: str
    author: str
    binding: str
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    attempts: int
    first_attempt_at: datetime
    #: The provider's ids of what else we have sent to this number.
    others: Sequence[str]


_UNKNOWN = """
UPDATE outbox o SET due_at = $2
 WHERE (o.clinic, o.id) IN (
    SELECT clinic, id FROM outbox WHERE status = 'unknown' AND due_at <= $1
     ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING o.clinic, o.id, o.key, o.conversation, o.kind, o.author, o.binding, o.recipient, o.text, o.attempts,
          o.first_attempt_at,
          ARRAY(SELECT n.provider_id FROM outbox n
                 WHERE n.clinic = o.clinic AND n.conversation = o.conversation AND n.id <> o.id
                   AND n.provider_id IS NOT NULL AND n.created_at > o.first_attempt_at - interval '1 day') AS others
"""


async def take_unknown(connection: Connection, now: datetime, again_at: datetime, limit: int = 50) -> list[Unknown]:
    """Texts of unknown outcome whose next look is due; looked at again at `again_at` unless settled by then."""
    return [Unknown(**row) for row in await connection.fetch(_UNKNOWN, now, again_at, limit)]
