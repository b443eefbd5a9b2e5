"""What Square tells the application: signed as Square's own helper checks it, in whatever order and number."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from square.utils.webhooks_helper import verify_signature

from sandbox.pace import IMMEDIATE


def events(application: Any) -> list[dict[str, Any]]:
    return [json.loads(delivery.body) for delivery in application.deliveries]


def told(application: Any) -> list[tuple[str, str]]:
    """Each event's type with the status or state of what it is about."""
    seen = []
    for event in events(application):
        [thing] = event["data"]["object"].values()
        seen.append((event["type"], thing.get("status") or thing.get("state") or ""))
    return seen


async def test_a_payment_is_told_approved_then_completed_and_its_order_with_it(ask, outcome, application) -> None:
    link = (await ask(payment_note="dep-1")).payment_link
    row = await outcome(link.id, "paid")

    assert told(application) == [
        ("payment.created", "APPROVED"),
        ("payment.updated", "COMPLETED"),
        ("order.updated", "OPEN"),
    ]
    first, second, third = events(application)
    payment = second["data"]["object"]["payment"]
    assert (second["data"]["type"], second["data"]["id"]) == ("payment", row["payments"][0]["id"])
    assert (payment["order_id"], payment["note"]) == (link.order_id, "dep-1")
    assert payment["amount_money"] == payment["total_money"] == {"amount": 5_000, "currency": "USD"}
    assert first["merchant_id"] == second["merchant_id"] == "MLNVNCBB3B62M"
    assert len({event["event_id"] for event in (first, second, third)}) == 3
    assert third["data"]["object"]["order_updated"]["order_id"] == link.order_id


async def test_every_delivery_is_signed_over_its_address_and_body(sandbox, ask, outcome, application) -> None:
    await outcome((await ask()).payment_link.id, "paid")
    await outcome((await ask(binding="palm-money")).payment_link.id, "failed")

    key = sandbox.overrides["square"]["webhook_signature_key"]
    assert {delivery.path for delivery in application.deliveries} == {
        "/webhooks/square/harbor-money",
        "/webhooks/square/palm-money",
    }
    for delivery in application.deliveries:
        signature = delivery.headers["x-square-hmacsha256-signature"]
        given: dict[str, Any] = {"signature_header": signature, "signature_key": key}
        body = delivery.body.decode()
        assert verify_signature(request_body=body, notification_url=delivery.url, **given)
        assert not verify_signature(request_body=body + " ", notification_url=delivery.url, **given)
        assert not verify_signature(request_body=body, notification_url=delivery.url + "/", **given)


async def test_a_declined_card_is_told_as_failed_and_may_be_followed_by_money(
    square, ask, outcome, application
) -> None:
    link = (await ask()).payment_link
    await outcome(link.id, "failed")

    [event] = events(application)
    payment = event["data"]["object"]["payment"]
    assert (event["type"], payment["status"]) == ("payment.updated", "FAILED")
    assert payment["card_details"]["errors"][0]["code"] == "GENERIC_DECLINE"
    order = (await square().orders.get(link.order_id)).order
    assert order.net_amount_due_money.amount == 5_000
    assert [tender.card_details.status for tender in order.tenders] == ["FAILED"]
    row = await outcome(link.id, "paid")
    assert (row["state"], [one["status"] for one in row["payments"]]) == ("paid", ["FAILED", "COMPLETED"])


async def test_a_payment_given_up_is_told_as_cancelled(ask, outcome, application) -> None:
    row = await outcome((await ask()).payment_link.id, "cancelled")

    assert told(application) == [("payment.created", "APPROVED"), ("payment.updated", "CANCELED")]
    assert row["state"] == "open"


async def test_a_refund_is_told_pending_and_completed_with_the_payment_it_came_from(ask, outcome, application) -> None:
    link = (await ask()).payment_link
    await outcome(link.id, "paid")
    application.deliveries.clear()
    row = await outcome(link.id, "refunded", amount_cents=2_000)

    assert told(application) == [
        ("refund.created", "PENDING"),
        ("refund.updated", "COMPLETED"),
        ("payment.updated", "COMPLETED"),
    ]
    _, second, third = events(application)
    refund = second["data"]["object"]["refund"]
    assert (refund["payment_id"], refund["order_id"]) == (row["payments"][0]["id"], link.order_id)
    assert refund["amount_money"]["amount"] == 2_000
    assert third["data"]["object"]["payment"]["refunded_money"]["amount"] == 2_000
    assert (row["state"], (await outcome(link.id, "refunded"))["state"]) == ("paid", "refunded")


async def test_a_dispute_names_its_payment(ask, outcome, application) -> None:
    link = (await ask()).payment_link
    paid = await outcome(link.id, "paid")
    application.deliveries.clear()
    row = await outcome(link.id, "disputed")

    [event] = events(application)
    dispute = event["data"]["object"]["dispute"]
    assert (event["type"], event["data"]["id"]) == ("dispute.created", dispute["id"])
    assert dispute["disputed_payment"] == {"payment_id": paid["payments"][0]["id"]}
    assert (dispute["state"], dispute["amount_money"]["amount"]) == ("EVIDENCE_REQUIRED", 5_000)
    assert row["state"] == "disputed"


async def test_a_deleted_link_tells_that_its_order_is_cancelled(square, ask, sandbox, application) -> None:
    link = (await ask()).payment_link
    await square().checkout.payment_links.delete(link.id)
    await sandbox.idle()

    assert told(application) == [("order.updated", "CANCELED")]


async def test_a_refused_webhook_is_tried_eleven_times_more_as_the_same_event(ask, outcome, application) -> None:
    application.answers += [500] * 12
    await outcome((await ask()).payment_link.id, "failed")

    assert len(application.deliveries) == 12
    assert len({delivery.body for delivery in application.deliveries}) == 1
    numbers = [delivery.headers.get("square-retry-number") for delivery in application.deliveries]
    assert numbers == [None, *(str(number) for number in range(1, 12))]


async def test_an_accepted_retry_is_the_last(ask, outcome, application) -> None:
    application.answers += [500, 302, 204]
    await outcome((await ask()).payment_link.id, "failed")

    assert len(application.deliveries) == 3


async def test_what_is_asked_for_several_times_is_the_same_event_each_time(ask, outcome, application) -> None:
    await outcome((await ask()).payment_link.id, "paid", times=3)

    by_type: dict[str, set[str]] = {}
    for event in events(application):
        by_type.setdefault(event["type"], set()).add(event["event_id"])
    assert len(application.deliveries) == 9
    assert {name: len(ids) for name, ids in by_type.items()} == {
        "payment.created": 1,
        "payment.updated": 1,
        "order.updated": 1,
    }


async def test_duplicates_and_reordering_befall_payments(ask, outcome, fault, application) -> None:
    await fault("square", "duplicate", times=2, event="payment")
    await fault("square", "duplicate", times=1, event="refund")
    link = (await ask()).payment_link
    await outcome(link.id, "paid")
    names = [name for name, _ in told(application)]
    assert (names.count("payment.created"), names.count("payment.updated"), names.count("order.updated")) == (3, 1, 1)
    application.deliveries.clear()
    await outcome(link.id, "refunded")
    assert [name for name, _ in told(application)].count("refund.created") == 2

    application.deliveries.clear()
    await fault("square", "reorder")
    await outcome((await ask(key="dep-2")).payment_link.id, "paid")
    payments = [status for name, status in told(application) if name.startswith("payment")]
    assert payments == ["COMPLETED", "APPROVED"]


async def test_a_lost_answer_brings_the_same_event_again(ask, outcome, fault, application) -> None:
    await fault("square", "drop_response", on="webhook", event="payment")
    await outcome((await ask()).payment_link.id, "failed")

    first, second = application.deliveries
    assert first.body == second.body


@pytest.mark.parametrize("pace", [replace(IMMEDIATE, square_deadline=0.05)])
async def test_an_application_that_does_not_answer_is_asked_again(ask, outcome, application, control) -> None:
    application.answering.clear()
    await outcome((await ask()).payment_link.id, "failed")

    log = (await control.get("/api/log")).json()
    notes = [entry["note"] for entry in log if entry["kind"] == "webhook"]
    assert notes == ["no answer within 0.05 s"] * 12


async def test_an_account_that_is_no_longer_introduced_hears_nothing(
    sandbox, clinics, ask, outcome, application
) -> None:
    link = (await ask()).payment_link
    await sandbox.introduce(clinics)
    row = await outcome(link.id, "paid")

    assert application.deliveries == []
    assert row["state"] == "paid"


async def test_no_secret_is_in_the_log(sandbox, ask, outcome, control) -> None:
    await outcome((await ask()).payment_link.id, "paid")

    log = (await control.get("/api/log")).text
    settings = sandbox.overrides["square"]
    assert settings["access_token"].partition(".")[0] not in log
    assert settings["webhook_signature_key"] not in log
    assert '"payment.updated"' in log
