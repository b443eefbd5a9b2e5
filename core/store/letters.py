"""Texts as staff see them: those that did not arrive, one of them whole, and what staff do about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import asyncpg

from core.store.database import Connection
from deskbell import DeliveryStatus

Act = Literal["resend", "drop"]
#: What may be done with a text, by where it stands. "not delivered": sent, and the carrier said later that it failed.
ALLOWED: dict[str, tuple[Act, ...]] = {
    "held": ("resend", "drop"),
    "failed": ("resend",),
    "not delivered": ("resend",),
    "queued": ("drop",),
    "unknown": ("drop",),
}

_STANDING = f"""
CASE WHEN o.status = 'sent' AND o.receipt = {DeliveryStatus.FAILED:d} THEN 'not delivered' ELSE o.status END
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A text of the outbox with all that is known of its way."""

    clinic: str
    id: int
    conversation: int
    standing: str
    kind: str
    author: str
    binding: str
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    reason: str | None
    code: str | None
    attempts: int
    segments: int
    cost_micros: int | None
    cost_currency: str | None
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    opted_out: bool


_LETTERS = f"""
SELECT o.clinic, o.id, o.conversation, {_STANDING} AS standing, o.kind, o.author, o.binding, o.recipient, o.text,
       o.reason, o.code, o.attempts, o.segments, o.cost_micros, o.cost_currency, o.created_at, o.due_at, o.sent_at,
       p.opted_out_at IS NOT NULL AS opted_out
  FROM outbox o
  JOIN conversation c ON c.clinic = o.clinic AND c.id = o.conversation
  JOIN contact p ON p.clinic = c.clinic AND p.id = c.contact
"""  # noqa: S608 - a constant


async def listing(
    connection: Connection, clinic: str | None, standings: Sequence[str], limit: int = 50
) -> list[Letter]:
    """The newest texts that stand so, newest last."""
    rows = await connection.fetch(
        f"""
        SELECT * FROM ({_LETTERS} WHERE ($1::text IS NULL OR o.clinic = $1)) AS letter
         WHERE standing = ANY($2) ORDER BY id DESC LIMIT $3
        """,  # noqa: S608 - constants
        clinic,
        list(standings),
        limit,
    )
    return [Letter(**row) for row in reversed(rows)]


async def one(connection: Connection, number: int) -> Letter | None:
    """A text by its number, which is unique over all clinics of a database."""
    row = await connection.fetchrow(f"{_LETTERS} WHERE o.id = $1", number)
    return Letter(**row) if row else None


async def acts(connection: Connection, letter: Letter) -> list[asyncpg.Record]:
    """What staff did about a text: (act, was, author, at), oldest first."""
    return list(
        await connection.fetch(
            "SELECT act, was, author, at FROM outbox_journal WHERE clinic = $1 AND text = $2 ORDER BY id",
            letter.clinic,
            letter.id,
        )
    )


_RESEND = """
UPDATE outbox o
   SET status = 'queued', attempts = 0, due_at = $3, resent_at = $3, first_attempt_at = NULL, lease_until = NULL,
       reason = NULL, code = NULL, receipt = 0, receipt_at = NULL, sent_at = NULL, provider_id = NULL,
       epoch = c.epoch,
       -- What the carrier took and could not deliver, it would take for the same again. What may have left keeps its
       -- name, so that a carrier that knows it does not send it twice.
       key = CASE WHEN o.status = 'sent' THEN gen_random_uuid() ELSE o.key END
  FROM conversation c
 WHERE o.clinic = $1 AND o.id = $2 AND c.clinic = o.clinic AND c.id = o.conversation
"""
_DROP = """
UPDATE outbox o SET status = 'dropped', reason = 'dropped by ' || $3, lease_until = NULL
 WHERE o.clinic = $1 AND o.id = $2
"""


async def act(connection: Connection, letter: Letter, act: Act, author: str, now: datetime) -> bool:
    """Does it, and keeps who did. False: the text has moved since it was looked at. In a transaction."""
    standing = await connection.fetchval(
        f"SELECT {_STANDING} FROM outbox o WHERE o.clinic = $1 AND o.id = $2 FOR UPDATE",  # noqa: S608 - a constant
        letter.clinic,
        letter.id,
    )
    if act not in ALLOWED.get(standing, ()):
        return False
    if act == "resend":
        await connection.execute(_RESEND, letter.clinic, letter.id, now)
    else:
        await connection.execute(_DROP, letter.clinic, letter.id, author)
    await connection.execute(
        "INSERT INTO outbox_journal (clinic, text, act, was, author, at) VALUES ($1, $2, $3, $4, $5, $6)",
        letter.clinic,
        letter.id,
        act,
        standing,
        author,
        now,
    )
    return True
