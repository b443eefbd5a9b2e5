"""The outbox: texts committed and not yet at their end. One conversation's texts leave in the order of their ids.

``queued`` waits for its time; ``sending`` is with a worker that holds a lease; ``unknown`` may or may not have left;
``sent`` was taken by the carrier; ``failed``, ``dropped`` (the gate refused) and ``held`` (for staff) are ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from core.store.database import Connection
from deskbell import DeliveryUpdate, SendReceipt


@dataclass(frozen=True, slots=True)
class Claimed:
    """A text that this worker alone may send now, with what the gate needs to decide whether it still should."""

    id: int
    key: UUID
    kind: str
    author: str
    #: The stage that wrote it; empty where none did.
    written_by: str
    epoch: int
    binding: str
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    #: Every claim has its number: who settles under an older one comes late.
    attempts: int
    #: How often the carrier has been called, this time included.
    calls: int
    #: An earlier attempt may have left.
    doubtful: bool
    #: The binding whose pace it has waited for already, until `due_at`.
    slot: str | None
    due_at: datetime
    created_at: datetime
    #: Its age counts from here: when it was written, or when staff sent it again.
    queued_at: datetime
    first_attempt_at: datetime
    #: The conversation's epoch and the contact's consent at this moment.
    current_epoch: int
    opted_out: bool
    #: It is about consent, and the contact has said otherwise since it was written.
    overtaken: bool
    #: Bodies of texts of the patient that no turn has seen yet, oldest first.
    unseen: Sequence[Mapping[str, Any]] = field(repr=False)
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
    SELECT head.id, c.epoch, c.handled, c.arrived > c.handled AS waits, c.contact, p.opted_out_at
      FROM head, conversation c, contact p
     WHERE head.status = 'queued' AND head.due_at <= $3
       AND c.clinic = $1 AND c.id = $2 AND p.clinic = $1 AND p.id = c.contact
       FOR SHARE OF c, p
)
UPDATE outbox o
   SET status = 'sending', attempts = o.attempts + 1, lease_until = $4, call_until = $5, worker = $6,
       first_attempt_at = coalesce(o.first_attempt_at, $3)
  FROM gate
 WHERE o.clinic = $1 AND o.id = gate.id
RETURNING o.id, o.key, o.kind, o.author, o.written_by, o.epoch, o.binding, o.recipient, o.text, o.attempts,
          o.attempts - o.spared AS calls, o.doubtful, o.slot, o.due_at, o.created_at,
          coalesce(o.queued_at, o.created_at) AS queued_at, o.first_attempt_at,
          gate.epoch AS current_epoch, gate.opted_out_at IS NOT NULL AS opted_out,
          o.kind = 'consent' AND EXISTS (
            SELECT FROM consent n WHERE n.clinic = $1 AND n.contact = gate.contact AND n.at > o.created_at
          ) AS overtaken,
          CASE WHEN gate.waits THEN ARRAY(
            SELECT e.body FROM event e WHERE e.clinic = $1 AND e.conversation = $2 AND e.kind = 'text'
               AND e.seq > gate.handled ORDER BY e.seq) ELSE '{}'::jsonb[] END AS unseen,
          o.kind = 'outreach' AND EXISTS (
            SELECT FROM event e WHERE e.clinic = $1 AND e.conversation = $2 AND e.kind = 'text'
               AND e.stored_at > o.created_at) AS answered,
          o.broadcast IS NOT NULL AND EXISTS (
            SELECT FROM broadcast b WHERE b.clinic = $1 AND b.id = o.broadcast AND b.status = 'stopped') AS stopped
"""


@dataclass(frozen=True, slots=True)
class Hold:
    """How long a text may stay with the process that claims it, in machine time."""

    #: Its call to the carrier is over by then. Others may look the text up from then on if the process is gone.
    call_until: datetime
    #: And from then on whether it is or not.
    lease_until: datetime
    #: The process' number, under which it shows that it is there; None where it does not.
    worker: int | None = None


async def claim(connection: Connection, clinic: str, conversation: int, now: datetime, hold: Hold) -> Claimed | None:
    """Takes the conversation's next text, marking it ``sending`` before any provider is called.

    None when there is none, or the first in line is not due, is with another worker, or has an unknown outcome:
    nothing overtakes it.
    """
    row = await connection.fetchrow(_CLAIM, clinic, conversation, now, hold.lease_until, hold.call_until, hold.worker)
    return Claimed(**row) if row else None


async def step_over(
    connection: Connection, clinic: str, text_id: int, attempts: int, binding: str, now: datetime
) -> bool:
    """A claimed text that has not left its binding leaves by another from now on. False: it is ours no more."""
    done = await connection.execute(
        """
        UPDATE outbox SET binding = $4, first_attempt_at = $5
         WHERE clinic = $1 AND id = $2 AND attempts = $3 AND status = 'sending' AND NOT doubtful
        """,
        clinic,
        text_id,
        attempts,
        binding,
        now,
    )
    return bool(done == "UPDATE 1")


_SENT = """
UPDATE outbox o
   SET status = 'sent', provider_id = $3, receipt = greatest(o.receipt, $4), segments = coalesce($5, o.segments),
       sent_at = $6, lease_until = NULL, reason = NULL, code = CASE WHEN o.receipt = 40 THEN o.code END, slot = NULL,
       doubtful = false, cost_micros = coalesce(o.cost_micros, $7), currency = coalesce(o.currency, $8)
 WHERE o.clinic = $1 AND o.id = $2
RETURNING EXISTS (SELECT FROM outbox n
                   WHERE n.clinic = $1 AND n.conversation = o.conversation AND n.status = 'queued')
"""


async def sent(connection: Connection, clinic: str, text_id: int, receipt: SendReceipt, now: datetime) -> bool:
    """The carrier took it. Returns whether another text of its conversation is queued."""
    cost = receipt.cost
    more: bool | None = await connection.fetchval(
        _SENT,
        clinic,
        text_id,
        receipt.message_id,
        int(receipt.status),
        receipt.segments,
        now,
        cost.micros if cost else None,
        cost.currency if cost else None,
    )
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
    slot: str | None = None,
    called: bool = True,
    doubtful: bool = False,
) -> None:
    """Gives a claimed text back (``queued`` or ``unknown`` with a time) or ends it (``failed``, ``dropped``, ``held``).

    A receipt may have settled it meanwhile: what is ``sent`` stays so. `attempts` is the caller's own: a worker that
    comes late has no say over a text that another has tried since. Not `called`: the carrier was not asked, so this
    was no attempt. `slot` is the binding whose pace it waits for. `doubtful`: it may have left all the same.
    """
    await connection.execute(
        """
        UPDATE outbox
           SET status = $4, reason = $5, code = $6, due_at = coalesce($7, due_at), lease_until = NULL, slot = $8,
               spared = spared + CASE WHEN $9 THEN 0 ELSE 1 END,
               -- Back from an unknown outcome comes only what the provider says did not leave.
               doubtful = CASE WHEN $4 = 'unknown' OR $10 THEN true WHEN status = 'unknown' AND $4 = 'queued' THEN false
                               ELSE doubtful END
         WHERE clinic = $1 AND id = $2 AND attempts = $3 AND status IN ('sending', 'unknown')
        """,
        clinic,
        text_id,
        attempts,
        status,
        reason,
        code,
        due_at,
        slot,
        called,
        doubtful,
    )


_RECEIPT = """
WITH old AS (
    SELECT id, cost_micros FROM outbox
     WHERE clinic = $1 AND binding = $2
       -- The key comes in the callback's address, which not every provider signs: it may complete what we know of a
       -- text, but not contradict it.
       AND (provider_id = $3 OR (provider_id IS NULL AND key = $4))
       FOR UPDATE
)
UPDATE outbox o
   SET receipt     = greatest(o.receipt, $5),
       receipt_at  = CASE WHEN $5 > o.receipt THEN $6 ELSE o.receipt_at END,
       code        = CASE WHEN $5 > o.receipt THEN $7 ELSE o.code END,
       provider_id = coalesce(o.provider_id, $3),
       segments    = coalesce($8, o.segments),
       cost_micros = coalesce(o.cost_micros, $9),
       currency    = coalesce(o.currency, $10),
       -- A receipt proves that the carrier has the text: it settles an outcome that was unknown.
       status      = CASE WHEN o.doubtful OR o.status IN ('unknown', 'held', 'sending') THEN 'sent' ELSE o.status END,
       sent_at     = coalesce(o.sent_at, $6),
       reason      = CASE WHEN o.doubtful OR o.status IN ('unknown', 'held', 'sending') THEN NULL ELSE o.reason END,
       doubtful    = false,
       lease_until = NULL
  FROM old
 WHERE o.clinic = $1 AND o.id = old.id
RETURNING o.conversation, old.cost_micros IS NULL AND o.cost_micros IS NOT NULL AS priced
"""


async def receipt(
    connection: Connection, clinic: str, binding: str, update: DeliveryUpdate, key: UUID | None, now: datetime
) -> tuple[int, bool] | None:
    """Applies a delivery receipt; lower ranks change nothing. `key` is the text's, where the receipt names it.

    Returns the conversation and whether this told the cost first, None when nothing matches.
    """
    cost = update.cost
    row = await connection.fetchrow(
        _RECEIPT,
        clinic,
        binding,
        update.message_id,
        key,
        int(update.status),
        now,
        update.code,
        update.segments,
        cost.micros if cost else None,
        cost.currency if cost else None,
    )
    return (row["conversation"], row["priced"]) if row else None


_DUE = """
SELECT o.clinic, o.conversation FROM outbox o
 WHERE o.status = 'queued' AND o.due_at <= $1
 GROUP BY o.clinic, o.conversation ORDER BY min(o.due_at) LIMIT $2
"""


async def due(connection: Connection, before: datetime, limit: int = 200) -> list[tuple[str, int]]:
    """Conversations with queued texts whose time came before `before`: a crash or a back-off left them."""
    return [(row["clinic"], row["conversation"]) for row in await connection.fetch(_DUE, before, limit)]


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


def row_for(kind: str, text: str, segments: int, written_by: str) -> dict[str, Any]:
    """A text as a turn's commit wants it. `written_by` names the stage."""
    return {"kind": kind, "text": text, "segments": segments, "written_by": written_by}
