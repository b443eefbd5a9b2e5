"""Broadcasts: who is to get one text, who has it, and who is left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from core.store.database import Connection

#: What the gate says of texts that a stop caught; a resume knows them by it.
STOPPED = "the broadcast was stopped"

_CANDIDATE = """
c.contact, c.id AS conversation, c.address, p.opted_out_at IS NOT NULL AS opted_out,
coalesce((SELECT NOT n.opted_out FROM consent n WHERE n.clinic = c.clinic AND n.contact = c.contact
           ORDER BY n.id DESC LIMIT 1),
         EXISTS (SELECT FROM event e WHERE e.clinic = c.clinic AND e.conversation = c.id AND e.kind = 'text'))
    AS consented,
c.owner,
c.arrived > c.handled
    OR EXISTS (SELECT FROM event e WHERE e.clinic = c.clinic AND e.conversation = c.id AND e.kind = 'text'
                                     AND e.stored_at > $2)
    OR EXISTS (SELECT FROM outbox o WHERE o.clinic = c.clinic AND o.conversation = c.id AND o.created_at > $2
                                      AND o.kind <> 'outreach') AS talking
"""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact and what decides whether it may be written to now."""

    contact: int
    conversation: int
    address: str = field(repr=False)
    opted_out: bool
    #: They have written to the clinic, or the ledger's last word is an opt-in: prior express consent.
    consented: bool
    owner: str
    #: Somebody has written within the last half hour, or a turn is due.
    talking: bool


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One that runs, and how fast it may."""

    clinic: str
    id: int
    text: str = field(repr=False)
    segments: int
    a_minute: int
    next_at: datetime


async def candidates(
    connection: Connection,
    clinic: str,
    talking_since: datetime,
    *,
    silent_since: datetime | None = None,
    phones: Sequence[str] | None = None,
) -> list[Candidate]:
    """A clinic's contacts on SMS: all, those who have not written since, or those with these numbers (E.164)."""
    rows = await connection.fetch(
        f"""
        SELECT {_CANDIDATE} FROM conversation c JOIN contact p ON p.clinic = c.clinic AND p.id = c.contact
         WHERE c.clinic = $1 AND c.kind = 'sms'
           AND ($3::text[] IS NULL OR c.address = ANY($3))
           AND ($4::timestamptz IS NULL OR NOT EXISTS (
                SELECT FROM event e WHERE e.clinic = c.clinic AND e.conversation = c.id AND e.kind = 'text'
                                      AND e.stored_at >= $4))
         ORDER BY c.contact
        """,  # noqa: S608 - a constant
        clinic,
        talking_since,
        list(phones) if phones is not None else None,
        silent_since,
    )
    return [Candidate(**row) for row in rows]


async def start(
    connection: Connection,
    clinic: str,
    text: str,
    segments: int,
    audience: str,
    a_minute: int,
    author: str,
    recipients: Sequence[tuple[int, str | None]],
    now: datetime,
) -> int:
    """Writes a broadcast down, with its recipients [contact, why it is left out or None]. Returns its number."""
    number: int = await connection.fetchval(
        """
        INSERT INTO broadcast (clinic, text, segments, audience, a_minute, status, next_at, started_at)
        VALUES ($1, $2, $3, $4, $5, 'running', $6, $6) RETURNING id
        """,
        clinic,
        text,
        segments,
        audience,
        a_minute,
        now,
    )
    await connection.execute(
        """
        INSERT INTO broadcast_recipient (clinic, broadcast, contact, status, reason, due_at)
        SELECT $1, $2, r.contact, CASE WHEN r.reason IS NULL THEN 'waiting' ELSE 'left_out' END, r.reason, $5
          FROM unnest($3::bigint[], $4::text[]) AS r (contact, reason)
        """,
        clinic,
        number,
        [contact for contact, _ in recipients],
        [reason for _, reason in recipients],
        now,
    )
    await _journal(connection, clinic, number, "start", author, now)
    return number


async def _journal(connection: Connection, clinic: str, number: int, act: str, author: str, now: datetime) -> None:
    await connection.execute(
        "INSERT INTO broadcast_journal (clinic, broadcast, act, author, at) VALUES ($1, $2, $3, $4, $5)",
        clinic,
        number,
        act,
        author,
        now,
    )


# ---- sending -------------------------------------------------------------------------------------------------------


async def take_running(connection: Connection, clinics: Sequence[str], now: datetime) -> Broadcast | None:
    """One that may put a text now, locked for this transaction; those that another worker has are passed over."""
    row = await connection.fetchrow(
        """
        SELECT clinic, id, text, segments, a_minute, next_at FROM broadcast b
         WHERE status = 'running' AND next_at <= $2 AND clinic = ANY($1)
           AND (EXISTS (SELECT FROM broadcast_recipient r WHERE r.clinic = b.clinic AND r.broadcast = b.id
                                                            AND r.status = 'waiting' AND r.due_at <= $2)
                OR NOT EXISTS (SELECT FROM broadcast_recipient r WHERE r.clinic = b.clinic AND r.broadcast = b.id
                                                                   AND r.status = 'waiting'))
         ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
        """,
        list(clinics),
        now,
    )
    return Broadcast(**row) if row else None


async def waiting(
    connection: Connection, broadcast: Broadcast, now: datetime, talking_since: datetime, limit: int
) -> list[Candidate]:
    """The next recipients whose time has come, as they are now."""
    rows = await connection.fetch(
        f"""
        SELECT {_CANDIDATE} FROM broadcast_recipient r
          JOIN conversation c ON c.clinic = r.clinic AND c.contact = r.contact
          JOIN contact p ON p.clinic = r.clinic AND p.id = r.contact
         WHERE r.clinic = $1 AND r.broadcast = $3 AND r.status = 'waiting' AND r.due_at <= $4
         ORDER BY r.due_at, r.contact LIMIT $5
        """,  # noqa: S608 - a constant
        broadcast.clinic,
        talking_since,
        broadcast.id,
        now,
        limit,
    )
    return [Candidate(**row) for row in rows]


async def put(connection: Connection, broadcast: Broadcast, contact: int, now: datetime) -> None:
    """Writes a recipient's text into the outbox, once: who has it already, or waits no more, is passed over."""
    await connection.execute(
        """
        WITH taken AS (
            UPDATE broadcast_recipient SET status = 'put', reason = NULL
             WHERE clinic = $1 AND broadcast = $2 AND contact = $3 AND status = 'waiting'
            RETURNING contact
        )
        INSERT INTO outbox (clinic, conversation, kind, author, epoch, binding, recipient, text, segments, due_at,
                            created_at, broadcast)
        SELECT c.clinic, c.id, 'outreach', 'bot', c.epoch, c.binding, c.address, $4, $5, $6, $6, $2
          FROM taken JOIN conversation c ON c.clinic = $1 AND c.contact = taken.contact
        """,
        broadcast.clinic,
        broadcast.id,
        contact,
        broadcast.text,
        broadcast.segments,
        now,
    )


async def postpone(connection: Connection, broadcast: Broadcast, contact: int, due_at: datetime, reason: str) -> None:
    await connection.execute(
        "UPDATE broadcast_recipient SET due_at = $4, reason = $5 WHERE clinic = $1 AND broadcast = $2 AND contact = $3",
        broadcast.clinic,
        broadcast.id,
        contact,
        due_at,
        reason,
    )


async def leave_out(connection: Connection, broadcast: Broadcast, contact: int, reason: str) -> None:
    await connection.execute(
        """
        UPDATE broadcast_recipient SET status = 'left_out', reason = $4
         WHERE clinic = $1 AND broadcast = $2 AND contact = $3 AND status = 'waiting'
        """,
        broadcast.clinic,
        broadcast.id,
        contact,
        reason,
    )


async def pace(connection: Connection, broadcast: Broadcast, next_at: datetime) -> None:
    """When the next text may be put; a broadcast that nobody waits for any more is done."""
    await connection.execute(
        """
        UPDATE broadcast b
           SET next_at = $3,
               status = CASE WHEN EXISTS (SELECT FROM broadcast_recipient r WHERE r.clinic = $1 AND r.broadcast = $2
                                                                             AND r.status = 'waiting')
                             THEN b.status ELSE 'done' END
         WHERE b.clinic = $1 AND b.id = $2
        """,
        broadcast.clinic,
        broadcast.id,
        next_at,
    )


# ---- stopping and going on -----------------------------------------------------------------------------------------


async def stop(connection: Connection, number: int, author: str, now: datetime) -> int | None:
    """Nothing of it leaves from now on. Returns how many queued texts were taken back; None when it does not run."""
    clinic = await _move(connection, number, "running", "stopped", now)
    if clinic is None:
        return None
    await _journal(connection, clinic, number, "stop", author, now)
    tag = await connection.execute(
        """
        UPDATE outbox SET status = 'dropped', reason = $3
         WHERE clinic = $1 AND broadcast = $2 AND status = 'queued'
        """,
        clinic,
        number,
        STOPPED,
    )
    return int(tag.rsplit(" ", 1)[-1])


async def resume(connection: Connection, number: int, author: str, now: datetime) -> int | None:
    """It goes on with those who have nothing yet. Returns how many wait; None when it is not stopped."""
    clinic = await _move(connection, number, "stopped", "running", now)
    if clinic is None:
        return None
    await _journal(connection, clinic, number, "resume", author, now)
    # What a stop took back never left. Each such text is given up for good, so that the next stop finds its own.
    await connection.execute(
        """
        WITH back AS (
            UPDATE outbox o SET reason = $3 || ', and later resumed' FROM conversation c
             WHERE o.clinic = $1 AND o.broadcast = $2 AND o.status = 'dropped' AND o.reason = $3
               AND c.clinic = o.clinic AND c.id = o.conversation
            RETURNING c.contact
        )
        UPDATE broadcast_recipient r SET status = 'waiting', due_at = $4 FROM back
         WHERE r.clinic = $1 AND r.broadcast = $2 AND r.contact = back.contact AND r.status = 'put'
        """,
        clinic,
        number,
        STOPPED,
        now,
    )
    count: int = await connection.fetchval(
        "SELECT count(*) FROM broadcast_recipient WHERE clinic = $1 AND broadcast = $2 AND status = 'waiting'",
        clinic,
        number,
    )
    return count


async def _move(connection: Connection, number: int, before: str, after: str, now: datetime) -> str | None:
    clinic: str | None = await connection.fetchval(
        """
        UPDATE broadcast SET status = $3, next_at = greatest(next_at, $4)
         WHERE id = $1 AND status = $2 RETURNING clinic
        """,
        number,
        before,
        after,
        now,
    )
    return clinic
