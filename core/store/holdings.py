"""What the deposits of a clinic hold: every payment beside the deposit that it is for."""

from __future__ import annotations

from itertools import groupby

import asyncpg

from core.deposits.balance import MONEYED, Holding
from core.deposits.machine import PaymentFacts
from core.store.database import Connection
from deskbell import DepositStatus, Money, PaymentStatus

_HOLDINGS = """
SELECT d.id, d.status, d.cents, d.currency, d.accepted,
       p.payment_id, p.status AS known, p.cents AS came, p.currency AS came_in,
       coalesce((SELECT sum(r.cents) FROM refund r
                  WHERE r.clinic = p.clinic AND r.binding = p.binding AND r.payment_id = p.payment_id
                    AND r.status = 'done' AND r.currency = p.currency), 0)::integer AS refunded
  FROM deposit d LEFT JOIN payment p ON p.clinic = d.clinic AND p.deposit = d.id
 WHERE d.clinic = $1 AND (p.payment_id IS NOT NULL OR d.status = ANY($2))
 ORDER BY d.id, p.at, p.payment_id
"""


async def of_clinic(connection: Connection, clinic: str) -> list[Holding]:
    """Every deposit that a payment is known of, or that says so by its status, oldest first."""
    rows = await connection.fetch(_HOLDINGS, clinic, [status.value for status in MONEYED])
    return [_holding(list(group)) for _, group in groupby(rows, key=lambda row: row["id"])]


async def clinics(connection: Connection) -> list[str]:
    """Every clinic that ever asked for a deposit."""
    rows = await connection.fetch("SELECT DISTINCT clinic FROM deposit ORDER BY clinic")
    return [row["clinic"] for row in rows]


def _holding(rows: list[asyncpg.Record]) -> Holding:
    first = rows[0]
    payments = tuple(
        PaymentFacts(
            row["payment_id"], PaymentStatus(row["known"]), Money(row["came"], row["came_in"]), row["refunded"]
        )
        for row in rows
        if row["payment_id"] is not None
    )
    return Holding(
        first["id"],
        DepositStatus(first["status"]),
        Money(first["cents"], first["currency"]),
        first["accepted"],
        payments,
    )
