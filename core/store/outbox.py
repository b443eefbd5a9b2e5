"""The outbox: texts committed and not yet at their end. One conversation's texts leave in the order of their ids.

``queued`` waits for its time; ``sending`` is with a worker that holds a lease; ``unknown`` may or may not have left;
``sent`` was taken by the carrier; ``failed``, ``dropped`` (the gate refused) and ``held`` (for staff) are ends.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from core.store.database import Connection


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that this worker alone may send now, with what the gate needs to decide whether it still should."""

    id: int
    key: UUID
    kind: str
    author: str
    epoch: int
    binding: str
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    attempts: int
    created_at: datetime
    first_attempt_at: datetime
    #: The conversation's epoch and the contact's consent at this moment.
    current_epoch: int
    opted_out: bool
    #: Nobody asked for it, and the patient has written since it was.
    answered: bool
    #: It is of a broadcast that was stopped.
    stopped: bool = False


_CLAIM = """
WITH head AS (
    SELECT o.id, o.status, o.due_at FROM outbox o
     WHERE o.clinic = $1 AND o.conversation = $2 AND o.status IN ('queued', 'sending', 'unknown')
       -- What nobody asked for may wait for the morning, and must not keep an answer waiting with it.
       AND NOT (o.status = 'queued' AND o.kind = 'outreach' AND o.due_at > $3)
     ORDER BY o.id LIMIT 1
       FOR UPDATE
), gate AS (
    -- Locked, or a claim that had to wait would see epoch and consent as they were when it began to wait. Everybody
    -- locks in this order: text, conversation, contact.
    SELECT head.id, c.epoch, p.opted_out_at FROM head, conversation c, contact p
     WHERE head.status = 'queued' AND head.due_at <= $3
       AND c.clinic = $1 AND c.id = $2 AND p.clinic = $1 AND p.id = c.contact
       FOR SHARE OF c, p
)
UPDATE outbox o
   SET status = 'sending', attempts = o.attempts + 1, lease_until = $4,
       first_attempt_at = coalesce(o.first_attempt_at, $3)
  FROM gate
 WHERE o.clinic = $1 AND o.id = gate.id
RETURNING o.id, o.key, o.kind, o.author, o.epoch, o.binding, o.recipient, o.text, o.attempts, o.created_at,
          o.first_attempt_at, gate.epoch AS current_epoch, gate.opted_out_at IS NOT NULL AS opted_out,
          o.kind = 'outreach' AND EXISTS (
            SELECT FROM event e WHERE e.clinic = $1 AND e.conversation = $2 AND e.kind = 'text'
               AND e.stored_at > o.created_at) AS answered,
          o.broadcast IS NOT NULL AND EXISTS (
            SELECT FROM broadcast b WHERE b.clinic = $1 AND b.id = o.broadcast AND b.status = 'stopped') AS stopped
"""


async def claim(
    connection: Connection, clinic: str, conversation: int, now: datetime, lease_until: datetime
) -> Claimed | None:
    """Takes the conversation's next text, marking it ``sending`` before any provider is called.

    None when there is none, or the first in line is not due, is with another worker, or has an unknown outcome:
    nothing overtakes it.
    """
    row = await connection.fetchrow(_CLAIM, clinic, conversation, now, lease_until)
    return Claimed(**row) if row else None


_SENT = """
UPDATE outbox o
   SET status = 'sent', provider_id = $3, receipt = greatest(o.receipt, $4), segments = coalesce($5, o.segments),
       sent_at = $6, lease_until = NULL, reason = NULL, code = CASE WHEN o.receipt = 40 THEN o.code END
 WHERE o.clinic = $1 AND o.id = $2
RETURNING EXISTS (SELECT FROM outbox n
                   WHERE n.clinic = $1 AND n.conversation = o.conversation AND n.status = 'queued')
"""


async def sent(
    connection: Connection,
    clinic: str,
    text_id: int,
    provider_id: str,
    receipt: int,
    segments: int | None,
    now: datetime,
) -> bool:
    """The carrier took it. Returns whether another text of its conversation is queued."""
    more: bool | None = await connection.fetchval(_SENT, clinic, text_id, provider_id, receipt, segments, now)
    return bool(more)


async def settle(
    connection: Connection,
    clinic: str,
    text_id: int,
    attempts: int,
    status: str,
    *,
    reason: str,
    code: str | None = None,
    due_at: datetime | None = None,
) -> None:
    """Gives a claimed text back (``queued`` or ``unknown`` with a time) or ends it (``failed``, ``dropped``, ``held``).

    A receipt may have settled it meanwhile: what is ``sent`` stays so. `attempts` is the caller's own: a worker that
    comes late has no say over a text that another has tried since.
    """
    await connection.execute(
        """
        UPDATE outbox
           SET status = $4, reason = $5, code = $6, due_at = coalesce($7, due_at), lease_until = NULL
         WHERE clinic = $1 AND id = $2 AND attempts = $3 AND status IN ('sending', 'unknown')
        """,
        clinic,
        text_id,
        attempts,
        status,
        reason,
        code,
        due_at,
    )


_RECEIPT = """
UPDATE outbox o
   SET receipt     = greatest(o.receipt, $5),
       receipt_at  = CASE WHEN $5 > o.receipt THEN $6 ELSE o.receipt_at END,
       code        = CASE WHEN $5 > o.receipt THEN $7 ELSE o.code END,
       provider_id = coalesce(o.provider_id, $3),
       -- A receipt proves that the carrier has the text: it settles an outcome that was unknown.
       status      = CASE WHEN o.status IN ('unknown', 'held', 'sending') THEN 'sent' ELSE o.status END,
       sent_at     = coalesce(o.sent_at, $6),
       reason      = CASE WHEN o.status IN ('unknown', 'held', 'sending') THEN NULL ELSE o.reason END,
       lease_until = NULL
 WHERE o.clinic = $1
   AND o.binding = $2
   -- The key comes in the callback's address, which not every provider signs: it may complete what we know of a
   -- text, but not contradict it.
   AND (o.provider_id = $3 OR (o.provider_id IS NULL AND o.key = $4))
RETURNING o.conversation
"""


async def receipt(
    connection: Connection,
    clinic: str,
    binding: str,
    provider_id: str,
    key: UUID | None,
    rank: int,
    code: str | None,
    now: datetime,
) -> int | None:
    """Applies a delivery receipt; lower ranks change nothing. Returns the conversation, None when nothing matches."""
    found: int | None = await connection.fetchval(_RECEIPT, clinic, binding, provider_id, key, rank, now, code)
    return found


_DUE = """
SELECT o.clinic, o.conversation FROM outbox o
 WHERE o.status = 'queued' AND o.due_at <= $1
 GROUP BY o.clinic, o.conversation ORDER BY min(o.due_at) LIMIT $2
"""


async def due(connection: Connection, before: datetime, limit: int = 200) -> list[tuple[str, int]]:
    """Conversations with queued texts whose time came before `before`: a crash or a back-off left them."""
    return [(row["clinic"], row["conversation"]) for row in await connection.fetch(_DUE, before, limit)]


async def expire_leases(connection: Connection, wall: datetime, due_at: datetime) -> int:
    """Texts whose worker is gone become ``unknown``. `wall` is machine time, for leases are about machines."""
    tag = await connection.execute(
        """
        UPDATE outbox SET status = 'unknown', reason = 'worker lost', due_at = $2, lease_until = NULL
         WHERE status = 'sending' AND lease_until < $1
        """,
        wall,
        due_at,
    )
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


_UNKNOWN = """
UPDATE outbox o SET due_at = $2
 WHERE (o.clinic, o.id) IN (
    SELECT clinic, id FROM outbox WHERE status = 'unknown' AND due_at <= $1
     ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING o.clinic, o.id, o.key, o.conversation, o.kind, o.author, o.binding, o.recipient, o.text, o.attempts,
          o.first_attempt_at
"""


async def take_unknown(connection: Connection, now: datetime, again_at: datetime, limit: int = 50) -> list[Unknown]:
    """Texts of unknown outcome whose next look is due; looked at again at `again_at` unless settled by then."""
    return [Unknown(**row) for row in await connection.fetch(_UNKNOWN, now, again_at, limit)]


async def put_staff_text(
    connection: Connection, clinic: str, conversation: int, author: str, text: str, segments: int, now: datetime
) -> int | None:
    """Queues what a member of staff wrote, under the conversation's newest epoch."""
    row: int | None = await connection.fetchval(
        """
        INSERT INTO outbox (clinic, conversation, kind, author, epoch, binding, recipient, text, segments, due_at,
                            created_at, reason)
        SELECT c.clinic, c.id, 'staff', 'staff', c.epoch, c.binding, c.address, $3, $4, $5, $5, $6
          FROM conversation c WHERE c.clinic = $1 AND c.id = $2
        RETURNING id
        """,
        clinic,
        conversation,
        text,
        segments,
        now,
        f"by {author}",
    )
    return row


async def counts(connection: Connection) -> list[asyncpg.Record]:
    """(clinic, status, count) of the texts that are not at their end, and of those held for staff."""
    return list(
        await connection.fetch(
            """
            SELECT clinic, status, count(*) AS count FROM outbox
             WHERE status IN ('queued', 'sending', 'unknown', 'held') GROUP BY clinic, status
            """
        )
    )


def row_for(kind: str, text: str, segments: int) -> dict[str, Any]:
    """A text as a turn's commit wants it."""
    return {"kind": kind, "text": text, "segments": segments}
