"""Deposits: their rows, the errands that they give the cashier, and the journal of how they moved.

Whoever changes a deposit outside a turn's commit locks its conversation first and then the deposit, as the commit does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

import asyncpg

from core.store.database import Connection
from deskbell import Deposit, DepositStatus, Money, PaymentLink

#: What the cashier does with the provider: make a link, or make it void.
Errand = Literal["make", "void"]


@dataclass(frozen=True, slots=True)
class DepositRow:
    """A deposit as it is stored."""

    clinic: str
    id: int
    #: What the provider knows it by.
    key: UUID
    token: str
    conversation: int
    request: int
    binding: str
    cents: int
    currency: str
    status: DepositStatus
    accepted: bool
    link_id: str | None
    order_id: str | None
    link_url: str | None = field(repr=False)
    url: str = field(repr=False)
    errand: Errand | None
    attempts: int
    created_at: datetime
    moved_at: datetime

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.currency)

    @property
    def link(self) -> PaymentLink | None:
        """The provider's link; None while it is not known here."""
        return PaymentLink(self.link_id, self.link_url or "", self.order_id or "") if self.link_id else None

    def seen(self, status: DepositStatus | None = None, url: str | None = None) -> Deposit:
        """As turns see it."""
        return Deposit(self.id, self.request, status or self.status, self.amount, self.url if url is None else url)


_COLUMNS = """
d.clinic, d.id, d.key, d.token, d.conversation, d.request, d.binding, d.cents, d.currency, d.status, d.accepted,
d.link_id, d.order_id, d.link_url, d.url, d.errand, d.attempts, d.created_at, d.moved_at
"""


def _row(record: asyncpg.Record) -> DepositRow:
    return DepositRow(**{**record, "status": DepositStatus(record["status"])})


async def lock(connection: Connection, clinic: str, deposit: int) -> DepositRow | None:
    """The deposit, its conversation and itself locked until the transaction ends."""
    conversation = await connection.fetchval(
        "SELECT conversation FROM deposit WHERE clinic = $1 AND id = $2", clinic, deposit
    )
    if conversation is None:
        return None
    await connection.execute(
        "SELECT FROM conversation WHERE clinic = $1 AND id = $2 FOR NO KEY UPDATE", clinic, conversation
    )
    record = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM deposit d WHERE d.clinic = $1 AND d.id = $2 FOR UPDATE",  # noqa: S608 - a constant
        clinic,
        deposit,
    )
    return _row(record) if record else None


async def find(connection: Connection, clinic: str, binding: str, order: str, reference: UUID | None) -> int | None:
    """The deposit that a payment is for, by the provider's order or by our own reference."""
    found: int | None = await connection.fetchval(
        """
        SELECT id FROM deposit WHERE clinic = $1 AND binding = $2
           AND (($3 <> '' AND order_id = $3) OR key = $4) ORDER BY id DESC LIMIT 1
        """,
        clinic,
        binding,
        order,
        reference,
    )
    return found


async def move(connection: Connection, row: DepositRow, after: DepositStatus, cause: str, now: datetime) -> None:
    """Writes a new status and its journal. A link that is given up with it is made void by the cashier."""
    gives_up = after in (DepositStatus.CANCELLED, DepositStatus.EXPIRED)
    await connection.execute(
        """
        UPDATE deposit
           SET status = $3, moved_at = $4,
               errand = CASE WHEN $5 AND (link_id IS NOT NULL OR attempts > 0) THEN 'void' END,
               attempts = CASE WHEN $5 THEN 0 ELSE attempts END, due_at = $4
         WHERE clinic = $1 AND id = $2
        """,
        row.clinic,
        row.id,
        after.value,
        now,
        gives_up,
    )
    await journal(connection, row.clinic, row.id, row.status, after, cause, now)


async def journal(
    connection: Connection,
    clinic: str,
    deposit: int,
    before: DepositStatus | None,
    after: DepositStatus,
    cause: str,
    now: datetime,
) -> None:
    await connection.execute(
        "INSERT INTO deposit_journal (clinic, deposit, before, after, cause, at) VALUES ($1, $2, $3, $4, $5, $6)",
        clinic,
        deposit,
        before.value if before else None,
        after.value,
        cause,
        now,
    )


async def accept(connection: Connection, row: DepositRow) -> None:
    """Staff take what came for good, though it is not what was asked for."""
    await connection.execute("UPDATE deposit SET accepted = true WHERE clinic = $1 AND id = $2", row.clinic, row.id)


# ---- the cashier's errands ---------------------------------------------------------------------------------------

_CLAIM = f"""
UPDATE deposit d
   SET attempts = d.attempts + 1, lease_until = $5
 WHERE (d.clinic, d.id) IN (
    SELECT e.clinic, e.id FROM deposit e
     WHERE e.errand IS NOT NULL AND e.due_at <= $2 AND e.clinic = ANY($1)
       AND (e.lease_until IS NULL OR e.lease_until < $4)
       AND ($3::bigint IS NULL OR e.conversation = $3)
       -- A link is made only when the one before it is void: never are two of a conversation open.
       AND (e.errand = 'void' OR NOT EXISTS (
            SELECT FROM deposit o WHERE o.clinic = e.clinic AND o.conversation = e.conversation AND o.id <> e.id
               AND o.errand = 'void'))
     ORDER BY e.due_at LIMIT $6 FOR UPDATE SKIP LOCKED)
RETURNING {_COLUMNS}
"""  # noqa: S608 - a constant


async def claim(
    connection: Connection,
    clinics: Sequence[str],
    now: datetime,
    wall: datetime,
    lease: timedelta,
    *,
    conversation: int | None = None,
    limit: int = 20,
) -> list[DepositRow]:
    """Takes errands that are due, counting the attempt before the provider is called."""
    rows = await connection.fetch(_CLAIM, list(clinics), now, conversation, wall, wall + lease, limit)
    return [_row(row) for row in rows]


async def keep_link(connection: Connection, row: DepositRow, link: PaymentLink, url: str) -> None:
    """Writes down the link that the provider has made."""
    await connection.execute(
        "UPDATE deposit SET link_id = $3, order_id = $4, link_url = $5, url = $6 WHERE clinic = $1 AND id = $2",
        row.clinic,
        row.id,
        link.id,
        link.order_id,
        link.url,
        url,
    )


async def finish(connection: Connection, row: DepositRow, errand: Errand) -> None:
    """The errand is done, or given up; another that has taken its place meanwhile stays."""
    await connection.execute(
        """
        UPDATE deposit SET lease_until = NULL, errand = CASE WHEN errand = $3 THEN NULL ELSE errand END
         WHERE clinic = $1 AND id = $2
        """,
        row.clinic,
        row.id,
        errand,
    )


async def void_link(connection: Connection, row: DepositRow, now: datetime) -> None:
    """Wishes for a link to be void that there is, or that may be in the making; for the cashier to do."""
    await connection.execute(
        """
        UPDATE deposit SET errand = 'void', attempts = 0, due_at = $3
         WHERE clinic = $1 AND id = $2 AND (link_id IS NOT NULL OR attempts > 0)
        """,
        row.clinic,
        row.id,
        now,
    )


async def postpone(connection: Connection, row: DepositRow, due_at: datetime) -> None:
    """The errand is tried again at `due_at`."""
    await connection.execute(
        "UPDATE deposit SET due_at = $3, lease_until = NULL WHERE clinic = $1 AND id = $2", row.clinic, row.id, due_at
    )


async def take_unsettled(
    connection: Connection, before: Mapping[str, datetime], now: datetime, since: datetime, limit: int = 50
) -> list[DepositRow]:
    """Links that nobody has asked about since the moment that `before` names for their clinic.

    Open ones, those that were given up after `since` (they may have been paid while nobody listened), and those whose
    refund the provider still thinks about.
    """
    rows = await connection.fetch(
        f"""
        UPDATE deposit d SET looked_up_at = $3
         WHERE (d.clinic, d.id) IN (
            SELECT o.clinic, o.id
              FROM deposit o JOIN unnest($1::text[], $2::timestamptz[]) AS w (clinic, before) ON w.clinic = o.clinic
             WHERE o.link_id IS NOT NULL AND coalesce(o.looked_up_at, o.moved_at) <= w.before
               AND (o.status IN ('link_sent', 'failed') OR (o.status IN ('expired', 'cancelled') AND o.moved_at > $4)
                    OR EXISTS (SELECT FROM payment p JOIN refund r USING (clinic, binding, payment_id)
                                WHERE p.clinic = o.clinic AND p.deposit = o.id AND r.status = 'asked'))
             ORDER BY o.looked_up_at NULLS FIRST LIMIT $5 FOR UPDATE OF o SKIP LOCKED)
        RETURNING {_COLUMNS}
        """,  # noqa: S608 - a constant
        list(before),
        list(before.values()),
        now,
        since,
        limit,
    )
    return [_row(row) for row in rows]


async def with_links(connection: Connection, clinic: str, since: datetime) -> list[DepositRow]:
    """Every deposit of a clinic that has a link and moved since then, oldest first."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM deposit d
         WHERE d.clinic = $1 AND d.link_id IS NOT NULL AND d.moved_at >= $2 ORDER BY d.id
        """,  # noqa: S608 - a constant
        clinic,
        since,
    )
    return [_row(row) for row in rows]


# ---- looking -----------------------------------------------------------------------------------------------------


async def by_token(connection: Connection, token: str) -> DepositRow | None:
    """The deposit behind an address that a patient was texted."""
    record = await connection.fetchrow(f"SELECT {_COLUMNS} FROM deposit d WHERE d.token = $1", token)  # noqa: S608
    return _row(record) if record else None


async def one(connection: Connection, clinic: str | None, deposit: int) -> DepositRow | None:
    """A deposit by its number, which is unique over all clinics of a database."""
    record = await connection.fetchrow(
        f"SELECT {_COLUMNS} FROM deposit d WHERE d.id = $2 AND ($1::text IS NULL OR d.clinic = $1)",  # noqa: S608
        clinic,
        deposit,
    )
    return _row(record) if record else None


async def listing(
    connection: Connection,
    clinic: str | None,
    statuses: Sequence[str] = (),
    limit: int = 50,
    *,
    conversation: int | None = None,
) -> list[DepositRow]:
    """The newest deposits, newest first; of all conversations or of one."""
    rows = await connection.fetch(
        f"""
        SELECT {_COLUMNS} FROM deposit d
         WHERE ($1::text IS NULL OR d.clinic = $1) AND (cardinality($2::text[]) = 0 OR d.status = ANY($2))
           AND ($4::bigint IS NULL OR d.conversation = $4)
         ORDER BY d.id DESC LIMIT $3
        """,  # noqa: S608 - a constant
        clinic,
        list(statuses),
        limit,
        conversation,
    )
    return [_row(row) for row in rows]


async def history(connection: Connection, clinic: str, deposit: int) -> list[asyncpg.Record]:
    """How a deposit moved: (before, after, cause, at), oldest first."""
    return list(
        await connection.fetch(
            "SELECT before, after, cause, at FROM deposit_journal WHERE clinic = $1 AND deposit = $2 ORDER BY id",
            clinic,
            deposit,
        )
    )


async def was_paid(connection: Connection, row: DepositRow) -> bool:
    """Whether it has been paid before, whatever became of that."""
    return bool(
        await connection.fetchval(
            "SELECT EXISTS (SELECT FROM deposit_journal WHERE clinic = $1 AND deposit = $2 AND after = 'paid')",
            row.clinic,
            row.id,
        )
    )


async def payer_phone(connection: Connection, row: DepositRow) -> str | None:
    """The number that the payer texts from; None where they are reached otherwise."""
    found: str | None = await connection.fetchval(
        "SELECT address FROM conversation WHERE clinic = $1 AND id = $2 AND kind = 'sms'", row.clinic, row.conversation
    )
    return found
