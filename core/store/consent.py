"""The consent ledger: append-only, clinic-wide, with where each entry comes from.

The database refuses to change or delete an entry. The law of a contact is what was said last, and of two at the same
moment the opt-out; `contact.opted_out_at` says it where texts are sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg

from core.store import announcements
from core.store.database import Connection


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody said of a clinic's texts, outside of any conversation with us."""

    #: E.164.
    phone: str = field(repr=False)
    opted_out: bool
    at: datetime
    #: Where it comes from, e.g. "import: web form", "staff rosa".
    source: str
    words: str = field(default="", repr=False)


@dataclass(slots=True)
class Entered:
    """What came of entries."""

    #: Contacts that were not known before.
    contacts: int = 0
    #: Entries that the ledger did not have.
    entries: int = 0
    #: Contacts who get no more texts from now on, and who get them again.
    opted_out: int = 0
    opted_in: int = 0

    def __add__(self, other: Entered) -> Entered:
        return Entered(
            self.contacts + other.contacts,
            self.entries + other.entries,
            self.opted_out + other.opted_out,
            self.opted_in + other.opted_in,
        )


async def carrier_says_opted_out(
    connection: Connection, clinic: str, conversation: int, source: str, now: datetime
) -> bool:
    """Records an opt-out that only the carrier knew of. Returns whether it was news."""
    contact: int | None = await connection.fetchval(
        """
        UPDATE contact p SET opted_out_at = $3
          FROM conversation c
         WHERE c.clinic = $1 AND c.id = $2 AND p.clinic = $1 AND p.id = c.contact AND p.opted_out_at IS NULL
        RETURNING p.id
        """,
        clinic,
        conversation,
        now,
    )
    if contact is None:
        return False
    await connection.execute(
        "INSERT INTO consent (clinic, contact, opted_out, source, at) VALUES ($1, $2, true, $3, $4)",
        clinic,
        contact,
        source,
        now,
    )
    await announcements.put(connection, clinic, conversation, "opt_out", {"source": "carrier"}, now)
    return True


# ---- entries from outside ----------------------------------------------------------------------------------------

# Each of these looks its entries up one by one in an index, whatever the planner believes of a table that just grew.

_KNOWN = "SELECT address FROM address WHERE clinic = $1 AND kind = 'sms' AND address = ANY($2)"

#: The same lock as a first text takes: whoever is met here and there at the same moment is one contact.
_ONE_AT_A_TIME = """
SELECT pg_advisory_xact_lock(hashtextextended($1 || ' sms ' || n.phone, 0)) FROM unnest($2::text[]) AS n (phone)
"""

_WELCOME = """
WITH known AS MATERIALIZED (
    SELECT address FROM address WHERE clinic = $1 AND kind = 'sms' AND address = ANY($2)
), stranger AS (
    SELECT n.phone, n.at, row_number() OVER () AS place FROM unnest($2::text[], $3::timestamptz[]) AS n (phone, at)
     WHERE n.phone NOT IN (SELECT address FROM known)
), fresh AS (
    INSERT INTO contact (clinic, created_at) SELECT $1, $5 FROM stranger RETURNING id
), met AS (
    SELECT s.phone, s.at, f.id FROM stranger s
      JOIN (SELECT id, row_number() OVER () AS place FROM fresh) f USING (place)
), talk AS (
    -- Nothing was said yet: it stands among the others where the contact last had to do with the clinic.
    INSERT INTO conversation (clinic, contact, kind, address, binding, created_at, touched_at)
    SELECT $1, id, 'sms', phone, $4, $5, at FROM met
)
INSERT INTO address (clinic, kind, address, contact) SELECT $1, 'sms', phone, id FROM met
"""

#: A turn's commit writes both ledger and contact under this lock, so that what is read behind it is the newest.
_LOCK = """
SELECT a.address, p.id FROM address a JOIN contact p ON p.clinic = a.clinic AND p.id = a.contact
 WHERE a.clinic = $1 AND a.kind = 'sms' AND a.address = ANY($2)
 ORDER BY p.id FOR UPDATE OF p
"""

_ENTER = """
INSERT INTO consent (clinic, contact, opted_out, at, source, words)
SELECT $1, n.contact, n.opted_out, n.at, n.source, n.words
  FROM unnest($2::bigint[], $3::boolean[], $4::timestamptz[], $5::text[], $6::text[])
       WITH ORDINALITY AS n (contact, opted_out, at, source, words, place)
 WHERE (SELECT count(*) FROM consent c WHERE c.clinic = $1 AND c.contact = n.contact AND c.at = n.at
                                         AND c.opted_out = n.opted_out) = 0
 ORDER BY n.place
"""

_OBEY = """
UPDATE contact p SET opted_out_at = CASE WHEN law.opted_out THEN law.at END
  FROM unnest($2::bigint[]) AS n (contact),
       LATERAL (SELECT c.opted_out, c.at FROM consent c WHERE c.clinic = $1 AND c.contact = n.contact
                 ORDER BY c.at DESC, c.opted_out DESC LIMIT 1) law
 WHERE p.clinic = $1 AND p.id = n.contact AND (p.opted_out_at IS NOT NULL) <> law.opted_out
RETURNING law.opted_out
"""


async def enter(connection: Connection, clinic: str, binding: str, entries: Sequence[Entry], now: datetime) -> Entered:
    """Enters what the ledger does not have yet, within the caller's transaction.

    Who was never seen becomes a contact, reached through `binding`. Some hundred entries at a time: each stranger
    is a lock.
    """
    entries = sorted(entries, key=lambda entry: (entry.phone, entry.at))
    last = {entry.phone: entry.at for entry in entries}
    known = {row["address"] for row in await connection.fetch(_KNOWN, clinic, list(last))}
    strangers = {phone: at for phone, at in last.items() if phone not in known}
    await connection.execute(_ONE_AT_A_TIME, clinic, list(strangers))
    met = await connection.execute(_WELCOME, clinic, list(strangers), list(strangers.values()), binding, now)
    contacts = {row["address"]: row["id"] for row in await connection.fetch(_LOCK, clinic, list(last))}
    written = await connection.execute(
        _ENTER,
        clinic,
        [contacts[entry.phone] for entry in entries],
        [entry.opted_out for entry in entries],
        [entry.at for entry in entries],
        [entry.source for entry in entries],
        [entry.words for entry in entries],
    )
    changed = [row["opted_out"] for row in await connection.fetch(_OBEY, clinic, list(contacts.values()))]
    return Entered(_count(met), _count(written), sum(changed), len(changed) - sum(changed))


def _count(tag: str) -> int:
    """Of rows, as PostgreSQL tells it: ``INSERT 0 3``."""
    return int(tag.rsplit(" ", 1)[-1])


# ---- looking -----------------------------------------------------------------------------------------------------


async def contact_at(connection: Connection, clinic: str, phone: str) -> asyncpg.Record | None:
    """(id, opted_out_at, created_at, conversation) of whoever is reached at a number; None when nobody is known."""
    return await connection.fetchrow(
        """
        SELECT p.id, p.opted_out_at, p.created_at, c.id AS conversation
          FROM address a
          JOIN contact p ON p.clinic = a.clinic AND p.id = a.contact
          LEFT JOIN conversation c ON c.clinic = a.clinic AND c.contact = a.contact
         WHERE a.clinic = $1 AND a.kind = 'sms' AND a.address = $2
        """,
        clinic,
        phone,
    )


async def ledger(connection: Connection, clinic: str, contact: int) -> list[asyncpg.Record]:
    """(at, opted_out, source, words, evidence) of a contact, in the order in which it was said."""
    return list(
        await connection.fetch(
            """
            SELECT at, opted_out, source, words, evidence FROM consent
             WHERE clinic = $1 AND contact = $2 ORDER BY at, opted_out, id
            """,
            clinic,
            contact,
        )
    )


async def size(connection: Connection, clinic: str) -> int:
    """How many entries a clinic's ledger has."""
    found: int = await connection.fetchval("SELECT count(*) FROM consent WHERE clinic = $1", clinic)
    return found


async def page(connection: Connection, clinic: str, after: int, limit: int) -> tuple[list[Entry], int]:
    """The entries of a clinic's ledger behind number `after`, as they were written, and the number of the last.

    What is only ever added to is read page by page without a transaction around it.
    """
    rows = await connection.fetch(
        """
        SELECT n.id, a.address, n.opted_out, n.at, n.source, n.words
          FROM consent n JOIN address a ON a.clinic = n.clinic AND a.contact = n.contact AND a.kind = 'sms'
         WHERE n.clinic = $1 AND n.id > $2 ORDER BY n.id LIMIT $3
        """,
        clinic,
        after,
        limit,
    )
    entries = [Entry(row["address"], row["opted_out"], row["at"], row["source"], row["words"]) for row in rows]
    return entries, rows[-1]["id"] if rows else after
