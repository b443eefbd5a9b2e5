"""What leaves the process for Square, beyond the contract of every payment provider."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from deskbell import (
    CannotTell,
    Grant,
    LinkRequest,
    Misconfigured,
    Money,
    OutboundError,
    OutcomeUnknown,
    PaymentLink,
    RetryLater,
    Undeliverable,
)
from deskbell.testing import Answer, ProviderServer
from plugins.payments.square import SquarePayment, testing
from plugins.payments.square.errors import MISCONFIGURED, OPEN, PASSING, UNDELIVERABLE, refusal

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DEPOSIT = LinkRequest("5f0c6a52", Money(5_000), "Appointment deposit", "https://desk.example/after", "+12125550177")
LINK = PaymentLink("LINK-1", "https://square.link/u/1", "ORDER-1")
MADE = testing.created(LINK.id, LINK.url, LINK.order_id)
APPLICATION = {"access_token": None, "application_id": "sq0idp-1", "application_secret": "sq0csp-1"}

Make = Callable[..., SquarePayment]
Opened = Callable[[SquarePayment], Awaitable[SquarePayment]]


@pytest.fixture
async def payments(square: Make, opened: Opened, provider_server: ProviderServer) -> SquarePayment:
    return await opened(square(base_url=provider_server.url, location_id="L1"))


async def test_a_link_is_an_order_with_one_neutral_line(
    payments: SquarePayment, provider_server: ProviderServer
) -> None:
    provider_server.script(MADE)
    assert await payments.create_link(DEPOSIT) == LINK
    [call] = provider_server.calls
    assert (call.method, call.path) == ("POST", "/v2/online-checkout/payment-links")
    assert call.headers["authorization"] == "Bearer EAAA1"
    price = {"amount": 5_000, "currency": "USD"}
    assert call.json == {
        "idempotency_key": "5f0c6a52",
        "order": {
            "location_id": "L1",
            "reference_id": "5f0c6a52",
            "line_items": [{"name": "Appointment deposit", "quantity": "1", "base_price_money": price}],
        },
        "checkout_options": {
            "redirect_url": "https://desk.example/after",
            "allow_tipping": False,
            "ask_for_shipping_address": False,
            "enable_coupon": False,
            "enable_loyalty": False,
        },
        "payment_note": "Deposit 5f0c6a52",
        "pre_populated_data": {"buyer_phone_number": "+12125550177"},
    }


async def test_without_a_location_the_only_active_one_is_taken_and_asked_for_once(
    square: Make, opened: Opened, provider_server: ProviderServer
) -> None:
    payments = await opened(square(base_url=provider_server.url))
    closed = testing.location("L0", "Closed down", "INACTIVE")
    provider_server.script(testing.locations(closed, testing.location("L7")), MADE, MADE)
    await payments.create_link(DEPOSIT)
    await payments.create_link(DEPOSIT)
    first, *links = provider_server.calls
    assert (first.method, first.path) == ("GET", "/v2/locations")
    assert [call.json["order"]["location_id"] for call in links] == ["L7", "L7"]


async def test_with_several_locations_the_error_lists_them_by_name(
    square: Make, opened: Opened, provider_server: ProviderServer
) -> None:
    payments = await opened(square(base_url=provider_server.url))
    provider_server.otherwise = testing.locations(testing.location("L1", "Wharf"), testing.location("L2", "Uptown"))
    with pytest.raises(Misconfigured, match=r"2 locations: Wharf \(L1\), Uptown \(L2\)"):
        await payments.create_link(DEPOSIT)
    health = await payments.check()
    assert (health.ok, "Uptown (L2)" in health.detail) == (False, True)


@pytest.mark.parametrize("answer", [Answer(500), Answer(cut=True), Answer(504, "<html>")])
async def test_a_location_that_cannot_be_asked_for_leaves_nothing_open(
    square: Make, opened: Opened, provider_server: ProviderServer, answer: Answer
) -> None:
    payments = await opened(square(base_url=provider_server.url))
    provider_server.script(answer)
    with pytest.raises(RetryLater):
        await payments.create_link(DEPOSIT)


async def test_another_token_is_asked_for_its_own_location(
    square: Make, opened: Opened, provider_server: ProviderServer
) -> None:
    grant = Grant("token-1", "r", NOW)

    async def current() -> Grant | None:
        return grant

    payments = await opened(square(grant=current, base_url=provider_server.url, **APPLICATION))
    one, other = testing.locations(testing.location("L1")), testing.locations(testing.location("L2"))
    provider_server.script(one, MADE, other, MADE)
    await payments.create_link(DEPOSIT)
    grant = replace(grant, access_token="token-2")
    await payments.create_link(DEPOSIT)
    assert [call.json["order"]["location_id"] for call in provider_server.calls[1::2]] == ["L1", "L2"]


async def test_a_check_tells_where_the_money_goes(payments: SquarePayment, provider_server: ProviderServer) -> None:
    for found, ok, word in (
        (testing.location("L1", "Wharf"), True, "USD"),
        (testing.location("L1", "Wharf", "INACTIVE"), False, "inactive"),
        (testing.location("L2", "Uptown"), False, "Uptown (L2)"),
    ):
        provider_server.script(testing.locations(found))
        health = await payments.check()
        assert (health.ok, word in health.detail) == (ok, True)


async def test_a_token_that_was_just_renewed_is_taken_up_once(
    square: Make, opened: Opened, provider_server: ProviderServer
) -> None:
    tokens = iter(["old", "new", "new", "new"])

    async def current() -> Grant | None:
        return Grant(next(tokens), "r", NOW)

    payments = await opened(square(grant=current, base_url=provider_server.url, location_id="L1", **APPLICATION))
    expired = testing.refused(401, "ACCESS_TOKEN_EXPIRED")
    provider_server.script(expired, MADE, expired)
    assert await payments.create_link(DEPOSIT) == LINK
    with pytest.raises(Misconfigured):
        await payments.create_link(DEPOSIT)
    said = [call.headers["authorization"] for call in provider_server.calls]
    assert said == ["Bearer old", "Bearer new", "Bearer new"]


async def test_access_that_was_withdrawn_is_not_tried_again(
    square: Make, opened: Opened, provider_server: ProviderServer
) -> None:
    tokens = iter(["old", "new"])

    async def current() -> Grant | None:
        return Grant(next(tokens), "r", NOW)

    payments = await opened(square(grant=current, base_url=provider_server.url, location_id="L1", **APPLICATION))
    provider_server.script(testing.refused(401, "ACCESS_TOKEN_REVOKED"))
    with pytest.raises(Misconfigured):
        await payments.create_link(DEPOSIT)
    assert len(provider_server.calls) == 1


async def test_what_is_missing_is_told_with_the_command_that_helps(
    square: Make, opened: Opened, provider_server: ProviderServer
) -> None:
    payments = await opened(square(base_url=provider_server.url, **APPLICATION))
    with pytest.raises(Misconfigured, match="deskbell connections connect harbor money"):
        await payments.create_link(DEPOSIT)


async def test_in_squares_sandbox_a_token_serves_until_an_account_is_connected(
    square: Make, opened: Opened, provider_server: ProviderServer
) -> None:
    grant: Grant | None = None

    async def current() -> Grant | None:
        return grant

    settings = {**APPLICATION, "access_token": "EAAA1", "environment": "sandbox", "location_id": "L1"}
    payments = await opened(square(grant=current, base_url=provider_server.url, **settings))
    provider_server.script(MADE, MADE)
    await payments.create_link(DEPOSIT)
    grant = Grant("connected", "r", NOW)
    await payments.create_link(DEPOSIT)
    assert [call.headers["authorization"] for call in provider_server.calls] == ["Bearer EAAA1", "Bearer connected"]


async def test_the_environment_gives_no_token_away(
    square: Make, opened: Opened, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQUARE_TOKEN", "from-elsewhere")
    payments = await opened(square(base_url=provider_server.url, **APPLICATION))
    provider_server.script(testing.tokens("a", "r", NOW))
    await payments.exchange("code-1", "https://desk.example/oauth/callback")
    [call] = provider_server.calls
    assert "authorization" not in call.headers
    assert call.json == {
        "client_id": "sq0idp-1",
        "client_secret": "sq0csp-1",
        "grant_type": "authorization_code",
        "code": "code-1",
        "redirect_uri": "https://desk.example/oauth/callback",
    }


def test_the_page_of_consent_is_squares_own_and_asks_for_what_is_needed(square: Make) -> None:
    url = square(**APPLICATION).authorize_url("state-1", "https://desk.example/oauth/callback")
    assert url == (
        "https://connect.squareup.com/oauth2/authorize?client_id=sq0idp-1&scope=PAYMENTS_READ+PAYMENTS_WRITE+ORDERS_READ"
        "+ORDERS_WRITE+MERCHANT_PROFILE_READ&session=false&state=state-1"
        "&redirect_uri=https%3A%2F%2Fdesk.example%2Foauth%2Fcallback"
    )
    with pytest.raises(Misconfigured):
        square().authorize_url("state-1", "https://desk.example/oauth/callback")


async def test_a_refresh_token_that_is_left_out_stays_the_old_one(
    square: Make, opened: Opened, provider_server: ProviderServer
) -> None:
    payments = await opened(square(base_url=provider_server.url, **APPLICATION))
    provider_server.script(Answer(200, {"access_token": "a2", "expires_at": "2026-04-01T15:00:00Z"}))
    fresh = await payments.refresh(Grant("a1", "r1", NOW, account="M1"))
    assert fresh == Grant("a2", "r1", NOW + timedelta(days=30), account="M1")


async def test_access_is_given_back_with_the_applications_secret(
    square: Make, opened: Opened, provider_server: ProviderServer
) -> None:
    payments = await opened(square(base_url=provider_server.url, **APPLICATION))
    provider_server.script(Answer(200, {"success": True}), testing.refused(401, "ACCESS_TOKEN_REVOKED"))
    await payments.revoke(Grant("a", "r", NOW, account="M1"))
    await payments.revoke(Grant("a", "r", NOW))
    first, second = provider_server.calls
    assert first.headers["authorization"] == "Client sq0csp-1"
    assert first.json == {"client_id": "sq0idp-1", "merchant_id": "M1"}
    assert second.json == {"client_id": "sq0idp-1", "access_token": "a"}
    provider_server.script(testing.refused(401, "UNAUTHORIZED"))
    with pytest.raises(Misconfigured):
        await payments.revoke(Grant("a", "r", NOW))


@pytest.mark.parametrize("status", ["REJECTED", "FAILED"])
async def test_a_refund_that_square_rejects_is_refused_for_good(
    payments: SquarePayment, provider_server: ProviderServer, status: str
) -> None:
    refund = testing.refund("R1", "P1", status, Money(5_000), order_id="O1", at=NOW)
    provider_server.script(Answer(200, {"refund": refund}))
    with pytest.raises(Undeliverable) as caught:
        await payments.refund("P1", Money(5_000), refund_id="r-1")
    assert caught.value.code == status


async def test_a_look_up_passes_over_cash_and_refunds_on_their_way(
    payments: SquarePayment, provider_server: ProviderServer
) -> None:
    order = testing.order("ORDER-1", ["P1"])
    order.body["order"]["tenders"].insert(0, {"id": "T0", "type": "CASH"})
    found = testing.payment("P1", "COMPLETED", Money(5_000), order_id="ORDER-1", at=NOW, refund_ids=["R1"])
    refund = testing.refund("R1", "P1", "PENDING", Money(5_000), order_id="ORDER-1", at=NOW)
    provider_server.script(order, Answer(200, {"payment": found}), Answer(200, {"refund": refund}))
    [update] = await payments.look_up(LINK)
    assert update.event_id == "payment:P1:COMPLETED"


@pytest.mark.parametrize(
    "answer", [testing.refused(404, "NOT_FOUND"), testing.order("ANOTHER", []), Answer(200, {"order": 7})]
)
async def test_an_order_that_is_not_shown_is_not_taken_for_an_unpaid_one(
    payments: SquarePayment, provider_server: ProviderServer, answer: Answer
) -> None:
    provider_server.script(answer)
    with pytest.raises(OutboundError) as caught:
        await payments.look_up(LINK)
    assert isinstance(caught.value, CannotTell | RetryLater)


async def test_an_sdk_that_cannot_be_loaded_is_told_to_whoever_wants_a_link(
    square: Make, opened: Opened, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "plugins.payments.square.api", None)
    payments = await opened(square(base_url=provider_server.url))
    with pytest.raises(Misconfigured):
        await payments.create_link(DEPOSIT)
    assert not (await payments.check()).ok


@pytest.mark.parametrize(
    ("codes", "error"),
    [(MISCONFIGURED, Misconfigured), (UNDELIVERABLE, Undeliverable), (PASSING, RetryLater), (OPEN, OutcomeUnknown)],
)
def test_a_known_code_decides_whatever_the_status(codes: frozenset[str], error: type[OutboundError]) -> None:
    for code in codes:
        for status in (400, 401, 404, 429, 500):
            found = refusal(status, code, None, None)
            assert (type(found), found.code) == (error, code)


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (200, OutcomeUnknown),
        (301, Misconfigured),
        (400, Undeliverable),
        (401, Misconfigured),
        (403, Misconfigured),
        (404, Misconfigured),
        (405, Misconfigured),
        (408, OutcomeUnknown),
        (409, OutcomeUnknown),
        (422, Undeliverable),
        (429, RetryLater),
        (500, OutcomeUnknown),
        (502, OutcomeUnknown),
        (503, RetryLater),
        (504, OutcomeUnknown),
    ],
)
def test_without_a_code_the_status_decides(status: int, error: type[OutboundError]) -> None:
    assert type(refusal(status, None, None, None)) is error


def test_a_pause_that_square_asks_for_wins_over_our_own() -> None:
    for after, expected in ((timedelta(seconds=7), timedelta(seconds=7)), (None, timedelta(minutes=10))):
        found = refusal(400, "REFUND_ALREADY_PENDING", None, after)
        assert isinstance(found, RetryLater)
        assert found.after == expected
