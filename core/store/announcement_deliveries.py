"""Deliveries of announcements: one row for each subscriber that is told.

``queued`` waits for its time; ``sending`` is with a worker that holds a lease, and is queued again when the lease runs
out, for a receiver may be told twice but not never; ``sent`` and ``dead`` are ends, and either may be replayed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import asyncpg

from core.store.announcements import COLUMNS, Announced
from core.store.database import Connection

Status = Literal["queued", "sent", "dead"]


@dataclass(frozen=True, slots=True)
class Subscription:
    """One subscriber of one clinic."""

    clinic: str
    subscriber: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """An announcement on its way to one subscriber, which this worker alone may send now."""

    announced: Announced
    subscriber: str
    attempts: int
    lease_until: datetime


async def waiting(connection: Connection, known: Sequence[Subscription], now: datetime) -> list[Subscription]:
    """Those of `known` that something is due for."""
    rows = await connection.fetch(
        """
        SELECT s.clinic, s.subscriber FROM unnest($1::text[], $2::text[]) AS s (clinic, subscriber)
         WHERE EXISTS (SELECT FROM announcement_delivery d
                        WHERE d.clinic = s.clinic AND d.subscriber = s.subscriber
                          AND d.status = 'queued' AND d.due_at <= $3)
        """,
        [one.clinic for one in known],
        [one.subscriber for one in known],
        now,
    )
    return [Subscription(**row) for row in rows]


_CLAIM = f"""
UPDATE announcement_delivery d
   SET status = 'sending', attempts = d.attempts + 1, lease_until = $4
  FROM announcement a JOIN conversation c ON c.clinic = a.clinic AND c.id = a.conversation
 WHERE (d.clinic, d.announcement, d.subscriber) IN (
    SELECT clinic, announcement, subscriber FROM announcement_delivery
     WHERE clinic = $1 AND subscriber = $2 AND status = 'queued' AND due_at <= $3
     ORDER BY due_at, announcement LIMIT $5 FOR UPDATE SKIP LOCKED)
   AND a.clinic = d.clinic AND a.id = d.announcement
RETURNING {COLUMNS}, d.attempts AS tried
"""  # noqa: S608 - a constant


async def claim(
    connection: Connection, whose: Subscription, now: datetime, lease_until: datetime, limit: int
) -> list[Delivery]:
    """Takes deliveries that are due, marking them ``sending`` before anybody is called."""
    rows = await connection.fetch(_CLAIM, whose.clinic, whose.subscriber, now, lease_until, limit)
    return [_delivery(row, whose, lease_until) for row in rows]


def _delivery(row: asyncpg.Record, whose: Subscription, lease_until: datetime) -> Delivery:
    values = dict(row)
    attempts = values.pop("tried")
    return Delivery(Announced(**values), whose.subscriber, attempts, lease_until)


async def settle(
    connection: Connection, delivery: Delivery, status: Status, now: datetime, *, reason: str, due_at: datetime
) -> bool:
    """Ends a delivery, or gives it back with a time. False: it came too late, and another has it."""
    tag = await connection.execute(
        """
        UPDATE announcement_delivery
           SET status = $6, reason = $7, due_at = $8, lease_until = NULL,
               settled_at = CASE WHEN $6 <> 'queued' THEN $9::timestamptz END
         WHERE clinic = $1 AND announcement = $2 AND subscriber = $3 AND status = 'sending'
           AND attempts = $4 AND lease_until = $5
        """,
        delivery.announced.clinic,
        delivery.announced.id,
        delivery.subscriber,
        delivery.attempts,
        delivery.lease_until,
        status,
        reason,
        due_at,
        now,
    )
    return bool(tag == "UPDATE 1")


async def expire_leases(connection: Connection, wall: datetime, now: datetime, most: int) -> int:
    """Deliveries whose worker is gone go back; after `most` attempts they are dead. `wall` is machine time."""
    tag = await connection.execute(
        """
        UPDATE announcement_delivery
           SET status = CASE WHEN attempts >= $3 THEN 'dead' ELSE 'queued' END, reason = 'its worker was lost',
               due_at = $2, lease_until = NULL, settled_at = CASE WHEN attempts >= $3 THEN $2::timestamptz END
         WHERE status = 'sending' AND lease_until < $1
        """,
        wall,
        now,
        most,
    )
    return int(tag.rsplit(" ", 1)[-1])


async def dead(connection: Connection) -> list[asyncpg.Record]:
    """(clinic, subscriber, count) of the deliveries that were given up."""
    return list(
        await connection.fetch(
            """
            SELECT clinic, subscriber, count(*) AS count FROM announcement_delivery
             WHERE status = 'dead' GROUP BY clinic, subscriber
            """
        )
    )


async def of_announcement(connection: Connection, clinic: str, number: int) -> list[asyncpg.Record]:
    """(subscriber, status, attempts, reason, due_at, settled_at) of an announcement's deliveries."""
    return list(
        await connection.fetch(
            """
            SELECT subscriber, status, attempts, reason, due_at, settled_at FROM announcement_delivery
             WHERE clinic = $1 AND announcement = $2 ORDER BY subscriber
            """,
            clinic,
            number,
        )
    )


@dataclass(frozen=True, slots=True)
class Which:
    """Which announcements are replayed: numbers and moments, both ends included; None is open."""

    first: int | None = None
    last: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    #: Not the dead alone: those that were taken too, and those that the subscriber was never told of.
    everything: bool = False


_REPLAY = """
INSERT INTO announcement_delivery AS d (clinic, announcement, subscriber, due_at)
SELECT a.clinic, a.id, $2, $4 FROM announcement a
 WHERE a.clinic = $1 AND a.type = ANY($3::text[])
   AND ($5::bigint IS NULL OR a.id >= $5) AND ($6::bigint IS NULL OR a.id <= $6)
   AND ($7::timestamptz IS NULL OR a.at >= $7) AND ($8::timestamptz IS NULL OR a.at <= $8)
   AND ($9 OR EXISTS (SELECT FROM announcement_delivery o
                       WHERE o.clinic = a.clinic AND o.announcement = a.id AND o.subscriber = $2 AND o.status = 'dead'))
ON CONFLICT (clinic, announcement, subscriber)
DO UPDATE SET status = 'queued', attempts = 0, due_at = excluded.due_at, reason = 'replayed', settled_at = NULL
        WHERE d.status = 'dead' OR (d.status = 'sent' AND $9)
"""


async def replay(connection: Connection, whose: Subscription, types: Sequence[str], which: Which, now: datetime) -> int:
    """Queues deliveries anew, with all their attempts. Returns how many. One that is on its way is left alone."""
    tag = await connection.execute(
        _REPLAY,
        whose.clinic,
        whose.subscriber,
        list(types),
        now,
        which.first,
        which.last,
        which.since,
        which.until,
        which.everything,
    )
    return int(tag.rsplit(" ", 1)[-1])
