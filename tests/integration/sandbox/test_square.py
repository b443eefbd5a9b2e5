"""The Square stand-in, asked through the official SDK."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from square.core.api_error import ApiError

from sandbox.keys import load_or_make

NEVER_AGAIN: Any = {"max_retries": 0, "timeout_in_seconds": 5}


async def refused(call: Any) -> tuple[int, str, str | None]:
    """The status, code and field of a call that is turned down."""
    with pytest.raises(ApiError) as problem:
        await call
    [error] = problem.value.errors
    assert error.category
    assert error.detail
    return int(problem.value.status_code or 0), str(error.code), error.field


async def test_a_link_is_made_with_its_order_and_read_back(square, ask, sandbox) -> None:
    made = await ask(payment_note="dep-1", description="a deposit")

    link, [order] = made.payment_link, made.related_resources.orders
    assert link.url == f"{sandbox.url}/square/checkout/{link.id}"
    assert (link.order_id, link.version) == (order.id, 1)
    assert (order.reference_id, order.metadata, order.state) == ("dep-1", {"deposit": "dep-1"}, "DRAFT")
    assert (order.total_money.amount, order.total_money.currency) == (5_000, "USD")
    assert order.net_amount_due_money.amount == 5_000
    client = square()
    again = (await client.checkout.payment_links.get(link.id)).payment_link
    assert again == link
    assert again.checkout_options.redirect_url == "http://127.0.0.1:9/thanks"
    assert [one.id async for one in await client.checkout.payment_links.list()] == [link.id]
    assert (await client.orders.get(link.order_id)).order == order
    assert (await client.orders.batch_get(order_ids=[link.order_id, "none"])).orders == [order]


async def test_a_quick_link_needs_a_name_and_a_price(square, ask) -> None:
    [place] = (await square().locations.list()).locations
    quick = {
        "name": "Appointment deposit",
        "price_money": {"amount": 7_500, "currency": "USD"},
        "location_id": place.id,
    }
    made = await ask(order=None, quick_pay=quick)

    [order] = made.related_resources.orders
    assert [(item.name, item.base_price_money.amount) for item in order.line_items] == [("Appointment deposit", 7_500)]
    assert order.reference_id is None
    without = {"quick_pay.name": {**quick, "name": None}, "quick_pay.price_money": {**quick, "price_money": None}}
    for field, wanted in without.items():
        assert await refused(ask(key=field, order=None, quick_pay=wanted)) == (400, "MISSING_REQUIRED_PARAMETER", field)


async def test_the_same_key_and_body_is_the_same_link_and_another_body_an_error(ask, control) -> None:
    first, again = await ask(key="dep-7"), await ask(key="dep-7")

    assert again.payment_link == first.payment_link
    assert await refused(ask(key="dep-7", cents=6_000)) == (400, "IDEMPOTENCY_KEY_REUSED", "idempotency_key")
    assert len((await control.get("/api/payments")).json()) == 1
    assert (await ask(key=None)).payment_link.id != (await ask(key=None)).payment_link.id
    assert (await ask(key="dep-7", binding="palm-money")).payment_link.id != first.payment_link.id


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"order": None}, "BAD_REQUEST", "quick_pay"),
        ({"payment_note": "x" * 501}, "VALUE_TOO_LONG", "payment_note"),
        ({"key": "k" * 193}, "VALUE_TOO_LONG", "idempotency_key"),
        ({"cents": 0}, "VALUE_TOO_LOW", "order.line_items[0].base_price_money.amount"),
        (
            {"checkout_options": {"redirect_url": "javascript:alert(1)"}},
            "INVALID_VALUE",
            "checkout_options.redirect_url",
        ),
        (
            {"pre_populated_data": {"buyer_phone_number": "+1" * 20}},
            "VALUE_TOO_LONG",
            "pre_populated_data.buyer_phone_number",
        ),
    ],
)
async def test_a_link_that_square_would_not_make_is_refused_by_field(ask, control, more, code, field) -> None:
    assert await refused(ask(**more)) == (400, code, field)
    assert (await control.get("/api/payments")).json() == []


async def test_another_accounts_location_is_no_place_for_a_link(square, ask) -> None:
    [theirs] = (await square("palm-money").locations.list()).locations
    quick = {"name": "Deposit", "price_money": {"amount": 100, "currency": "USD"}, "location_id": theirs.id}
    assert await refused(ask(order=None, quick_pay=quick)) == (400, "INVALID_VALUE", "quick_pay.location_id")


async def test_each_binding_has_an_account_of_its_own_that_no_restart_changes(square, ask) -> None:
    harbor, palm = square("harbor-money"), square("palm-money")
    [place], [other] = (await harbor.locations.list()).locations, (await palm.locations.list()).locations

    assert place.name == "Harbor Skin Studio"
    assert (place.id, place.merchant_id) == ("LQK5DXLSSWXDN", "MLNVNCBB3B62M") != (other.id, other.merchant_id)
    merchant = (await harbor.merchants.get("me")).merchant
    assert (merchant.id, merchant.main_location_id) == (place.merchant_id, place.id)
    link = (await ask()).payment_link
    for call in (palm.checkout.payment_links.get(link.id), palm.orders.get(link.order_id)):
        assert await refused(call) == (404, "NOT_FOUND", None)
    assert [one async for one in await palm.checkout.payment_links.list()] == []
    assert not (await palm.orders.batch_get(order_ids=[link.order_id])).orders


async def test_a_wrong_token_opens_nothing(square) -> None:
    wrong = square(token="EAAAwrong.harbor-money")
    assert await refused(wrong.locations.list()) == (401, "UNAUTHORIZED", None)
    assert await refused(square(token="EAAAl0.0").locations.list()) == (401, "UNAUTHORIZED", None)


async def test_a_binding_may_check_its_account_before_it_is_introduced(square) -> None:
    [place] = (await square("new-money").locations.list()).locations
    assert place.name == "new-money"


async def test_what_does_not_exist_is_not_found_in_squares_words(square, control) -> None:
    client = square()
    for call in (
        client.checkout.payment_links.get("NONE"),
        client.checkout.payment_links.delete("NONE"),
        client.orders.get("none"),
        client.payments.get("none"),
        client.refunds.get("none"),
        client.locations.get("LNONE"),
        client.merchants.get("MLNONE"),
    ):
        assert await refused(call) == (404, "NOT_FOUND", None)
    unknown = await control.get("/square/v2/invoices")
    assert (unknown.status_code, unknown.json()["errors"][0]["code"]) == (404, "NOT_FOUND")


async def test_a_deleted_link_takes_its_order_with_it(square, ask, sandbox) -> None:
    link, client = (await ask()).payment_link, square()
    gone = await client.checkout.payment_links.delete(link.id)

    assert (gone.id, gone.cancelled_order_id) == (link.id, link.order_id)
    assert (await client.orders.get(link.order_id)).order.state == "CANCELED"
    assert await refused(client.checkout.payment_links.get(link.id)) == (404, "NOT_FOUND", None)
    assert await refused(client.checkout.payment_links.delete(link.id)) == (404, "NOT_FOUND", None)


async def test_deleting_a_paid_link_changes_nothing_about_its_money(square, ask, outcome) -> None:
    link, client = (await ask()).payment_link, square()
    await outcome(link.id, "paid")
    before = (await client.orders.get(link.order_id)).order
    gone = await client.checkout.payment_links.delete(link.id)

    assert gone.cancelled_order_id is None
    assert (await client.orders.get(link.order_id)).order == before


async def test_a_payment_carries_its_note_and_is_found_by_id_order_place_and_time(
    square, ask, outcome, control
) -> None:
    link, client = (await ask(payment_note="dep-1")).payment_link, square()
    await outcome(link.id, "paid")
    await control.post("/api/clock", json={"advance_seconds": 3_600})
    later = (await ask(key="dep-2")).payment_link
    await outcome(later.id, "paid")

    order = (await client.orders.get(link.order_id)).order
    [tender] = order.tenders
    payment = (await client.payments.get(tender.payment_id)).payment
    assert (payment.status, payment.order_id, payment.note) == ("COMPLETED", link.order_id, "dep-1")
    assert (payment.total_money.amount, payment.location_id) == (5_000, order.location_id)
    assert (order.state, order.net_amount_due_money.amount) == ("OPEN", 0)
    found = [one.order_id async for one in await client.payments.list(location_id=order.location_id)]
    assert found == [later.order_id, link.order_id]
    early = await client.payments.list(end_time=payment.created_at, sort_order="ASC")
    assert [one.id async for one in early] == [payment.id]
    assert [one async for one in await client.payments.list(location_id="LNONE")] == []
    assert [one.order_id async for one in await client.payments.list(limit=1)] == found, "one a page, two pages"
    assert await refused(client.payments.list(begin_time="yesterday")) == (400, "INVALID_TIME", "begin_time")


async def test_orders_are_searched_by_state(square, ask, outcome) -> None:
    open_link, paid = (await ask()).payment_link, (await ask(key="dep-2")).payment_link
    await outcome(paid.id, "paid")
    client = square()
    [place] = (await client.locations.list()).locations

    def search(states: list[str]) -> Any:
        wanted = {"filter": {"state_filter": {"states": states}}}
        return client.orders.search(location_ids=[place.id], query=wanted, request_options=NEVER_AGAIN)

    assert [order.id for order in (await search(["OPEN"])).orders] == [paid.order_id]
    assert [order.id for order in (await search(["DRAFT"])).orders] == [open_link.order_id]
    dates = {"filter": {"date_time_filter": {"created_at": {"start_at": "2026-01-01T00:00:00Z"}}}}
    search_by_date = client.orders.search(location_ids=[place.id], query=dates, request_options=NEVER_AGAIN)
    assert await refused(search_by_date) == (501, "NOT_IMPLEMENTED", "query.filter")


async def test_a_refund_is_pending_then_completed_and_comes_once_for_its_key(square, ask, outcome, sandbox) -> None:
    link, client = (await ask()).payment_link, square()
    paid = await outcome(link.id, "paid")
    payment_id = paid["payments"][0]["id"]

    def refund(cents: int, key: str = "ref-1", reason: str = "Clinic cancelled") -> Any:
        money: Any = {"amount": cents, "currency": "USD"}
        return client.refunds.refund_payment(
            idempotency_key=key, amount_money=money, payment_id=payment_id, reason=reason
        )

    first = (await refund(2_000)).refund
    assert (first.status, first.payment_id, first.order_id) == ("PENDING", payment_id, link.order_id)
    await sandbox.idle()
    again = (await refund(2_000)).refund
    assert (again.id, again.status, again.amount_money.amount) == (first.id, "COMPLETED", 2_000)
    assert (await client.refunds.get(first.id)).refund == again
    assert await refused(refund(2_001)) == (400, "IDEMPOTENCY_KEY_REUSED", "idempotency_key")
    assert await refused(refund(3_001, "ref-2")) == (400, "REFUND_AMOUNT_INVALID", "amount_money.amount")
    assert (await refund(3_000, "ref-3")).refund.status == "PENDING"
    await sandbox.idle()
    payment = (await client.payments.get(payment_id)).payment
    assert (payment.status, payment.refunded_money.amount, len(payment.refund_ids)) == ("COMPLETED", 5_000, 2)
    listed = [one.amount_money.amount async for one in await client.refunds.list(status="COMPLETED")]
    assert listed == [3_000, 2_000]
    assert await refused(refund(1, "k" * 46)) == (400, "VALUE_TOO_LONG", "idempotency_key")


@pytest.mark.parametrize(
    ("before", "code"),
    [
        (["failed"], "PAYMENT_NOT_REFUNDABLE"),
        (["cancelled"], "PAYMENT_NOT_REFUNDABLE"),
        (["paid", "disputed"], "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE"),
    ],
)
async def test_what_was_not_paid_or_is_disputed_is_not_given_back(square, ask, outcome, before, code) -> None:
    link = (await ask()).payment_link
    for what in before:
        row = await outcome(link.id, what)

    money: Any = {"amount": 100, "currency": "USD"}
    payment_id = row["payments"][0]["id"]
    call = square().refunds.refund_payment(idempotency_key="ref-1", amount_money=money, payment_id=payment_id)
    assert await refused(call) == (400, code, "payment_id")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"idempotency_key": "\\ud800"}'])
async def test_a_body_that_is_no_json_object_is_refused(sandbox, control, body) -> None:
    token = sandbox.overrides["square"]["access_token"].replace("{binding}", "harbor-money")
    headers = {"authorization": f"Bearer {token}"}
    answer = await control.post("/square/v2/refunds", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "EXPECTED_JSON_BODY"


async def test_a_fault_of_the_api_comes_in_squares_shape_and_a_link_made_behind_it_is_found_by_its_key(
    square, ask, fault, control
) -> None:
    await fault("square", "status", code=503)
    assert await refused(ask(request_options=NEVER_AGAIN)) == (503, "SERVICE_UNAVAILABLE", None)
    assert (await control.get("/api/payments")).json() == []

    await fault("square", "drop_response")
    with pytest.raises(httpx.HTTPError):
        await ask(request_options=NEVER_AGAIN)
    [made] = (await control.get("/api/payments")).json()
    assert (await ask()).payment_link.id == made["link"]


def test_keys_of_before_get_squares_added_and_keep_the_others(tmp_path) -> None:
    file = tmp_path / "keys.json"
    load_or_make(file)
    stored = json.loads(file.read_text())
    before = {name: value for name, value in stored.items() if not name.startswith("square")}
    file.write_text(json.dumps(before))

    keys = load_or_make(file)
    after = json.loads(file.read_text())
    assert before.items() <= after.items()
    assert keys.square_token == after["square_token"]
    assert keys.square_token not in repr(keys)
    assert keys.square_application_secret not in repr(keys)
