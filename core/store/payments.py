"""What payment providers reported: payments, refunds, and the news that they came in, each kept once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from core.deposits.machine import PaymentFacts, merged
from core.store.database import Connection
from deskbell import Money, PaymentEvent, PaymentStatus, PaymentUpdate

#: News that nobody has acted on: of money that we cannot place, of no kind we know, of business that is not ours.
#: The gravest first.
PARKED = ("unmatched", "unhandled", "elsewhere")


@dataclass(frozen=True, slots=True)
class Account:
    """One binding of one clinic: whose news it is."""

    clinic: str
    binding: str


async def one_at_a_time(connection: Connection, account: Account, payment: str) -> None:
    """News of one payment is entered one after the other; held until the transaction ends."""
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{account.clinic} {account.binding} {payment}"
    )


async def note(connection: Connection, account: Account, event: PaymentEvent, kind: str, now: datetime) -> bool:
    """Keeps a piece of news; False when it is known already."""
    money = event if isinstance(event, PaymentUpdate) else None
    found = await connection.fetchval(
        """
        INSERT INTO payment_event (clinic, binding, event_id, kind, payment_id, order_id, cents, currency, outcome, at,
                                   stored_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'entered', $9, $10) ON CONFLICT DO NOTHING RETURNING true
        """,
        account.clinic,
        account.binding,
        event.event_id,
        kind,
        money.payment_id if money else None,
        money.order_id if money else None,
        money.amount.cents if money else None,
        money.amount.currency if money else None,
        event.at,
        now,
    )
    return bool(found)


async def park(connection: Connection, account: Account, event: PaymentEvent, outcome: str) -> None:
    """Says what became of a piece of news that nobody acted on."""
    await connection.execute(
        "UPDATE payment_event SET outcome = $4 WHERE clinic = $1 AND binding = $2 AND event_id = $3",
        account.clinic,
        account.binding,
        event.event_id,
        outcome,
    )


async def unpark(connection: Connection, account: Account, payment: str) -> None:
    """News of a payment that was not to be placed, and now is."""
    await connection.execute(
        """
        UPDATE payment_event SET outcome = 'entered'
         WHERE clinic = $1 AND binding = $2 AND payment_id = $3 AND outcome IN ('unmatched', 'elsewhere')
        """,
        account.clinic,
        account.binding,
        payment,
    )


async def parked(connection: Connection, clinic: str | None, limit: int = 50) -> list[asyncpg.Record]:
    """News that nobody acted on: all that is unmatched before anything else, each kind newest first."""
    return list(
        await connection.fetch(
            """
            SELECT clinic, binding, event_id, kind, payment_id, cents, currency, outcome, at FROM payment_event
             WHERE outcome = ANY($2) AND ($1::text IS NULL OR clinic = $1)
             ORDER BY array_position($2::text[], outcome), stored_at DESC LIMIT $3
            """,
            clinic,
            list(PARKED),
            limit,
        )
    )


async def known(connection: Connection, account: Account, payment: str) -> asyncpg.Record | None:
    """(deposit, status, order_id, ours, at) of a payment that was reported before."""
    return await connection.fetchrow(
        """
        SELECT deposit, status, order_id, ours, at FROM payment
         WHERE clinic = $1 AND binding = $2 AND payment_id = $3
        """,
        account.clinic,
        account.binding,
        payment,
    )


async def keep(connection: Connection, account: Account, update: PaymentUpdate, deposit: int | None) -> None:
    """Writes what a report adds to what is known of a payment: its status only grows, its amount with it."""
    before = await known(connection, account, update.payment_id)
    status = merged(PaymentStatus(before["status"]) if before else None, update.status)
    await connection.execute(
        """
        INSERT INTO payment (clinic, binding, payment_id, deposit, order_id, ours, status, cents, currency, at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (clinic, binding, payment_id) DO UPDATE
           SET deposit = coalesce(payment.deposit, excluded.deposit),
               ours = payment.ours OR excluded.ours,
               order_id = CASE WHEN payment.order_id = '' THEN excluded.order_id ELSE payment.order_id END,
               status = excluded.status,
               -- What was paid is told by the report of the payment; a dispute may name a part of it.
               cents = CASE WHEN $11 THEN excluded.cents ELSE payment.cents END,
               currency = CASE WHEN $11 THEN excluded.currency ELSE payment.currency END,
               at = CASE WHEN $11 THEN excluded.at ELSE payment.at END
        """,
        account.clinic,
        account.binding,
        update.payment_id,
        deposit,
        update.order_id,
        update.reference is not None,
        status.value,
        update.amount.cents,
        update.amount.currency,
        update.at,
        before is None or _tells_more(before, update),
    )


def _tells_more(before: asyncpg.Record, update: PaymentUpdate) -> bool:
    """Whether the amount of a report counts more than the one that is kept."""
    if before["status"] == PaymentStatus.PAID:
        return update.status is PaymentStatus.PAID and update.at > before["at"]
    return update.status is PaymentStatus.PAID or before["status"] != PaymentStatus.DISPUTED


async def keep_refund(connection: Connection, account: Account, update: PaymentUpdate) -> None:
    """Writes down that money was given back."""
    await connection.execute(
        """
        INSERT INTO refund (clinic, binding, payment_id, refund_id, cents, currency, status, at)
        VALUES ($1, $2, $3, $4, $5, $6, 'done', $7)
        ON CONFLICT (clinic, binding, refund_id) DO UPDATE SET status = 'done', at = excluded.at
         WHERE refund.status <> 'done'
        """,
        account.clinic,
        account.binding,
        update.payment_id,
        update.refund_id,
        update.amount.cents,
        update.amount.currency,
        update.at,
    )


async def refuse_refund(connection: Connection, account: Account, update: PaymentUpdate) -> bool:
    """Writes down that a refund came to nothing after all. Returns whether somebody here had asked for it.

    One that nobody here knows of yet is kept too: its answer may be on its way.
    """
    wanted_by: str | None = await connection.fetchval(
        """
        INSERT INTO refund (clinic, binding, payment_id, refund_id, cents, currency, status, reason, at)
        VALUES ($1, $2, $3, $4, $5, $6, 'refused', 'failed at the provider', $7)
        ON CONFLICT (clinic, binding, refund_id) DO UPDATE SET status = 'refused', reason = excluded.reason
         WHERE refund.status = 'asked'
        RETURNING wanted_by
        """,
        account.clinic,
        account.binding,
        update.payment_id,
        update.refund_id,
        update.amount.cents,
        update.amount.currency,
        update.at,
    )
    return wanted_by is not None


_PAYMENTS = """
SELECT p.payment_id, p.status, p.cents, p.currency, p.at,
       coalesce((SELECT sum(r.cents) FROM refund r
                  WHERE r.clinic = p.clinic AND r.binding = p.binding AND r.payment_id = p.payment_id
                    AND r.status = 'done' AND r.currency = p.currency), 0)::integer AS refunded
  FROM payment p WHERE p.clinic = $1 AND p.deposit = $2 ORDER BY p.at, p.payment_id
"""


async def of_deposit(connection: Connection, clinic: str, deposit: int) -> list[PaymentFacts]:
    """All that is known of a deposit's payments, oldest first."""
    rows = await connection.fetch(_PAYMENTS, clinic, deposit)
    return [
        PaymentFacts(
            row["payment_id"], PaymentStatus(row["status"]), Money(row["cents"], row["currency"]), row["refunded"]
        )
        for row in rows
    ]


async def adopt(connection: Connection, account: Account, order: str, deposit: int) -> bool:
    """Gives payments that came before their link was written down to its deposit. Returns whether there were any."""
    found = await connection.fetch(
        """
        UPDATE payment SET deposit = $4
         WHERE clinic = $1 AND binding = $2 AND order_id = $3 AND deposit IS NULL AND $3 <> '' RETURNING payment_id
        """,
        account.clinic,
        account.binding,
        order,
        deposit,
    )
    for row in found:
        await unpark(connection, account, row["payment_id"])
    return bool(found)


async def books(connection: Connection, clinic: str) -> Sequence[asyncpg.Record]:
    """What came in and what was given back, by currency: (currency, payments, cents, refunds, refunded)."""
    rows: Any = await connection.fetch(
        """
        SELECT currency, sum(payments)::bigint AS payments, sum(cents)::bigint AS cents,
               sum(refunds)::bigint AS refunds, sum(refunded)::bigint AS refunded
          FROM (SELECT currency, 1 AS payments, cents, 0 AS refunds, 0 AS refunded FROM payment
                 WHERE clinic = $1 AND deposit IS NOT NULL AND status IN ('paid', 'disputed')
                UNION ALL
                SELECT r.currency, 0, 0, 1, r.cents FROM refund r
                  JOIN payment p ON p.clinic = r.clinic AND p.binding = r.binding AND p.payment_id = r.payment_id
                 WHERE r.clinic = $1 AND r.status = 'done' AND p.deposit IS NOT NULL
                   -- Of a payment that nobody has reported as paid yet, nothing can have gone back yet.
                   AND p.status IN ('paid', 'disputed')) AS moved
         GROUP BY currency ORDER BY currency
        """,
        clinic,
    )
    return list(rows)
