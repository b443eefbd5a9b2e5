"""Square's payments, refunds and disputes, read. Pure.

They come as JSON in webhooks and as objects of the SDK in answers; neither is checked by anybody before it is here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from deskbell import Money, PaymentStatus, PaymentUpdate, storable

LONGEST_ID = 255
#: What a payment's note says of our deposit: ``Deposit <id>``.
NOTE = "Deposit "
#: Our ids of deposits: a payment that somebody else asked for has a note or a reference of its own.
_OURS = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_MOST_CENTS = 2**63

PAYMENTS = {
    "APPROVED": PaymentStatus.PENDING,
    "PENDING": PaymentStatus.PENDING,
    "FAILED": PaymentStatus.FAILED,
    "CANCELED": PaymentStatus.CANCELLED,
    "COMPLETED": PaymentStatus.PAID,
}
REFUNDS = {
    "PENDING": PaymentStatus.PENDING,
    "COMPLETED": PaymentStatus.REFUNDED,
    "REJECTED": PaymentStatus.FAILED,
    "FAILED": PaymentStatus.FAILED,
}


def at(thing: Any, *path: str) -> Any:
    """What stands at the end of the path; None where it ends early."""
    for name in path:
        thing = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
    return thing


def text(thing: Any, *path: str) -> str:
    value = at(thing, *path)
    return storable(value) if isinstance(value, str) else ""


def identifier(thing: Any, *path: str) -> str:
    """An id that can be kept and compared; empty for anything else."""
    value = at(thing, *path)
    fine = isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_ID
    return value if fine else ""


def moment(thing: Any, *path: str) -> datetime | None:
    """An RFC 3339 moment as aware UTC; None for anything else, so that an odd date never costs a payment."""
    value = at(thing, *path)
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
        return found and (found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None


def money(thing: Any, *path: str) -> Money | None:
    amount, currency = at(thing, *path, "amount"), at(thing, *path, "currency")
    if type(amount) is not int or not 0 <= amount < _MOST_CENTS:
        return None
    return Money(amount, currency) if isinstance(currency, str) and _CURRENCY.fullmatch(currency) else None


def payment(found: Any, *, event_id: str, now: datetime) -> PaymentUpdate | None:
    """What a payment in a state of `PAYMENTS` says; None where it cannot be read.

    The amount is `amount_money`: what the order came to. `total_money` would hold a tip too, which is no part of a
    deposit; our links offer none.
    """
    payment_id, amount = identifier(found, "id"), money(found, "amount_money")
    if not payment_id or amount is None:
        return None
    return PaymentUpdate(
        event_id=event_id,
        payment_id=payment_id,
        status=PAYMENTS[text(found, "status")],
        amount=amount,
        at=moment(found, "updated_at") or now,
        order_id=identifier(found, "order_id"),
        reference=_reference(found),
    )


def refund(found: Any, *, event_id: str, now: datetime) -> PaymentUpdate | None:
    """What a refund in a state of `REFUNDS` says; None where it cannot be read."""
    payment_id, refund_id, amount = (
        identifier(found, "payment_id"),
        identifier(found, "id"),
        money(found, "amount_money"),
    )
    status = REFUNDS.get(text(found, "status"))
    if not payment_id or not refund_id or amount is None or status is None:
        return None
    return PaymentUpdate(
        event_id=event_id,
        payment_id=payment_id,
        status=status,
        amount=amount,
        at=moment(found, "updated_at") or now,
        order_id=identifier(found, "order_id"),
        refund_id=refund_id,
    )


def dispute(found: Any, *, event_id: str, now: datetime) -> PaymentUpdate | None:
    """What an open dispute says; None where it cannot be read."""
    payment_id, amount = identifier(found, "disputed_payment", "payment_id"), money(found, "amount_money")
    if not payment_id or amount is None:
        return None
    return PaymentUpdate(
        event_id=event_id,
        payment_id=payment_id,
        status=PaymentStatus.DISPUTED,
        amount=amount,
        at=moment(found, "updated_at") or moment(found, "created_at") or now,
    )


def _reference(found: Any) -> str | None:
    """Our id of the deposit, from the note that our links give to payments, or from the reference."""
    note = text(found, "note")
    for given in (note.removeprefix(NOTE) if note.startswith(NOTE) else "", text(found, "reference_id")):
        if _OURS.fullmatch(given):
            return given
    return None
