"""What every payment provider must do with a link that was made: cancel it, look it up, give the money back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from deskbell.errors import CannotTell, OutboundError, OutcomeUnknown, ProviderNotReady, RetryLater
from deskbell.payment import Money, Payment, PaymentStatus, PaymentUpdate
from deskbell.testing.payment.scene import DEPOSIT, LINK, PAYER, REFUND, News, PaymentScene
from deskbell.testing.server import Answer, ProviderServer, closed_port

_NO_ANSWER = [Answer(503, "later"), Answer(cut=True), Answer(silent=True)]
REFUND_KEY = "8c7e3f40-1d58-4f6e-9a34-2f50b9f3a6d1-1"


class AftermathContract(PaymentScene):
    """From a link to facts."""

    async def given(self, payment: Payment[Any]) -> PaymentUpdate:
        return await payment.refund("PAYMENT-1", REFUND.amount, refund_id=REFUND_KEY)

    # ---- cancel --------------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_a_link_is_cancelled_once_and_one_that_is_gone_is_no_error(
        self, provider_server: ProviderServer
    ) -> None:
        if self.calls:
            provider_server.script(self.cancelled(), self.gone())
        async with self.opened(provider_server.url) as payment:
            link = LINK if self.calls else await payment.create_link(DEPOSIT)
            await payment.cancel_link(link)
            await payment.cancel_link(link)
        assert len(provider_server.calls) == (2 if self.calls else 0)
        assert all(LINK.id in call.plain for call in provider_server.calls)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("answer", _NO_ANSWER)
    async def test_a_cancellation_without_an_answer_does_not_pass_for_done(
        self, provider_server: ProviderServer, answer: Answer
    ) -> None:
        self.only_if_asked()
        provider_server.script(answer)
        async with self.opened(provider_server.url, deadline=1.0) as payment:
            with pytest.raises(OutboundError) as caught:
                await payment.cancel_link(LINK)
        assert isinstance(caught.value, RetryLater | OutcomeUnknown)

    # ---- look up -------------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_a_look_up_tells_what_was_paid_and_given_back(self, provider_server: ProviderServer) -> None:
        answers = self.history([News(), REFUND]) if self.calls else None
        async with self.opened(provider_server.url) as payment:
            if answers is None:
                with pytest.raises(CannotTell):
                    await payment.look_up(LINK)
                return
            provider_server.script(*answers, *answers)
            updates = await payment.look_up(LINK)
            again = await payment.look_up(LINK)
        told = {(update.status, update.payment_id, update.amount, update.refund_id) for update in updates}
        assert told == {
            (PaymentStatus.PAID, "PAYMENT-1", DEPOSIT.amount, None),
            (PaymentStatus.REFUNDED, "PAYMENT-1", REFUND.amount, REFUND.refund_id),
        }
        assert all(update.order_id in (LINK.order_id, "") for update in updates)
        # Looked up again it is no other news.
        assert [update.event_id for update in again] == [update.event_id for update in updates]
        assert len({update.event_id for update in updates}) == 2

    @pytest.mark.asyncio
    async def test_a_look_up_before_anybody_paid_tells_nothing(self, provider_server: ProviderServer) -> None:
        self.only_if_asked()
        answers = self.history([])
        if answers is None:
            pytest.skip("this provider has no way to say")
        provider_server.script(*answers)
        async with self.opened(provider_server.url) as payment:
            assert list(await payment.look_up(LINK)) == []

    @pytest.mark.asyncio
    @pytest.mark.parametrize("answer", [*_NO_ANSWER, Answer(200, "{}"), Answer(200, "<html>")])
    async def test_a_look_up_that_gets_no_answer_does_not_pretend_to_know(
        self, provider_server: ProviderServer, answer: Answer
    ) -> None:
        self.only_if_asked()
        provider_server.otherwise = answer
        async with self.opened(provider_server.url, deadline=1.0) as payment:
            with pytest.raises(OutboundError) as caught:
                await payment.look_up(LINK)
        assert isinstance(caught.value, RetryLater | CannotTell)

    # ---- refund --------------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_a_refund_is_asked_for_once_with_its_key_and_its_amount(
        self, provider_server: ProviderServer
    ) -> None:
        if self.calls:
            provider_server.script(self.given_back(REFUND))
        async with self.opened(provider_server.url) as payment:
            update = await self.given(payment)
        assert (update.status, update.payment_id, update.amount) == (
            PaymentStatus.REFUNDED,
            "PAYMENT-1",
            REFUND.amount,
        )
        assert update.refund_id
        if self.calls:
            [call] = provider_server.calls
            assert (self.key_in(call), self.amount_in(call)) == (REFUND_KEY, REFUND.amount)
            assert update.refund_id == REFUND.refund_id
            assert PAYER.removeprefix("+") not in call.plain

    @pytest.mark.asyncio
    async def test_a_refund_that_the_provider_still_thinks_about_is_pending(
        self, provider_server: ProviderServer
    ) -> None:
        self.only_if_asked()
        provider_server.script(self.given_back(replace(REFUND, status=PaymentStatus.PENDING)), self.given_back(REFUND))
        async with self.opened(provider_server.url) as payment:
            update, done = await self.given(payment), await self.given(payment)
        assert update.status is PaymentStatus.PENDING
        assert update.refund_id == REFUND.refund_id
        # That it is done is other news, and must not pass for a repetition.
        assert done.event_id != update.event_id

    @pytest.mark.asyncio
    async def test_a_refund_whose_answer_is_lost_is_repeated_under_the_same_key(
        self, provider_server: ProviderServer
    ) -> None:
        self.only_if_asked()
        lost = [Answer(cut=True), Answer(504, "<html>"), Answer(200, "{}"), Answer(silent=True)]
        provider_server.script(*lost, self.given_back(REFUND))
        async with self.opened(provider_server.url, deadline=1.0) as payment:
            for _ in lost:
                with pytest.raises(OutcomeUnknown):
                    await self.given(payment)
            await self.given(payment)
        assert {self.key_in(call) for call in provider_server.calls} == {REFUND_KEY}
        assert len({call.body for call in provider_server.calls}) == 1
        assert len(provider_server.calls) == 5

    @pytest.mark.asyncio
    async def test_a_refund_that_never_left_may_be_asked_again(self) -> None:
        self.only_if_asked()
        async with self.opened(closed_port()) as payment:
            with pytest.raises(RetryLater):
                await self.given(payment)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("cents", [1, 5_075])
    async def test_what_is_given_back_goes_out_as_minor_units(
        self, provider_server: ProviderServer, cents: int
    ) -> None:
        self.only_if_asked()
        provider_server.script(self.given_back(replace(REFUND, amount=Money(cents))))
        async with self.opened(provider_server.url) as payment:
            update = await payment.refund("PAYMENT-1", Money(cents), refund_id=REFUND_KEY)
        assert self.amount_in(provider_server.calls[0]) == update.amount == Money(cents)

    # ---- its life ------------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_a_check_tells_good_settings_from_bad_and_never_raises(self, provider_server: ProviderServer) -> None:
        if not self.calls:
            async with self.opened() as payment:
                assert (await payment.check()).ok
            return
        async with self.opened(provider_server.url, deadline=1.0) as payment:
            provider_server.script(*self.healthy())
            assert (await payment.check()).ok
            for answer in (self.bad_credentials(), *_NO_ANSWER):
                provider_server.script(answer)
                health = await payment.check()
                assert not health.ok
                assert health.detail
        async with self.opened(closed_port(), deadline=1.0) as payment:
            assert not (await payment.check()).ok

    @pytest.mark.asyncio
    async def test_opening_asks_nobody(self, provider_server: ProviderServer) -> None:
        async with self.opened(provider_server.url):
            pass
        assert provider_server.calls == []

    @pytest.mark.asyncio
    async def test_closing_twice_or_unopened_is_no_error(self, provider_server: ProviderServer) -> None:
        await self.made().close()
        async with self.opened(provider_server.url) as payment:
            await self.linked(payment, provider_server, DEPOSIT)
            await payment.close()
            await payment.close()

    @pytest.mark.asyncio
    async def test_one_that_is_not_open_says_so(self) -> None:
        self.only_if_asked()
        with pytest.raises(ProviderNotReady):
            await self.made().create_link(DEPOSIT)
