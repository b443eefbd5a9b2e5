"""What every payment provider must do with a deposit to ask for: one link, once, in time, and the truth about it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deskbell.errors import Misconfigured, OutboundError, OutcomeUnknown, RetryLater, Undeliverable
from deskbell.payment import Money, Payment, PaymentLink
from deskbell.testing.payment.scene import DEPOSIT, LINK, PAYER, PaymentScene
from deskbell.testing.server import Answer, Call, ProviderServer, closed_port, deaf_port

#: What a busy machine may add to a deadline before a test calls it broken, in seconds.
LEEWAY = 2.0


class LinkContract(PaymentScene):
    """From a deposit to a link or an error."""

    async def failure(self, payment: Payment[Any]) -> OutboundError:
        with pytest.raises(OutboundError) as caught:
            await payment.create_link(DEPOSIT)
        return caught.value

    @pytest.mark.asyncio
    async def test_a_link_has_an_id_and_what_news_will_call_it(self, provider_server: ProviderServer) -> None:
        async with self.opened(provider_server.url) as payment:
            link = await self.linked(payment, provider_server, DEPOSIT)
        assert isinstance(link, PaymentLink)
        assert link.id
        assert link.order_id
        if self.calls:
            assert link == LINK
            assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_the_same_deposit_is_the_same_link(self, provider_server: ProviderServer) -> None:
        async with self.opened(provider_server.url) as payment:
            first = await self.linked(payment, provider_server, DEPOSIT)
            assert await self.linked(payment, provider_server, DEPOSIT) == first

    @pytest.mark.asyncio
    async def test_every_attempt_carries_the_deposits_id_as_its_key_and_asks_for_the_same(
        self, provider_server: ProviderServer
    ) -> None:
        self.only_if_asked()
        provider_server.script(Answer(503, "later"), Answer(cut=True), self.made_link(LINK))
        async with self.opened(provider_server.url) as payment:
            await self.failure(payment)
            await self.failure(payment)
            await payment.create_link(DEPOSIT)
        assert [self.key_in(call) for call in provider_server.calls] == [DEPOSIT.id] * 3
        assert len({call.body for call in provider_server.calls}) == 1

    @pytest.mark.asyncio
    async def test_two_deposits_have_two_keys(self, provider_server: ProviderServer) -> None:
        self.only_if_asked()
        async with self.opened(provider_server.url) as payment:
            for request in (DEPOSIT, replace(DEPOSIT, id="00000000-93b1-4f0e-8a3b-6f1d5f8f7f10")):
                await self.linked(payment, provider_server, request)
        assert len({self.key_in(call) for call in provider_server.calls}) == 2

    @pytest.mark.asyncio
    @pytest.mark.parametrize("cents", [1, 99, 100, 5_075, 123_456_789])
    async def test_amounts_go_out_as_minor_units(self, provider_server: ProviderServer, cents: int) -> None:
        self.only_if_asked()
        async with self.opened(provider_server.url) as payment:
            await self.linked(payment, provider_server, replace(DEPOSIT, amount=Money(cents)))
        assert self.amount_in(provider_server.calls[0]) == Money(cents)

    @pytest.mark.asyncio
    async def test_the_payer_is_shown_the_label_and_led_to_our_page(self, provider_server: ProviderServer) -> None:
        self.only_if_asked()
        async with self.opened(provider_server.url) as payment:
            for label in (DEPOSIT.label, "Anzahlung für »Termin«"):
                await self.linked(payment, provider_server, replace(DEPOSIT, label=label))
                plain = provider_server.calls[-1].plain
                assert any(written in plain for written in (label, json.dumps(label)[1:-1])), label
                assert DEPOSIT.redirect_url in plain

    @pytest.mark.asyncio
    async def test_of_the_payer_nothing_but_the_phone_goes_out_and_that_only_where_it_is_given(
        self, provider_server: ProviderServer
    ) -> None:
        self.only_if_asked()
        digits = PAYER.removeprefix("+")
        async with self.opened(provider_server.url) as payment:
            await self.linked(payment, provider_server, DEPOSIT)
            await self.linked(payment, provider_server, replace(DEPOSIT, payer_phone=None))
        given, withheld = provider_server.calls
        assert given.body.count(digits.encode()) <= 1
        assert digits not in withheld.plain
        assert digits not in given.path

    @pytest.mark.asyncio
    async def test_each_refusal_becomes_its_error(self, provider_server: ProviderServer) -> None:
        self.only_if_asked()
        table = self.refusals()
        async with self.opened(provider_server.url) as payment:
            for refusal in table:
                provider_server.calls.clear()
                provider_server.script(refusal.answer)
                error = await self.failure(payment)
                assert (type(error), error.code) == (refusal.error, refusal.code), refusal
                assert len(provider_server.calls) == 1, f"asked more than once: {refusal}"
        assert {Undeliverable, RetryLater, Misconfigured} <= {refusal.error for refusal in table}

    @pytest.mark.asyncio
    async def test_a_provider_that_asks_for_a_pause_is_given_it(self, provider_server: ProviderServer) -> None:
        self.only_if_asked()
        provider_server.script(self.too_many_requests(7))
        async with self.opened(provider_server.url) as payment:
            error = await self.failure(payment)
        assert isinstance(error, RetryLater)
        assert error.after == timedelta(seconds=7)
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_refused_credentials_are_an_operators_matter(self, provider_server: ProviderServer) -> None:
        self.only_if_asked()
        async with self.opened(provider_server.url) as payment:
            for answer in (self.bad_credentials(), Answer(401, ""), Answer(403, "")):
                provider_server.script(answer)
                assert isinstance(await self.failure(payment), Misconfigured)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    async def test_a_provider_in_trouble_is_asked_once_and_never_given_up(
        self, provider_server: ProviderServer, status: int
    ) -> None:
        self.only_if_asked()
        provider_server.script(Answer(status, "<html>trouble</html>"))
        async with self.opened(provider_server.url) as payment:
            error = await self.failure(payment)
        assert isinstance(error, RetryLater | OutcomeUnknown)
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    @pytest.mark.parametrize("status", [400, 404, 409, 422])
    async def test_a_refusal_without_words_is_one_of_the_vocabulary(
        self, provider_server: ProviderServer, status: int
    ) -> None:
        self.only_if_asked()
        async with self.opened(provider_server.url) as payment:
            for body in ("", "no", "{}", '{"errors": []}', '{"errors": ["no"]}', "[]", "null", b"\xff"):
                provider_server.script(Answer(status, body, headers={"content-type": "application/json"}))
                await self.failure(payment)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("slow", [Answer(silent=True), Answer(200, "{" + " " * 400 + "}", drip=0.05)])
    async def test_an_answer_that_never_comes_leaves_the_outcome_open_within_the_deadline(
        self, provider_server: ProviderServer, slow: Answer
    ) -> None:
        self.only_if_asked()
        provider_server.otherwise = slow
        async with self.opened(provider_server.url, deadline=0.6) as payment:
            await payment.check()  # whatever is loaded late is loaded now
            provider_server.calls.clear()
            began = time.monotonic()
            error = await self.failure(payment)
            took = time.monotonic() - began
        assert isinstance(error, OutcomeUnknown)
        assert took < 0.6 + LEEWAY
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_a_cut_connection_leaves_the_outcome_open(self, provider_server: ProviderServer) -> None:
        self.only_if_asked()
        provider_server.script(Answer(cut=True), Answer(504, "<html>gateway timeout</html>"))
        async with self.opened(provider_server.url) as payment:
            assert isinstance(await self.failure(payment), OutcomeUnknown)
            assert isinstance(await self.failure(payment), OutcomeUnknown)
        assert len(provider_server.calls) == 2

    @pytest.mark.asyncio
    async def test_what_never_left_may_be_asked_again(self) -> None:
        self.only_if_asked()
        async with self.opened(closed_port()) as payment:
            assert isinstance(await self.failure(payment), RetryLater)
        with deaf_port() as nobody:
            async with self.opened(nobody, deadline=1.5) as payment:
                assert isinstance(await self.failure(payment), RetryLater)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", "null", '"yes"', b"\xff\xfe", "[" * 50_000])
    async def test_an_unreadable_yes_leaves_the_outcome_open(
        self, provider_server: ProviderServer, body: str | bytes
    ) -> None:
        self.only_if_asked()
        yes = self.made_link(LINK).status
        provider_server.script(Answer(yes, body, headers={"content-type": "application/json"}))
        async with self.opened(provider_server.url) as payment:
            assert isinstance(await self.failure(payment), OutcomeUnknown)

    @pytest.mark.asyncio
    async def test_many_deposits_at_once_keep_their_own_links(self, provider_server: ProviderServer) -> None:
        self.only_if_asked()
        provider_server.otherwise = lambda call: self.made_link(replace(LINK, id=f"L-{self.key_in(call)}"))
        requests = [replace(DEPOSIT, id=f"deposit-{n}") for n in range(20)]
        async with self.opened(provider_server.url) as payment:
            links = await asyncio.gather(*(payment.create_link(request) for request in requests))
        assert [link.id for link in links] == [f"L-deposit-{n}" for n in range(20)]

    @pytest.mark.asyncio
    async def test_a_cancelled_request_is_cancelled_and_the_provider_lives_on(
        self, provider_server: ProviderServer
    ) -> None:
        self.only_if_asked()
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hold(call: Call) -> Answer:
            loop.call_soon_threadsafe(asked.set)
            return Answer(silent=True)

        provider_server.script(hold, self.made_link(LINK))
        async with self.opened(provider_server.url) as payment:
            asking = asyncio.create_task(payment.create_link(DEPOSIT))
            await asked.wait()
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            assert await payment.create_link(DEPOSIT) == LINK
