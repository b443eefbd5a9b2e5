"""Announcements: what happened, written in the transaction in which it happened, for those who want to hear of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from core.store.database import Connection
from deskbell import AnnouncementType


@dataclass(frozen=True, slots=True)
class Announced:
    """An announcement as it is kept."""

    clinic: str
    id: int
    key: UUID
    conversation: int
    contact: int
    #: The patient's number, where the conversation is by text.
    phone: str | None = field(repr=False)
    type: AnnouncementType
    data: Mapping[str, Any] = field(repr=False)
    at: datetime


#: The columns of `Announced`, from an announcement `a` and its conversation `c`.
COLUMNS = """
a.clinic, a.id, a.key, a.conversation, a.type, a.data, a.at, c.contact,
CASE WHEN c.kind = 'sms' THEN c.address END AS phone
"""


async def put(
    connection: Connection,
    clinic: str,
    conversation: int,
    type: AnnouncementType,  # noqa: A002 - the word that everybody outside knows it by
    data: Mapping[str, Any],
    now: datetime,
) -> None:
    """Announces something, if and when the caller's transaction commits. `data` is JSON that may leave the building.

    The caller need not know whether anybody listens: what nobody subscribes to is taken out when it is looked at.
    """
    await connection.execute(
        "INSERT INTO announcement (clinic, conversation, type, data, at) VALUES ($1, $2, $3, $4, $5)",
        clinic,
        conversation,
        type,
        dict(data),
        now,
    )


async def untold(connection: Connection, clinics: Sequence[str], limit: int = 200) -> list[Announced]:
    """Announcements that nobody was told of, oldest first, locked; those that another worker has are passed over."""
    rows = await connection.fetch(
        f"""
        SELECT {COLUMNS} FROM announcement a
          JOIN conversation c ON c.clinic = a.clinic AND c.id = a.conversation
         WHERE a.told_at IS NULL AND a.clinic = ANY($1) ORDER BY a.id LIMIT $2 FOR UPDATE OF a SKIP LOCKED
        """,  # noqa: S608 - a constant
        list(clinics),
        limit,
    )
    return [Announced(**row) for row in rows]


async def tell(
    connection: Connection, told: Sequence[tuple[Announced, Sequence[str]]], due_at: datetime, now: datetime
) -> None:
    """Books a delivery of each announcement to each of its subscribers; one that has none is taken out."""
    booked = [(one.clinic, one.id, name) for one, names in told for name in names]
    await connection.executemany(
        """
        INSERT INTO announcement_delivery (clinic, announcement, subscriber, due_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT DO NOTHING
        """,
        [(*delivery, due_at) for delivery in booked],
    )
    kept = [one for one, names in told if names]
    await connection.execute(
        "UPDATE announcement SET told_at = $3 WHERE (clinic, id) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))",
        [one.clinic for one in kept],
        [one.id for one in kept],
        now,
    )
    unheard = [one for one, names in told if not names]
    await connection.execute(
        "DELETE FROM announcement WHERE (clinic, id) IN (SELECT * FROM unnest($1::text[], $2::bigint[]))",
        [one.clinic for one in unheard],
        [one.id for one in unheard],
    )


async def one(connection: Connection, number: int) -> Announced | None:
    """An announcement by its number, whichever clinic's: for the operator's command line."""
    row = await connection.fetchrow(
        f"""
        SELECT {COLUMNS} FROM announcement a
          JOIN conversation c ON c.clinic = a.clinic AND c.id = a.conversation
         WHERE a.id = $1
        """,  # noqa: S608 - a constant
        number,
    )
    return Announced(**row) if row else None


async def latest(
    connection: Connection, clinic: str | None, subscriber: str | None, status: str | None, limit: int
) -> list[asyncpg.Record]:
    """(clinic, id, type, conversation, at, told) of the newest announcements, oldest first.

    `told` is what became of each by subscriber; with `subscriber` or `status`, only announcements with such a delivery.
    """
    rows = await connection.fetch(
        """
        SELECT a.clinic, a.id, a.type, a.conversation, a.at,
               (SELECT string_agg(d.subscriber || ' ' || d.status, ', ' ORDER BY d.subscriber)
                  FROM announcement_delivery d WHERE d.clinic = a.clinic AND d.announcement = a.id) AS told
          FROM announcement a
         WHERE ($1::text IS NULL OR a.clinic = $1)
           AND (($2::text IS NULL AND $3::text IS NULL)
                OR EXISTS (SELECT FROM announcement_delivery d
                            WHERE d.clinic = a.clinic AND d.announcement = a.id
                              AND ($2::text IS NULL OR d.subscriber = $2) AND ($3::text IS NULL OR d.status = $3)))
         ORDER BY a.id DESC LIMIT $4
        """,
        clinic,
        subscriber,
        status,
        limit,
    )
    return list(reversed(rows))
