"""Texts that did not reach their end by themselves, and what staff do about them: send again, or end.

What is shown beside the statuses of the outbox is ``undelivered``: the carrier took the text and could not deliver it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg

from core.store.database import Connection

#: A text's status as staff see it.
_STANDING = "CASE WHEN o.status = 'sent' AND o.receipt = 40 THEN 'undelivered' ELSE o.status END"

_LISTING = f"""
SELECT o.id, o.clinic, o.conversation, o.kind, o.author, o.binding, {_STANDING} AS status, o.reason, o.code,
       o.attempts - o.spared AS calls, o.doubtful, o.segments, o.created_at, o.due_at
  FROM outbox o
 WHERE ($1::text IS NULL OR o.clinic = $1) AND {_STANDING} = ANY ($2::text[])
 ORDER BY o.id DESC LIMIT $3
"""  # noqa: S608 - constants


async def listing(
    connection: Connection, clinic: str | None, statuses: Sequence[str], limit: int
) -> list[asyncpg.Record]:
    """The newest texts of a clinic, or of all, that stand so; without their words."""
    return list(await connection.fetch(_LISTING, clinic, list(statuses), limit))


_ONE = f"""
SELECT o.id, o.clinic, o.conversation, o.kind, o.author, o.binding, o.recipient, o.text, {_STANDING} AS status,
       o.reason, o.code, o.attempts - o.spared AS calls, o.doubtful, o.segments, o.cost_micros, o.currency,
       o.provider_id, o.receipt, o.receipt_at, o.created_at, o.queued_at, o.due_at, o.sent_at,
       p.opted_out_at IS NOT NULL AS opted_out
  FROM outbox o
  JOIN conversation c ON c.clinic = o.clinic AND c.id = o.conversation
  JOIN contact p ON p.clinic = c.clinic AND p.id = c.contact
 WHERE o.id = $1
"""  # noqa: S608 - constants


async def one(connection: Connection, text: int) -> asyncpg.Record | None:
    """A text by its number, which is unique over all clinics of a database."""
    return await connection.fetchrow(_ONE, text)


async def journal(connection: Connection, clinic: str, text: int) -> list[asyncpg.Record]:
    """What staff did about it, oldest first."""
    return list(
        await connection.fetch(
            "SELECT before, after, why, author, at FROM outbox_journal WHERE clinic = $1 AND text = $2 ORDER BY id",
            clinic,
            text,
        )
    )


_NOTED = """
INSERT INTO outbox_journal (clinic, text, before, after, why, author, at)
SELECT $1, moved.id, moved.before, moved.status, moved.reason, $3, $4 FROM moved
RETURNING before
"""

_RESEND = f"""
WITH old AS (
    SELECT o.id, {_STANDING} AS before, o.reason FROM outbox o WHERE o.clinic = $1 AND o.id = $2 FOR UPDATE
), moved AS (
    UPDATE outbox o
       SET status = 'queued', due_at = $4, queued_at = $4, spared = o.attempts, slot = NULL, reason = NULL, code = NULL,
           -- What has failed for certain is another text to the carrier. What may have left keeps its key: a carrier
           -- that goes by keys does not take it twice.
           key = CASE WHEN old.before = 'undelivered' THEN gen_random_uuid() ELSE o.key END,
           receipt = 0, receipt_at = NULL, provider_id = NULL, first_attempt_at = NULL, sent_at = NULL,
           cost_micros = NULL, currency = NULL
      FROM old
     WHERE o.clinic = $1 AND o.id = old.id AND old.before IN ('held', 'failed', 'undelivered')
    RETURNING o.id, o.status, old.before, old.reason
)
{_NOTED}
"""  # noqa: S608 - constants


async def resend(connection: Connection, clinic: str, text: int, author: str, now: datetime) -> str | None:
    """Queues a text again; every gate is asked again. Returns how it stood, None when it is not one to send again."""
    before: str | None = await connection.fetchval(_RESEND, clinic, text, author, now)
    return before


_DROP = f"""
WITH old AS (
    SELECT o.id, o.status AS before, o.reason FROM outbox o WHERE o.clinic = $1 AND o.id = $2 FOR UPDATE
), moved AS (
    UPDATE outbox o SET status = 'dropped', reason = 'staff ended it', lease_until = NULL
      FROM old
     WHERE o.clinic = $1 AND o.id = old.id AND old.before IN ('queued', 'unknown', 'held', 'failed')
    RETURNING o.id, o.status, old.before, old.reason
)
{_NOTED}
"""  # noqa: S608 - constants


async def drop(connection: Connection, clinic: str, text: int, author: str, now: datetime) -> str | None:
    """Ends a text that has not left. Returns how it stood, None when it is with a worker or at its end."""
    before: str | None = await connection.fetchval(_DROP, clinic, text, author, now)
    return before
