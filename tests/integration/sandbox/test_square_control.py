"""Steering money over the control API, and the page that a payer sees."""

from __future__ import annotations

import json
from typing import Any

import pytest


async def test_the_links_are_listed_with_what_became_of_them(ask, outcome, control) -> None:
    link = (await ask()).payment_link
    await outcome(link.id, "failed")

    [row] = (await control.get("/api/payments")).json()
    [payment] = row.pop("payments")
    assert row.pop("at").endswith("+00:00")
    assert row == {
        "link": link.id,
        "url": link.url,
        "clinic": "harbor",
        "binding": "harbor-money",
        "order": link.order_id,
        "reference": "dep-1",
        "label": "Appointment deposit",
        "amount_cents": 5_000,
        "currency": "USD",
        "state": "open",
    }
    del payment["id"]
    assert payment == {"status": "FAILED", "amount_cents": 5_000, "refunded_cents": 0, "disputed": False}


async def test_a_second_payment_is_paid_twice_and_another_amount_is_possible(ask, outcome, square) -> None:
    link = (await ask()).payment_link
    await outcome(link.id, "paid")
    row = await outcome(link.id, "paid", amount_cents=4_000)

    assert [payment["amount_cents"] for payment in row["payments"]] == [5_000, 4_000]
    assert len((await square().orders.get(link.order_id)).order.tenders) == 2
    row = await outcome(link.id, "refunded")
    assert [payment["refunded_cents"] for payment in row["payments"]] == [0, 4_000]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({}, 400),
        ({"outcome": "stolen"}, 400),
        ({"outcome": "paid", "times": 0}, 400),
        ({"outcome": "paid", "times": 51}, 400),
        ({"outcome": "paid", "amount_cents": 0}, 400),
        ({"outcome": "paid", "amount": 5}, 400),
        ({"outcome": "refunded"}, 409),
        ({"outcome": "disputed"}, 409),
    ],
)
async def test_an_impossible_outcome_is_refused_with_what_is_possible(ask, control, wanted, status) -> None:
    link = (await ask()).payment_link
    answer = await control.post(f"/api/payments/{link.id}", json=wanted)

    assert answer.status_code == status
    assert set(answer.json()) == {"error", "allowed"}
    assert answer.json()["allowed"]
    [row] = (await control.get("/api/payments")).json()
    assert row["payments"] == []


async def test_no_more_is_given_back_than_was_paid(ask, outcome, control) -> None:
    link = (await ask()).payment_link
    await outcome(link.id, "paid")
    answer = await control.post(f"/api/payments/{link.id}", json={"outcome": "refunded", "amount_cents": 5_001})

    assert answer.status_code == 409
    assert (await control.post("/api/payments/none", json={"outcome": "paid"})).status_code == 404


async def test_pages_of_other_sites_move_no_money(ask, control) -> None:
    link = (await ask()).payment_link
    headers = {"origin": "https://elsewhere.example"}
    answer = await control.post(f"/api/payments/{link.id}", json={"outcome": "paid"}, headers=headers)

    assert answer.status_code == 403
    assert (await control.get("/api/payments")).json()[0]["state"] == "open"


async def test_the_stream_tells_what_becomes_of_a_link(ask, outcome, control) -> None:
    link = (await ask()).payment_link
    async with control.stream("GET", "/api/stream") as stream:
        lines = stream.aiter_lines()
        async for line in lines:
            if line == "event: ready":
                break
        await outcome(link.id, "paid")
        async for line in lines:
            if line == "event: payment":
                break
        told = json.loads((await anext(lines)).removeprefix("data: "))
    assert (told["link"], told["state"]) == (link.id, "paid")


async def test_another_process_introduces_clinics_and_payees_at_once(control, application, outcome, ask) -> None:
    clinic = {
        "clinic": "lake",
        "name": "Lake Clinic",
        "channel": "telnyx",
        "number": "+13125550160",
        "webhook_url": application.url + "/webhooks/telnyx/lake-main",
    }
    payee = {
        "clinic": "lake",
        "name": "Lake Clinic",
        "provider": "square",
        "binding": "lake-money",
        "webhook_url": application.url + "/webhooks/square/lake-money",
    }
    told = {"clinics": [clinic], "payees": [payee, {**payee, "provider": "manual", "binding": "lake-desk"}]}
    answer = await control.post("/api/clinics", json=told)

    assert [one["id"] for one in answer.json()] == ["lake"]
    [account] = (await control.get("/api/payees")).json()
    assert (account["binding"], account["clinic"], account["name"]) == ("lake-money", "lake", "Lake Clinic")
    assert account["merchant"].startswith("ML")
    await outcome((await ask(binding="lake-money")).payment_link.id, "failed")
    assert [delivery.path for delivery in application.deliveries] == ["/webhooks/square/lake-money"]


@pytest.mark.parametrize("told", [{"clinic": []}, {"payees": {}}, {"payees": [{"clinic": "x"}]}, 7])
async def test_an_introduction_that_cannot_be_read_changes_nothing(control, told) -> None:
    before = (await control.get("/api/payees")).json()
    answer = await control.post("/api/clinics", json=told)

    assert answer.status_code == 400
    assert answer.json()["allowed"]
    assert (await control.get("/api/payees")).json() == before


# ---- the page ------------------------------------------------------------------------------------------------


async def choose(control: Any, link: str, choice: str) -> Any:
    return await control.post(f"/square/checkout/{link}", data={"choice": choice}, follow_redirects=True)


async def test_the_page_names_clinic_label_and_amount_and_lets_nothing_else_in(ask, control) -> None:
    link = (await ask(cents=125_050)).payment_link
    page = await control.get(f"/square/checkout/{link.id}")

    assert page.status_code == 200
    assert all(words in page.text for words in ("Harbor Skin Studio", "Appointment deposit", "$1,250.50"))
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script" not in policy
    assert "<script" not in page.text
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"


async def test_a_label_is_shown_as_text(ask, square, control) -> None:
    [place] = (await square().locations.list()).locations
    price = {"amount": 100, "currency": "USD"}
    quick = {"name": "<b onclick=x>Deposit</b>", "price_money": price, "location_id": place.id}
    link = (await ask(order=None, quick_pay=quick)).payment_link

    assert "<b onclick" not in (await control.get(f"/square/checkout/{link.id}")).text


async def test_paying_on_the_page_pays_once_and_leads_back(ask, control, sandbox, application) -> None:
    link = (await ask()).payment_link
    page = await choose(control, link.id, "pay")
    again = await choose(control, link.id, "pay")
    await sandbox.idle()

    assert "Paid" in page.text
    assert 'href="http://127.0.0.1:9/thanks"' in page.text
    assert "Paid" in again.text
    assert "Pay $50.00" not in again.text
    [row] = (await control.get("/api/payments")).json()
    assert [payment["status"] for payment in row["payments"]] == ["COMPLETED"]
    assert len(application.deliveries) == 3


async def test_a_declined_card_may_be_tried_again_and_leaving_changes_nothing(
    ask, control, sandbox, application
) -> None:
    link = (await ask()).payment_link
    left = await choose(control, link.id, "leave")
    await sandbox.idle()
    assert "You left without paying" in left.text
    assert application.deliveries == []

    declined = await choose(control, link.id, "decline")
    assert "The card was declined" in declined.text
    assert "Pay $50.00" in declined.text
    assert "Paid" in (await choose(control, link.id, "pay")).text


async def test_a_deleted_link_says_that_it_is_no_longer_open(ask, square, control) -> None:
    link = (await ask()).payment_link
    await square().checkout.payment_links.delete(link.id)
    page = await choose(control, link.id, "pay")

    assert page.status_code == 410
    assert "no longer open" in page.text
    assert "Pay" not in page.text.replace("Payment", "")
    [row] = (await control.get("/api/payments")).json()
    assert (row["state"], row["payments"]) == ("cancelled", [])
    unknown = await control.get("/square/checkout/NONE")
    assert (unknown.status_code, "no longer open" in unknown.text) == (404, True)


async def test_a_deleted_link_that_was_paid_still_shows_its_receipt(ask, square, outcome, control) -> None:
    link = (await ask()).payment_link
    await outcome(link.id, "paid")
    await square().checkout.payment_links.delete(link.id)

    assert "Thank you" in (await control.get(f"/square/checkout/{link.id}")).text
    await outcome(link.id, "refunded")
    assert "given back" in (await control.get(f"/square/checkout/{link.id}")).text


async def test_money_may_still_come_for_a_link_that_was_deleted_at_that_moment(ask, square, outcome) -> None:
    link = (await ask()).payment_link
    await square().checkout.payment_links.delete(link.id)

    assert (await outcome(link.id, "paid"))["state"] == "paid"
