"""What is made of Square's webhooks, beyond the contract of every payment provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from deskbell import (
    AccessRevoked,
    Grant,
    Malformed,
    Money,
    NotForMe,
    PaymentEvent,
    PaymentStatus,
    PaymentUpdate,
    RawRequest,
    SignatureInvalid,
    Unhandled,
)
from plugins.payments.square import SquarePayment, testing, webhook

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WEBHOOK = "https://desk.example/webhooks/square/harbor-money"
KEY = "signature-key-1"
DEPOSIT = "5f0c6a52-93b1-4f0e-8a3b-6f1d5f8f7f10"

Make = Callable[..., SquarePayment]
Hear = Callable[..., Awaitable[list[PaymentEvent]]]


def payment(status: str = "COMPLETED", **more: Any) -> bytes:
    thing = testing.payment("P1", status, Money(5_000), order_id="O1", at=NOW, **more)
    return testing.event("payment.updated", "payment", thing, at=NOW)


def refund(status: str) -> bytes:
    thing = testing.refund("R1", "P1", status, Money(2_000), order_id="O1", at=NOW)
    return testing.event("refund.updated", "refund", thing, at=NOW)


def dispute(kind: str, state: str) -> bytes:
    return testing.event(kind, "dispute", testing.dispute("P1", state, Money(5_000), at=NOW), at=NOW)


async def told(hears: Hear, body: bytes) -> PaymentUpdate:
    [event] = await hears(body)
    assert isinstance(event, PaymentUpdate)
    return event


async def test_the_signature_is_the_one_that_squares_own_code_makes() -> None:
    from square.utils.webhooks_helper import verify_signature

    body = payment()
    made = webhook.signature(WEBHOOK, body, KEY)
    assert verify_signature(
        request_body=body.decode(), signature_header=made, signature_key=KEY, notification_url=WEBHOOK
    )


def test_without_a_key_nothing_is_believed_whatever_it_is_signed_with() -> None:
    with pytest.raises(SignatureInvalid):
        webhook.verify(testing.sign(WEBHOOK, b"{}", ""), "", WEBHOOK)


@pytest.mark.parametrize("given", [None, b"bytes", 7])
def test_a_header_that_is_no_text_is_refused_and_no_accident(given: Any) -> None:
    request = RawRequest("POST", WEBHOOK, {webhook.SIGNATURE_HEADER: given}, b"{}")
    with pytest.raises(SignatureInvalid):
        webhook.verify(request, KEY, WEBHOOK)


async def test_the_address_as_subscribed_counts_where_it_is_given(square: Make) -> None:
    shared = "https://desk.example/webhooks/square/all"
    payments = square(notification_url=shared)
    assert await payments.receive(replace(testing.sign(shared, payment(), KEY), url=WEBHOOK))
    with pytest.raises(SignatureInvalid):
        await payments.receive(testing.sign(WEBHOOK, payment(), KEY))


@pytest.mark.parametrize(
    ("note", "reference_id", "reference"),
    [
        (f"Deposit {DEPOSIT}", None, DEPOSIT),
        (None, DEPOSIT, DEPOSIT),
        (f"Deposit {DEPOSIT}", "table 4", DEPOSIT),
        ("Deposit for Dana", None, None),
        (f"deposit {DEPOSIT}!", "12", None),
        (None, None, None),
        (7, {"id": DEPOSIT}, None),
    ],
)
async def test_a_payment_names_our_deposit_only_by_an_id_of_ours(
    hears: Hear, note: object, reference_id: object, reference: str | None
) -> None:
    update = await told(hears, payment(note=note, reference_id=reference_id))
    assert (update.order_id, update.reference) == ("O1", reference)


async def test_a_tip_is_no_part_of_what_was_paid(hears: Hear) -> None:
    tip, total = testing.money(Money(900)), testing.money(Money(5_900))
    assert (await told(hears, payment(tip_money=tip, total_money=total))).amount == Money(5_000)


async def test_the_moment_is_the_payments_own_and_in_doubt_that_of_the_news(hears: Hear) -> None:
    earlier = NOW - timedelta(minutes=3)
    assert (await told(hears, payment(updated_at=testing.moment(earlier)))).at == earlier
    for odd in ("yesterday", None, 7, "0001-01-01T00:00:00+14:00"):
        assert (await told(hears, payment(updated_at=odd))).at == NOW


@pytest.mark.parametrize(
    "amount",
    [
        None,
        50,
        {"amount": "5000", "currency": "USD"},
        {"amount": -1, "currency": "USD"},
        {"amount": True},
        {"amount": 5000},
        {"amount": 5000, "currency": "usd"},
        {"amount": 2**64, "currency": "USD"},
    ],
)
async def test_a_payment_whose_amount_cannot_be_read_is_not_guessed(hears: Hear, amount: object) -> None:
    with pytest.raises(Malformed):
        await hears(payment(amount_money=amount))


@pytest.mark.parametrize("state", ["FAILED", "REJECTED"])
async def test_a_refund_that_came_to_nothing_is_named(hears: Hear, state: str) -> None:
    update = await told(hears, refund(state))
    assert (update.status, update.payment_id, bool(update.refund_id)) == (PaymentStatus.FAILED, "P1", True)


async def test_a_refund_on_its_way_is_no_news_and_one_in_an_unknown_state_is_for_somebody_to_see(hears: Hear) -> None:
    assert await hears(refund("PENDING")) == []
    [event] = await hears(refund("SOMETHING_NEW"))
    assert isinstance(event, Unhandled)
    assert event.kind == "refund.updated SOMETHING_NEW"


@pytest.mark.parametrize("kind", ["dispute.created", "dispute.state.updated", "dispute.state.changed"])
async def test_a_dispute_is_one_until_it_is_settled(hears: Hear, kind: str) -> None:
    for state in ("EVIDENCE_REQUIRED", "PROCESSING", "INQUIRY_PROCESSING", "LOST", "ACCEPTED"):
        update = await told(hears, dispute(kind, state))
        assert (update.status, update.payment_id, update.order_id) == (PaymentStatus.DISPUTED, "P1", "")
    for state in ("WON", "INQUIRY_CLOSED"):
        assert isinstance((await hears(dispute(kind, state)))[0], Unhandled)


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("order.updated", False),
        ("inventory.count.updated", False),
        ("payout.paid", False),
        ("customer.created", False),
        ("payment.dreamt", True),
        ("dispute.evidence.added", True),
        ("oauth.authorization.dreamt", True),
    ],
)
async def test_what_concerns_the_money_is_kept_and_the_rest_is_noise(hears: Hear, kind: str, kept: bool) -> None:
    events = await hears(testing.event(kind, "thing", {"id": "T1"}, at=NOW))
    assert [type(event) for event in events] == [Unhandled] * kept


async def test_a_state_that_does_not_exist_yet_is_kept(hears: Hear) -> None:
    [event] = await hears(payment("HOVERING"))
    assert isinstance(event, Unhandled)
    assert event.kind == "payment.updated HOVERING"


async def test_a_withdrawal_counts_only_where_the_account_is_known_to_be_ours(hears: Hear) -> None:
    [event] = await hears(testing.revoked(at=NOW), merchant_id=testing.MERCHANT)
    assert isinstance(event, AccessRevoked)
    assert isinstance((await hears(testing.revoked(at=NOW)))[0], Unhandled)
    with pytest.raises(NotForMe):
        await hears(testing.revoked(at=NOW, merchant="SOMEBODY"), merchant_id=testing.MERCHANT)


async def test_whose_news_it_is_is_known_from_the_connected_account(hears: Hear) -> None:
    async def connected() -> Grant | None:
        return Grant("a", "r", NOW, account=testing.MERCHANT)

    async def elsewhere() -> Grant | None:
        return Grant("a", "r", NOW, account="SOMEBODY")

    application = {"access_token": None, "application_id": "sq0idp-1", "application_secret": "s"}
    assert await hears(payment(), grant=connected, **application)
    assert isinstance((await hears(testing.revoked(at=NOW), grant=connected, **application))[0], AccessRevoked)
    with pytest.raises(NotForMe):
        await hears(payment(), grant=elsewhere, **application)
    with pytest.raises(NotForMe):
        await hears(payment(), **application)  # no account yet: nothing can be about it


@pytest.mark.parametrize("left_out", ["type", "event_id", "data"])
async def test_an_envelope_that_lacks_something_is_malformed(hears: Hear, left_out: str) -> None:
    body = payment().replace(f'"{left_out}":'.encode(), b'"peacock":')
    with pytest.raises(Malformed):
        await hears(body)
