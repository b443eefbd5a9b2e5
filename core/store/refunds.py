"""Refunds that staff asked for here: wanted, asked of the provider, done or refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from core.store.database import Connection
from deskbell import Money


@dataclass(frozen=True, slots=True)
class Wanted:
    """A refund that this worker alone may ask for now."""

    clinic: str
    id: int
    #: The idempotency key.
    key: UUID
    binding: str
    payment_id: str
    cents: int
    currency: str
    attempts: int

    @property
    def amount(self) -> Money:
        return Money(self.cents, self.currency)


async def want(
    connection: Connection, clinic: str, binding: str, payment: str, amount: Money, author: str, now: datetime
) -> int:
    """Books a wish; the provider is asked by the next sweep."""
    found: int = await connection.fetchval(
        """
        INSERT INTO refund (clinic, binding, payment_id, cents, currency, status, wanted_by, due_at, at)
        VALUES ($1, $2, $3, $4, $5, 'wanted', $6, $7, $7) RETURNING id
        """,
        clinic,
        binding,
        payment,
        amount.cents,
        amount.currency,
        author,
        now,
    )
    return found


async def on_the_way(connection: Connection, clinic: str, binding: str, payment: str) -> int:
    """Cents of a payment that refunds already give back, or are about to."""
    found: int = await connection.fetchval(
        """
        SELECT coalesce(sum(cents), 0)::integer FROM refund
         WHERE clinic = $1 AND binding = $2 AND payment_id = $3 AND status <> 'refused'
        """,
        clinic,
        binding,
        payment,
    )
    return found


async def claim(
    connection: Connection, clinics: Sequence[str], now: datetime, wall: datetime, lease: timedelta, limit: int = 20
) -> list[Wanted]:
    """Takes refunds that are due, counting the attempt before the provider is called."""
    rows = await connection.fetch(
        """
        UPDATE refund r SET attempts = r.attempts + 1, lease_until = $4
         WHERE (r.clinic, r.id) IN (
            SELECT clinic, id FROM refund
             WHERE status = 'wanted' AND due_at <= $2 AND clinic = ANY($1) AND (lease_until IS NULL OR lease_until < $3)
             ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED)
        RETURNING r.clinic, r.id, r.key, r.binding, r.payment_id, r.cents, r.currency, r.attempts
        """,
        list(clinics),
        now,
        wall,
        wall + lease,
        limit,
    )
    return [Wanted(**row) for row in rows]


async def asked(connection: Connection, wanted: Wanted, refund_id: str, *, done: bool) -> str:
    """The provider has taken it. A report of the same refund that was quicker is joined with the wish.

    Returns what it is now: ``asked``, ``done`` or ``refused``.
    """
    quicker: str | None = await connection.fetchval(
        "DELETE FROM refund WHERE clinic = $1 AND binding = $2 AND refund_id = $3 AND id <> $4 RETURNING status",
        wanted.clinic,
        wanted.binding,
        refund_id,
        wanted.id,
    )
    status = "done" if done else quicker or "asked"
    await connection.execute(
        """
        UPDATE refund SET refund_id = $3, lease_until = NULL, due_at = NULL, reason = NULL,
                          status = $4
         WHERE clinic = $1 AND id = $2
        """,
        wanted.clinic,
        wanted.id,
        refund_id,
        status,
    )
    return status


async def postpone(connection: Connection, wanted: Wanted, due_at: datetime, reason: str) -> None:
    await connection.execute(
        "UPDATE refund SET due_at = $3, reason = $4, lease_until = NULL WHERE clinic = $1 AND id = $2",
        wanted.clinic,
        wanted.id,
        due_at,
        reason,
    )


async def refuse(connection: Connection, wanted: Wanted, reason: str) -> None:
    await connection.execute(
        "UPDATE refund SET status = 'refused', reason = $3, lease_until = NULL WHERE clinic = $1 AND id = $2",
        wanted.clinic,
        wanted.id,
        reason,
    )


async def of_deposit(connection: Connection, clinic: str, deposit: int) -> list[asyncpg.Record]:
    """(payment_id, cents, currency, status, reason, wanted_by, at) of a deposit's refunds, oldest first."""
    return list(
        await connection.fetch(
            """
            SELECT r.payment_id, r.cents, r.currency, r.status, r.reason, r.wanted_by, r.at FROM refund r
              JOIN payment p ON p.clinic = r.clinic AND p.binding = r.binding AND p.payment_id = r.payment_id
             WHERE r.clinic = $1 AND p.deposit = $2 ORDER BY r.id
            """,
            clinic,
            deposit,
        )
    )
