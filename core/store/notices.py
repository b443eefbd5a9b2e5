"""Notices to the clinic's people: what they should know, whom it was told to, and whether somebody has seen it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import asyncpg

from core.store.database import Connection

Means = Literal["sms", "email"]

#: Where a notice belongs to no conversation; its `subject` says what it is about.
NO_CONVERSATION = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the clinic's people should know."""

    clinic: str
    id: int
    conversation: int
    turn: int | None
    kind: str
    summary: str = field(repr=False)
    urgent: bool
    handed_over: bool
    token: str
    at: datetime
    #: How often it was raised again.
    raised: int
    #: What it is about where it is about no conversation: the id of a binding.
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """One of the clinic's people, by one means."""

    means: Means
    recipient: str = field(repr=False)


_NOTICE = """
n.clinic, n.id, n.conversation, n.turn, n.kind, n.summary, n.urgent, n.handed_over, n.token, n.at, n.raised,
n.subject
"""


async def untold(connection: Connection, clinics: Sequence[str], limit: int = 100) -> list[Notice]:
    """Notices that nobody was told of, oldest first, locked; those that another worker has are passed over."""
    rows = await connection.fetch(
        f"""
        SELECT {_NOTICE} FROM notice n
         WHERE n.told_at IS NULL AND n.clinic = ANY($1) ORDER BY n.id LIMIT $2 FOR UPDATE SKIP LOCKED
        """,  # noqa: S608 - a constant
        list(clinics),
        limit,
    )
    return [Notice(**row) for row in rows]


async def unanswered(connection: Connection, clinics: Sequence[str], now: datetime, limit: int = 100) -> list[Notice]:
    """Notices that are to be raised again, for nobody has acted on them; locked."""
    rows = await connection.fetch(
        f"""
        SELECT {_NOTICE} FROM notice n
         WHERE n.raise_at <= $2 AND n.seen_at IS NULL AND n.clinic = ANY($1)
         ORDER BY n.raise_at LIMIT $3 FOR UPDATE SKIP LOCKED
        """,  # noqa: S608 - a constant
        list(clinics),
        now,
        limit,
    )
    return [Notice(**row) for row in rows]


async def waiting_kinds(connection: Connection, notice: Notice, since: datetime) -> dict[str, bool]:
    """Kinds of earlier notices of its conversation that nobody has seen yet, and whether they must be acted on.

    Those count that were told after `since`, for a page that nobody answered must not keep back another for ever; and
    hand-overs and waiting replies for as long as nobody comes.
    """
    rows = await connection.fetch(
        """
        SELECT n.kind, bool_or(n.urgent OR n.handed_over OR n.kind = 'reply_waiting') AS acted_on FROM notice n
         WHERE n.clinic = $1 AND n.conversation = $2 AND n.id < $3 AND n.seen_at IS NULL
           AND (n.told_at > $4
                OR (n.told_at IS NOT NULL AND NOT n.urgent AND (n.handed_over OR n.kind = 'reply_waiting')))
           AND EXISTS (SELECT FROM notice_delivery d WHERE d.clinic = n.clinic AND d.notice = n.id)
         GROUP BY n.kind
        """,
        notice.clinic,
        notice.conversation,
        notice.id,
        since,
    )
    return {row["kind"]: row["acted_on"] for row in rows}


async def is_crowded(connection: Connection, clinic: str, texts: int, since: datetime) -> bool:
    """Whether that many texts to staff were booked after `since`."""
    found: datetime | None = await connection.fetchval(
        """
        SELECT created_at FROM notice_delivery WHERE clinic = $1 AND means = 'sms'
         ORDER BY id DESC OFFSET $2 LIMIT 1
        """,
        clinic,
        texts - 1,
    )
    return found is not None and found > since


async def tell(
    connection: Connection,
    notice: Notice,
    addresses: Sequence[Address],
    *,
    turn: int,
    due_at: datetime,
    raise_at: datetime | None,
    now: datetime,
) -> None:
    """Books the `turn`-th telling of a notice: a delivery for each address, and when it is raised next."""
    await connection.execute(
        """
        INSERT INTO notice_delivery (clinic, notice, round, means, recipient, due_at, created_at)
        SELECT $1, $2, $3, a.means, a.recipient, $6, $7 FROM unnest($4::text[], $5::text[]) AS a (means, recipient)
        ON CONFLICT DO NOTHING
        """,
        notice.clinic,
        notice.id,
        turn,
        [address.means for address in addresses],
        [address.recipient for address in addresses],
        due_at,
        now,
    )
    await connection.execute(
        "UPDATE notice SET told_at = $3, raised = $4, raise_at = $5 WHERE clinic = $1 AND id = $2",
        notice.clinic,
        notice.id,
        now,
        turn,
        raise_at,
    )


async def see(connection: Connection, clinic: str, conversation: int, now: datetime) -> int:
    """Somebody has acted on a conversation: its notices are seen. Returns how many were not before."""
    tag = await connection.execute(
        "UPDATE notice SET seen_at = $3 WHERE clinic = $1 AND conversation = $2 AND seen_at IS NULL",
        clinic,
        conversation,
        now,
    )
    return int(tag.rsplit(" ", 1)[-1])


async def see_subject(connection: Connection, clinic: str, subject: str, now: datetime) -> int:
    """What belongs to no conversation and is about `subject` is settled. Returns how many were not seen before."""
    tag = await connection.execute(
        """
        UPDATE notice SET seen_at = $4
         WHERE clinic = $1 AND conversation = $2 AND subject = $3 AND seen_at IS NULL
        """,
        clinic,
        NO_CONVERSATION,
        subject,
        now,
    )
    return int(tag.rsplit(" ", 1)[-1])


async def told_of_no_conversation(connection: Connection) -> list[str]:
    """The clinics that have notices of this kind."""
    rows = await connection.fetch("SELECT DISTINCT clinic FROM notice WHERE conversation = $1", NO_CONVERSATION)
    return [row["clinic"] for row in rows]


async def by_token(connection: Connection, token: str) -> asyncpg.Record | None:
    """The clinic and conversation that a link in a notice is about."""
    return await connection.fetchrow("SELECT clinic, conversation FROM notice WHERE token = $1", token)
