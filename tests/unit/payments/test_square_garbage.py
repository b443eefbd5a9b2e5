"""Whatever Square's objects hold, reading them gives an update or nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskbell import PaymentStatus, PaymentUpdate
from plugins.payments.square import reading

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NAMES = ["id", "status", "amount_money", "order_id", "note", "reference_id", "updated_at", "payment_id", "currency"]
NAMES += ["amount", "disputed_payment", "created_at"]
WORDS = st.sampled_from([*reading.PAYMENTS, "USD", "P1", "", "\x00", "\ud800", "2026-03-02T15:00:00Z", "9" * 300])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=15,
)


@given(found=VALUES)
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_object_makes_reading_stumble(found: Any) -> None:
    readers = [reading.refund, reading.dispute]
    if reading.text(found, "status") in reading.PAYMENTS:
        readers.append(reading.payment)
    for read in readers:
        update = read(found, event_id="e", now=NOW)
        assert update is None or _sound(update)


def _sound(update: PaymentUpdate) -> bool:
    update.at.astimezone(UTC)
    written = f"{update.payment_id}{update.order_id}{update.reference}{update.refund_id}"
    return "\x00" not in written and bool(written.encode()) and bool(update.payment_id)


def test_an_object_of_the_sdk_reads_like_the_json_it_came_from() -> None:
    money = {"amount": 5_000, "currency": "USD"}
    json = {"id": "P1", "status": "COMPLETED", "amount_money": money, "order_id": "O1"}
    made = SimpleNamespace(**{**json, "amount_money": SimpleNamespace(**money)})
    update = reading.payment(json, event_id="e", now=NOW)
    assert update is not None
    assert update.status is PaymentStatus.PAID
    assert reading.payment(made, event_id="e", now=NOW) == update
