"""What every channel must do with a text to send: hand it over once, in time, and say truly what came of it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from deskbell.channel import Channel, DeliveryUpdate, OutboundText, SendReceipt
from deskbell.errors import (
    CannotTell,
    Misconfigured,
    OptedOut,
    OutboundError,
    OutcomeUnknown,
    RetryLater,
    Undeliverable,
)
from deskbell.testing.channel.scene import PICTURE, ChannelScene
from deskbell.testing.server import Answer, Call, ProviderServer, closed_port, deaf_port

#: What a busy machine may add to a deadline before a test calls it broken, in seconds.
_LEEWAY = 2.0


class OutboundContract(ChannelScene):
    """From a text to a receipt or an error."""

    async def failure(self, channel: Channel[Any], text: OutboundText | None = None) -> OutboundError:
        with pytest.raises(OutboundError) as caught:
            await channel.send(text or self.outbound())
        return caught.value

    @pytest.mark.asyncio
    async def test_a_text_is_handed_over_once_and_its_receipt_comes_back(self, provider_server: ProviderServer) -> None:
        provider_server.script(self.accepted("receipt-1"))
        async with self.opened(provider_server.url) as channel:
            receipt = await channel.send(self.outbound())
        assert isinstance(receipt, SendReceipt)
        assert receipt.message_id == "receipt-1"
        [call] = provider_server.calls
        text = self.outbound()
        for part in (text.to, text.text):
            assert part in call.plain

    @pytest.mark.asyncio
    async def test_every_attempt_carries_the_texts_own_id(self, provider_server: ProviderServer) -> None:
        provider_server.script(Answer(503, "later"), self.accepted("receipt-1"))
        async with self.opened(provider_server.url) as channel:
            await self.failure(channel)
            await channel.send(self.outbound())
        assert ["text-4711" in call.plain for call in provider_server.calls] == [True, True]

    @pytest.mark.asyncio
    async def test_the_receipts_address_leads_back_to_the_text(self, provider_server: ProviderServer) -> None:
        provider_server.script(self.accepted("receipt-1"))
        async with self.opened(provider_server.url) as channel:
            await channel.send(self.outbound())
            address = self.callback_of(provider_server.calls[0])
            if address is None:
                pytest.skip("this provider takes no address for receipts")
            assert address.startswith(self.webhook_url)
            body = self.receipt("receipt-1", next(iter(self.receipts)), self.now)
            [update] = await channel.receive(self.sign(address, body, self.now))
        assert isinstance(update, DeliveryUpdate)
        assert update.text_id == "text-4711"

    @pytest.mark.asyncio
    async def test_a_picture_is_sent_by_its_address(self, provider_server: ProviderServer) -> None:
        provider_server.otherwise = self.accepted("receipt-1")
        async with self.opened(provider_server.url) as channel:
            await channel.send(self.outbound(media=(PICTURE,)))
            await channel.send(self.outbound(text="", media=(PICTURE, PICTURE + "?2")))
        assert PICTURE in provider_server.calls[0].plain
        assert PICTURE + "?2" in provider_server.calls[1].plain

    @pytest.mark.asyncio
    async def test_odd_words_leave_as_they_were_written(self, provider_server: ProviderServer) -> None:
        provider_server.otherwise = self.accepted("receipt-1")
        async with self.opened(provider_server.url) as channel:
            for words in ("😀", "a=b&c;d", '"quoted" \\ {braces}', "two\nlines"):
                await channel.send(self.outbound(text=words))
                plain = provider_server.calls[-1].plain
                in_json = (json.dumps(words, ensure_ascii=False)[1:-1], json.dumps(words)[1:-1])
                assert any(written in plain for written in (words, *in_json)), words

    @pytest.mark.asyncio
    async def test_many_texts_at_once_keep_their_own_receipts(self, provider_server: ProviderServer) -> None:
        def answer(call: Call) -> Answer:
            return self.accepted(next(f"receipt-{n}" for n in range(10, 30) if f"text-{n}" in call.plain))

        provider_server.otherwise = answer
        async with self.opened(provider_server.url) as channel:
            texts = [self.outbound(id=f"text-{n}") for n in range(10, 30)]
            receipts = await asyncio.gather(*(channel.send(text) for text in texts))
        assert [receipt.message_id for receipt in receipts] == [f"receipt-{n}" for n in range(10, 30)]

    @pytest.mark.asyncio
    async def test_each_refusal_becomes_its_error(self, provider_server: ProviderServer) -> None:
        table = self.refusals()
        async with self.opened(provider_server.url) as channel:
            for refusal in table:
                provider_server.calls.clear()
                provider_server.script(refusal.answer)
                error = await self.failure(channel)
                assert (type(error), error.code) == (refusal.error, refusal.code), refusal
                assert len(provider_server.calls) == 1, f"asked more than once: {refusal}"
        assert {OptedOut, Undeliverable, RetryLater, Misconfigured} <= {refusal.error for refusal in table}

    @pytest.mark.asyncio
    async def test_a_provider_that_asks_for_a_pause_is_given_it(self, provider_server: ProviderServer) -> None:
        provider_server.script(self.too_many_requests(7))
        async with self.opened(provider_server.url) as channel:
            error = await self.failure(channel)
        assert isinstance(error, RetryLater)
        assert error.after == timedelta(seconds=7)
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_refused_credentials_are_an_operators_matter(self, provider_server: ProviderServer) -> None:
        provider_server.script(self.bad_credentials())
        async with self.opened(provider_server.url) as channel:
            assert isinstance(await self.failure(channel), Misconfigured)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("status", [500, 502, 503, 504])
    async def test_a_provider_in_trouble_is_asked_once_and_never_given_up(
        self, provider_server: ProviderServer, status: int
    ) -> None:
        provider_server.script(Answer(status, "<html>trouble</html>"))
        async with self.opened(provider_server.url) as channel:
            error = await self.failure(channel)
        assert isinstance(error, RetryLater | OutcomeUnknown)
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_a_gateway_that_gave_up_waiting_leaves_the_outcome_open(
        self, provider_server: ProviderServer
    ) -> None:
        provider_server.script(Answer(504, "<html>gateway timeout</html>"))
        async with self.opened(provider_server.url) as channel:
            assert isinstance(await self.failure(channel), OutcomeUnknown)

    @pytest.mark.asyncio
    async def test_an_answer_that_never_comes_leaves_the_outcome_open_within_the_deadline(
        self, provider_server: ProviderServer
    ) -> None:
        provider_server.script(Answer(silent=True))
        async with self.opened(provider_server.url, deadline=0.6) as channel:
            began = time.monotonic()
            error = await self.failure(channel)
            took = time.monotonic() - began
        assert isinstance(error, OutcomeUnknown)
        assert took < 0.6 + _LEEWAY
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_a_cut_connection_leaves_the_outcome_open(self, provider_server: ProviderServer) -> None:
        provider_server.script(Answer(cut=True))
        async with self.opened(provider_server.url) as channel:
            assert isinstance(await self.failure(channel), OutcomeUnknown)
        assert len(provider_server.calls) == 1

    @pytest.mark.asyncio
    async def test_a_text_that_never_left_may_be_sent_again(self) -> None:
        async with self.opened(closed_port()) as channel:
            assert isinstance(await self.failure(channel), RetryLater)
        with deaf_port() as nobody:
            async with self.opened(nobody, deadline=1.5) as channel:
                assert isinstance(await self.failure(channel), RetryLater)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("body", ["", "<html>", "[]", "{}", "null", '{"data": null}', b"\xff\xfe"])
    async def test_an_unreadable_yes_leaves_the_outcome_open(
        self, provider_server: ProviderServer, body: str | bytes
    ) -> None:
        accepted = self.accepted("receipt-1").status
        provider_server.script(Answer(accepted, body, headers={"content-type": "application/json"}))
        async with self.opened(provider_server.url) as channel:
            assert isinstance(await self.failure(channel), OutcomeUnknown)

    @pytest.mark.asyncio
    async def test_a_cancelled_send_is_cancelled_and_the_channel_lives_on(
        self, provider_server: ProviderServer
    ) -> None:
        asked = asyncio.Event()
        loop = asyncio.get_running_loop()

        def hold(call: Call) -> Answer:
            loop.call_soon_threadsafe(asked.set)
            return Answer(silent=True)

        provider_server.script(hold, self.accepted("receipt-2"))
        async with self.opened(provider_server.url) as channel:
            sending = asyncio.create_task(channel.send(self.outbound()))
            await asked.wait()
            sending.cancel()
            with pytest.raises(asyncio.CancelledError):
                await sending
            assert (await channel.send(self.outbound())).message_id == "receipt-2"

    @pytest.mark.asyncio
    async def test_a_lost_answer_is_looked_up_where_the_provider_can_tell(
        self, provider_server: ProviderServer
    ) -> None:
        text = self.outbound(first_attempt_at=self.now)
        taken, empty = self.listing([("receipt-1", text)], self.now), self.listing([], self.now)
        async with self.opened(provider_server.url) as channel:
            if taken is None or empty is None:
                with pytest.raises(CannotTell):
                    await channel.look_up(text)
                return
            provider_server.script(taken, empty)
            receipt = await channel.look_up(text)
            assert receipt is not None
            assert receipt.message_id == "receipt-1"
            assert await channel.look_up(text) is None

    @pytest.mark.asyncio
    async def test_a_look_up_takes_no_other_text_for_the_lost_one(self, provider_server: ProviderServer) -> None:
        text = self.outbound(first_attempt_at=self.now)
        other_words = self.listing([("receipt-1", self.outbound(text="other words"))], self.now)
        same_words = self.listing([("receipt-2", text)], self.now)
        long_ago = self.listing([("receipt-1", text)], self.now - timedelta(days=1))
        if other_words is None or same_words is None or long_ago is None:
            pytest.skip("this provider has no list to look in")
        provider_server.script(other_words, long_ago, same_words)
        async with self.opened(provider_server.url) as channel:
            assert await channel.look_up(text) is None
            assert await channel.look_up(text) is None
            assert await channel.look_up(replace(text, others=frozenset({"receipt-2"}))) is None

    @pytest.mark.asyncio
    @pytest.mark.parametrize("answer", [Answer(503, "later"), Answer(cut=True), Answer(silent=True)])
    async def test_a_look_up_that_gets_no_answer_does_not_pretend_to_know(
        self, provider_server: ProviderServer, answer: Answer
    ) -> None:
        provider_server.otherwise = answer
        async with self.opened(provider_server.url, deadline=0.6) as channel:
            with pytest.raises(OutboundError) as caught:
                await channel.look_up(self.outbound(first_attempt_at=self.now))
        assert isinstance(caught.value, RetryLater | CannotTell)

    @pytest.mark.asyncio
    async def test_a_check_tells_good_settings_from_bad_and_never_raises(self, provider_server: ProviderServer) -> None:
        async with self.opened(provider_server.url, deadline=0.6) as channel:
            provider_server.script(self.healthy())
            assert (await channel.check()).ok
            for answer in (self.bad_credentials(), Answer(503, "later"), Answer(cut=True), Answer(silent=True)):
                provider_server.script(answer)
                health = await channel.check()
                assert not health.ok
                assert health.detail
        async with self.opened(closed_port(), deadline=0.6) as channel:
            assert not (await channel.check()).ok

    @pytest.mark.asyncio
    async def test_closing_twice_or_unopened_is_no_error(self, provider_server: ProviderServer) -> None:
        await self.made().close()
        provider_server.script(self.accepted("receipt-1"))
        async with self.opened(provider_server.url) as channel:
            await channel.send(self.outbound())
            await channel.close()
            await channel.close()
