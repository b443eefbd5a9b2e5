"""The payment contract catches careless providers: each fault is put into a sound one and must be seen."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deskbell import (
    DeskbellError,
    Grant,
    LinkRequest,
    Money,
    OutboundError,
    OutcomeUnknown,
    PaymentEvent,
    PaymentLink,
    PaymentUpdate,
    RawRequest,
    RetryLater,
    SignatureInvalid,
)
from deskbell.testing import PaymentContract, ProviderServer
from deskbell.testing.server import Answer
from plugins.payments.manual import ManualPayment
from plugins.payments.square import SquarePayment, webhook

_SPEC = importlib.util.spec_from_file_location("sound", Path(__file__).parents[2] / "contract" / "test_square.py")
assert _SPEC is not None
assert _SPEC.loader is not None
_SOUND = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_SOUND)


class BelievesEverything(SquarePayment):
    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        try:
            return await super().receive(request)
        except SignatureInvalid:
            return []


class BelievesWithoutLooking(SquarePayment):
    """Checks nothing, and reads whatever comes."""

    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        return webhook.events(request.body, merchant=None, now=self.context.clock.now())


class TrustsTheCallersAddress(SquarePayment):
    """Tries the addresses that somebody might have meant."""

    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        try:
            return await super().receive(request)
        except SignatureInvalid:
            return await super().receive(replace(request, url=request.url.replace("https://", "http://")))


class Stumbles(SquarePayment):
    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        request.body.decode("ascii")
        return await super().receive(request)


class NumbersTheDeliveries(SquarePayment):
    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        return [replace(event, event_id=str(uuid4())) for event in await super().receive(request)]


class HearsDollars(SquarePayment):
    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        events = await super().receive(request)
        return [replace(one, amount=_dollars(one.amount)) for one in events if isinstance(one, PaymentUpdate)]


class SpeaksDollars(SquarePayment):
    async def create_link(self, request: LinkRequest) -> PaymentLink:
        return await super().create_link(replace(request, amount=_dollars(request.amount)))

    async def refund(self, payment_id: str, amount: Money, *, refund_id: str) -> PaymentUpdate:
        return await super().refund(payment_id, _dollars(amount), refund_id=refund_id)


class KeysAnew(SquarePayment):
    async def create_link(self, request: LinkRequest) -> PaymentLink:
        return await super().create_link(replace(request, id=str(uuid4())))

    async def refund(self, payment_id: str, amount: Money, *, refund_id: str) -> PaymentUpdate:
        return await super().refund(payment_id, amount, refund_id=str(uuid4()))


class TellsTheNumber(SquarePayment):
    async def create_link(self, request: LinkRequest) -> PaymentLink:
        return await super().create_link(replace(request, label=f"{request.label} {request.payer_phone}"))


class KeepsTheNumber(SquarePayment):
    """Sends the number of whoever paid before."""

    _last: str | None = None

    async def create_link(self, request: LinkRequest) -> PaymentLink:
        self._last = request.payer_phone or self._last
        return await super().create_link(replace(request, payer_phone=self._last))


class Insists(SquarePayment):
    async def create_link(self, request: LinkRequest) -> PaymentLink:
        try:
            return await super().create_link(request)
        except (RetryLater, OutcomeUnknown):
            return await super().create_link(request)


class Optimist(SquarePayment):
    async def create_link(self, request: LinkRequest) -> PaymentLink:
        try:
            return await super().create_link(request)
        except OutboundError:
            raise RetryLater from None

    async def look_up(self, link: PaymentLink) -> Sequence[PaymentUpdate]:
        try:
            return await super().look_up(link)
        except OutboundError:
            return []

    async def cancel_link(self, link: PaymentLink) -> None:
        try:
            await super().cancel_link(link)
        except OutboundError:
            return


class Talks(SquarePayment):
    async def create_link(self, request: LinkRequest) -> PaymentLink:
        logging.getLogger("careless").debug("a link for %s", request.payer_phone)
        return await super().create_link(request)


class Dawdles(SquarePayment):
    async def create_link(self, request: LinkRequest) -> PaymentLink:
        await asyncio.sleep(3)
        return await super().create_link(request)


class KeepsItsTokens(SquarePayment):
    """Asks for the account's tokens once."""

    async def open(self) -> None:
        grant = await self.context.grant()

        async def same() -> Grant | None:
            return grant

        self.context = replace(self.context, grant=same)
        await super().open()


class NeedsAnAccount(SquarePayment):
    async def open(self) -> None:
        await super().open()
        if await self.context.grant() is None and self.config.access_token is None:
            await self.close()
            raise RuntimeError("no account")


def _dollars(amount: Money) -> Money:
    return Money(amount.cents // 100)


def contract(payment: type[SquarePayment]) -> PaymentContract:
    made: PaymentContract = type("Careless", (_SOUND.TestSquare,), {"payment": payment})()
    return made


CAUGHT = (AssertionError, ValueError, DeskbellError, RuntimeError, pytest.fail.Exception)


@pytest.mark.parametrize(
    ("payment", "test"),
    [
        (BelievesEverything, "test_a_missing_signature_is_refused"),
        (BelievesEverything, "test_somebody_elses_signature_is_refused"),
        (BelievesEverything, "test_a_changed_body_is_refused"),
        (BelievesEverything, "test_a_garbled_signature_is_refused"),
        (BelievesWithoutLooking, "test_somebody_elses_signature_is_refused"),
        (BelievesWithoutLooking, "test_news_of_another_account_are_not_for_this_binding"),
        (TrustsTheCallersAddress, "test_behind_a_proxy_the_public_address_is_what_counts"),
        (Stumbles, "test_a_body_that_is_not_utf_8_is_refused"),
        (NumbersTheDeliveries, "test_the_same_delivery_again_has_the_same_event_id_and_other_news_another"),
        (HearsDollars, "test_news_of_a_paid_deposit_name_it_and_what_was_paid"),
    ],
)
async def test_a_provider_that_is_careless_with_webhooks_is_caught(payment: type[SquarePayment], test: str) -> None:
    method: Callable[[], Awaitable[None]] = getattr(contract(payment), test)
    with pytest.raises(CAUGHT):
        await method()


async def test_a_provider_that_takes_dollars_for_cents_is_caught() -> None:
    with pytest.raises(AssertionError):
        await contract(HearsDollars).test_amounts_come_in_as_minor_units(99)


@pytest.mark.parametrize(
    "test", ["test_amounts_go_out_as_minor_units", "test_what_is_given_back_goes_out_as_minor_units"]
)
async def test_a_provider_that_asks_for_dollars_is_caught(test: str, provider_server: ProviderServer) -> None:
    with pytest.raises(AssertionError):
        await getattr(contract(SpeaksDollars), test)(provider_server, 5_075)


@pytest.mark.parametrize(
    ("payment", "test"),
    [
        (KeysAnew, "test_every_attempt_carries_the_deposits_id_as_its_key_and_asks_for_the_same"),
        (KeysAnew, "test_a_refund_is_asked_for_once_with_its_key_and_its_amount"),
        (KeysAnew, "test_a_refund_whose_answer_is_lost_is_repeated_under_the_same_key"),
        (TellsTheNumber, "test_of_the_payer_nothing_but_the_phone_goes_out_and_that_only_where_it_is_given"),
        (KeepsTheNumber, "test_of_the_payer_nothing_but_the_phone_goes_out_and_that_only_where_it_is_given"),
        (Insists, "test_each_refusal_becomes_its_error"),
        (Insists, "test_a_provider_that_asks_for_a_pause_is_given_it"),
        (Optimist, "test_each_refusal_becomes_its_error"),
        (Optimist, "test_a_cut_connection_leaves_the_outcome_open"),
        (Optimist, "test_refused_credentials_are_an_operators_matter"),
        (Talks, "test_no_secret_and_no_number_stands_in_a_log_record_an_error_or_a_repr"),
        (NeedsAnAccount, "test_without_an_account_it_opens_and_says_what_is_missing"),
        (KeepsItsTokens, "test_every_call_is_made_with_the_tokens_of_the_moment"),
    ],
)
async def test_a_provider_that_is_careless_with_calls_is_caught(
    payment: type[SquarePayment], test: str, provider_server: ProviderServer
) -> None:
    method: Callable[[Any], Awaitable[None]] = getattr(contract(payment), test)
    with pytest.raises(CAUGHT):
        await method(provider_server)


@pytest.mark.parametrize(
    ("payment", "test", "answer"),
    [
        (Optimist, "test_a_look_up_that_gets_no_answer_does_not_pretend_to_know", Answer(503)),
        (Optimist, "test_a_look_up_that_gets_no_answer_does_not_pretend_to_know", Answer(200, "{}")),
        (Optimist, "test_a_cancellation_without_an_answer_does_not_pass_for_done", Answer(503)),
        (Dawdles, "test_an_answer_that_never_comes_leaves_the_outcome_open_within_the_deadline", Answer(silent=True)),
    ],
)
async def test_a_provider_that_makes_something_of_no_answer_is_caught(
    payment: type[SquarePayment], test: str, answer: Answer, provider_server: ProviderServer
) -> None:
    with pytest.raises(CAUGHT):
        await getattr(contract(payment), test)(provider_server, answer)


async def test_a_provider_that_tells_nothing_and_believes_somebody_is_caught() -> None:
    class Gullible(ManualPayment):
        async def receive(self, request: RawRequest) -> list[PaymentEvent]:
            return []

    class Tested(PaymentContract):
        payment = Gullible
        calls = False
        hears = False

        def settings(self, base_url: str) -> dict[str, Any]:
            return {}

    with pytest.raises(pytest.fail.Exception):
        await Tested().test_a_provider_that_tells_nothing_believes_nothing()


async def test_a_provider_that_holds_up_the_loop_is_seen_by_the_cold_start() -> None:
    class Heavy(SquarePayment):
        async def create_link(self, request: LinkRequest) -> PaymentLink:
            time.sleep(0.6)  # noqa: ASYNC251 (what the test is about)
            return await super().create_link(request)

    tested = contract(Heavy)
    tested.sdk = None  # type: ignore[misc] (this process has loaded it long ago)
    assert (await tested.cold_start())["link"] > tested.longest_hold_up
