"""Conversations and their mailboxes: storing events, and loading what a turn needs to know.

The mailbox of a conversation is what lies between two counters on its row: `arrived` (events stored) and `handled`
(events that turns have dealt with). It is awake, and has a wake job, exactly while arrived > handled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import asyncpg

from core.store.database import Connection


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to store. `dedupe` is unique within the clinic; a second one of the same name is not stored."""

    kind: str
    dedupe: str
    body: Mapping[str, Any] = field(repr=False)
    #: When it happened, by the provider's word or the business clock.
    at: datetime
    #: When the burst that it belongs to may be answered, and not later than which moment.
    settles_at: datetime
    settles_by: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    conversation: int
    seq: int
    #: The mailbox was empty before: the caller must enqueue the wake in the same transaction.
    woke: bool


@dataclass(frozen=True, slots=True)
class Party:
    """Who talks to a clinic, and through which binding: what identifies a conversation."""

    clinic: str
    kind: str
    address: str = field(repr=False)
    binding: str

    @property
    def place(self) -> tuple[str, str, str]:
        """What identifies the contact."""
        return self.clinic, self.kind, self.address


_STORE = """
WITH hit AS (
    UPDATE conversation c
       SET arrived    = c.arrived + 1,
           binding    = $5,
           burst_at   = CASE WHEN c.arrived = c.handled THEN $9 ELSE c.burst_at END,
           -- A burst is answered a while after its last text, but not later than the cap after its first.
           settles_at = CASE WHEN c.arrived = c.handled THEN $10
                             ELSE least($10, c.burst_at + ($11::timestamptz - $9::timestamptz)) END,
           woken_at   = CASE WHEN c.arrived = c.handled THEN $9 ELSE c.woken_at END,
           touched_at = $9
      FROM address a
     WHERE a.clinic = $1 AND a.kind = $2 AND a.address = $3
       AND c.clinic = $1 AND c.contact = a.contact
       AND NOT EXISTS (SELECT FROM event e WHERE e.clinic = $1 AND e.dedupe = $4)
    RETURNING c.id, c.arrived, c.arrived - c.handled = 1 AS woke
), put AS (
    INSERT INTO event (clinic, conversation, seq, kind, dedupe, body, at, stored_at)
    SELECT $1, hit.id, hit.arrived, $6, $4, $7, $8, $9 FROM hit
)
SELECT id, arrived, woke, $1 AS clinic, $4 AS dedupe FROM hit
"""

_KNOWN = "SELECT EXISTS (SELECT FROM event WHERE clinic = $1 AND dedupe = $2)"

#: Two first texts of one patient at the same moment make one contact: the second waits here for the first.
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"

_WELCOME = """
WITH fresh AS (
    INSERT INTO contact (clinic, created_at)
    SELECT $1, $5
     WHERE NOT EXISTS (SELECT FROM address WHERE clinic = $1 AND kind = $2 AND address = $3)
    RETURNING id
), talk AS (
    INSERT INTO conversation (clinic, contact, kind, address, binding, created_at, touched_at)
    SELECT $1, fresh.id, $2, $3, $4, $5, $5 FROM fresh
)
INSERT INTO address (clinic, kind, address, contact) SELECT $1, $2, $3, fresh.id FROM fresh
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event on its way into the mailbox of the conversation that it belongs to."""

    party: Party
    event: NewEvent
    now: datetime

    @property
    def arguments(self) -> tuple[Any, ...]:
        """In the order of `_STORE`."""
        party, event = self.party, self.event
        return (
            *(*party.place, event.dedupe, party.binding),
            *(event.kind, dict(event.body), event.at, self.now, event.settles_at, event.settles_by),
        )


async def store(connection: Connection, arrivals: Sequence[Arrival]) -> list[Stored | None]:
    """Stores events in their conversations' mailboxes; None for one that is already stored.

    Contacts and conversations are made on first sight; for those that are known it is one round trip, however many.
    Two deliveries at the same moment: the slower one raises `asyncpg.UniqueViolationError`, its transaction is void,
    and it is a duplicate too (see `is_duplicate`).
    """
    # Everybody locks conversations in this order, so that no two of us wait for each other.
    ordered = sorted(arrivals, key=lambda arrival: arrival.party.place)
    rows = await connection.fetchmany(_STORE, [arrival.arguments for arrival in ordered])
    known = {(row["clinic"], row["dedupe"]): row for row in rows}
    stored: dict[int, Stored | None] = {}
    for arrival in ordered:
        # Taken out when found: the same event a second time is a duplicate.
        row = known.pop((arrival.party.clinic, arrival.event.dedupe), None) or await _store_first(connection, arrival)
        stored[id(arrival)] = Stored(row["id"], row["arrived"], row["woke"]) if row else None
    return [stored[id(arrival)] for arrival in arrivals]


async def _store_first(connection: Connection, arrival: Arrival) -> asyncpg.Record | None:
    """Stores an event whose conversation was not found, unless the event is known."""
    party = arrival.party
    if await connection.fetchval(_KNOWN, party.clinic, arrival.event.dedupe):
        return None
    await connection.execute(_ONE_AT_A_TIME, " ".join(party.place))
    await connection.execute(_WELCOME, *party.place, party.binding, arrival.now)
    return await connection.fetchrow(_STORE, *arrival.arguments)


def is_duplicate(error: asyncpg.UniqueViolationError) -> bool:
    """Whether a failed `store` lost against another delivery of the same event."""
    return bool(error.constraint_name == "event_clinic_dedupe_key")


_APPEND = """
WITH hit AS (
    UPDATE conversation c
       SET arrived    = c.arrived + 1,
           burst_at   = CASE WHEN c.arrived = c.handled THEN $6 ELSE c.burst_at END,
           settles_at = CASE WHEN c.arrived = c.handled THEN $6 ELSE c.settles_at END,
           woken_at   = CASE WHEN c.arrived = c.handled THEN $6 ELSE c.woken_at END,
           touched_at = $6
     WHERE c.clinic = $1 AND c.id = $2
    RETURNING c.id, c.arrived, c.arrived - c.handled = 1 AS woke
), put AS (
    INSERT INTO event (clinic, conversation, seq, kind, dedupe, body, at, stored_at)
    SELECT $1, hit.id, hit.arrived, $3, $4, $5, $6, $6 FROM hit
)
SELECT id, arrived, woke FROM hit
"""


async def append(
    connection: Connection,
    clinic: str,
    conversation: int,
    kind: str,
    dedupe: str,
    body: Mapping[str, Any],
    now: datetime,
) -> Stored | None:
    """Stores an event of our own making (a timer, a staff action); None when there is no such conversation."""
    row = await connection.fetchrow(_APPEND, clinic, conversation, kind, dedupe, dict(body), now)
    return Stored(row["id"], row["arrived"], row["woke"]) if row else None


# ---- loading ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A conversation as it was when a turn began. `version` is what the commit checks."""

    clinic: str
    conversation: int
    contact: int
    kind: str
    address: str = field(repr=False)
    binding: str
    owner: Literal["bot", "staff"]
    epoch: int
    version: int
    edition: str
    arrived: int
    handled: int
    settles_at: datetime | None
    opted_out: bool
    #: Number of the open request, 0 when none is open, and how many there have been.
    request: int
    request_status: str | None
    requests: int
    memory: Mapping[str, Any] = field(repr=False)
    #: Rows [seq, kind, at, body] of the pending events, oldest first.
    events: Sequence[Sequence[Any]] = field(repr=False)
    #: Rows [request, name, value, evidence, learned_by, at].
    facts: Sequence[Sequence[Any]] = field(repr=False)
    #: [id, request, status, cents, currency, url] of the newest request's newest deposit.
    deposit: Sequence[Any] | None = field(default=None, repr=False)


_LOAD = """
SELECT c.id, c.contact, c.kind, c.address, c.binding, c.owner, c.epoch, c.version, c.edition, c.arrived, c.handled,
       c.settles_at, c.memory, c.requests, p.opted_out_at IS NOT NULL AS opted_out,
       coalesce(r.number, 0) AS request, r.status AS request_status,
       (SELECT jsonb_agg(jsonb_build_array(e.seq, e.kind, e.at, e.body) ORDER BY e.seq)
          FROM event e WHERE e.clinic = $1 AND e.conversation = $2 AND e.seq > c.handled) AS events,
       (SELECT jsonb_agg(jsonb_build_array(f.request, f.name, f.value, f.evidence, f.learned_by, f.at))
          FROM fact f WHERE f.clinic = $1 AND f.conversation = $2
                        AND (f.request = 0 OR f.request = r.number)) AS facts,
       (SELECT jsonb_build_array(d.id, d.request, d.status, d.cents, d.currency, d.url) FROM deposit d
         WHERE d.clinic = $1 AND d.conversation = $2 AND d.request = c.requests
         ORDER BY d.id DESC LIMIT 1) AS deposit
  FROM conversation c
  JOIN contact p ON p.clinic = c.clinic AND p.id = c.contact
  LEFT JOIN request r ON r.clinic = c.clinic AND r.conversation = c.id AND r.number = c.requests
                     AND r.status <> 'closed'
 WHERE c.clinic = $1 AND c.id = $2
"""


async def load(connection: Connection, clinic: str, conversation: int) -> Snapshot | None:
    """What a turn needs to know, in one round trip; None when there is no such conversation."""
    row = await connection.fetchrow(_LOAD, clinic, conversation)
    if row is None:
        return None
    return Snapshot(
        clinic=clinic,
        conversation=row["id"],
        contact=row["contact"],
        kind=row["kind"],
        address=row["address"],
        binding=row["binding"],
        owner=row["owner"],
        epoch=row["epoch"],
        version=row["version"],
        edition=str(row["edition"]),
        arrived=row["arrived"],
        handled=row["handled"],
        settles_at=row["settles_at"],
        opted_out=row["opted_out"],
        request=row["request"],
        request_status=row["request_status"],
        requests=row["requests"],
        memory=row["memory"],
        events=row["events"] or (),
        facts=row["facts"] or (),
        deposit=row["deposit"],
    )


_TRANSCRIPT = """
SELECT at, author, text, withheld FROM (
    SELECT e.at, 'patient' AS author, e.body ->> 'text' AS text, e.withheld IS NOT NULL AS withheld, e.seq AS rank
      FROM event e
     WHERE e.clinic = $1 AND e.conversation = $2 AND e.kind = 'text'
    UNION ALL
    SELECT o.created_at, CASE o.author WHEN 'staff' THEN 'staff' ELSE 'bot' END, o.text, false, o.id
      FROM outbox o
     WHERE o.clinic = $1 AND o.conversation = $2 AND o.status NOT IN ('dropped', 'failed')
) line
 ORDER BY at DESC, rank DESC
 LIMIT $3
"""


async def transcript(
    connection: Connection, clinic: str, conversation: int, *, limit: int = 50
) -> list[asyncpg.Record]:
    """The last `limit` lines (at, author, text, withheld), oldest first, with every word: for staff alone."""
    return list(reversed(await connection.fetch(_TRANSCRIPT, clinic, conversation, limit)))


_FORGOTTEN = """
UPDATE conversation SET woken_at = $2
 WHERE (clinic, id) IN (
    SELECT clinic, id FROM conversation
     WHERE arrived > handled AND woken_at < $1
     ORDER BY woken_at LIMIT 100 FOR UPDATE SKIP LOCKED)
RETURNING clinic, id
"""


async def take_forgotten(connection: Connection, before: datetime, now: datetime) -> list[tuple[str, int]]:
    """Conversations that have been awake since before `before`: their wake must be enqueued again."""
    return [(row["clinic"], row["id"]) for row in await connection.fetch(_FORGOTTEN, before, now)]


async def busy(connection: Connection, clinic: str) -> bool:
    """Whether anything of a clinic still waits for a turn or for the carrier."""
    found: bool = await connection.fetchval(
        """
        SELECT EXISTS (SELECT FROM conversation WHERE clinic = $1 AND arrived > handled)
            OR EXISTS (SELECT FROM outbox WHERE clinic = $1 AND status IN ('queued', 'sending'))
        """,
        clinic,
    )
    return found
