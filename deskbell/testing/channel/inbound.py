"""What every channel must do with a webhook: believe only what is signed, and never stumble."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deskbell.channel import Channel, ChannelEvent, DeliveryUpdate, InboundText, MissedCall
from deskbell.errors import InboundError, NotForMe, SignatureInvalid
from deskbell.http import RawRequest
from deskbell.testing.channel.scene import PATIENT, PICTURE, WORDS, ChannelScene
from deskbell.testing.server import ProviderServer

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_BODIES = (
    st.binary(max_size=300)
    | _JSON.map(lambda value: json.dumps(value).encode())
    | st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=6).map(lambda form: urlencode(form).encode())
)
#: Where in a good body, how much of it goes, and what comes in its place.
_SPLICES = st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=12))


class InboundContract(ChannelScene):
    """From a signed request to events."""

    async def received(self, request: RawRequest) -> list[ChannelEvent]:
        async with self.opened() as channel:
            return await channel.receive(request)

    async def received_text(self, **changes: object) -> InboundText:
        body = self.text(self.sample(**changes))
        [event] = await self.received(self.sign(self.webhook_url, body, self.now))
        assert isinstance(event, InboundText)
        return event

    @pytest.mark.asyncio
    async def test_a_signed_text_is_read(self) -> None:
        text = await self.received_text()
        assert (text.sender, text.recipient, text.text) == (PATIENT, self.number, WORDS)
        assert text.id
        assert text.at.tzinfo is not None
        assert (text.media, text.carrier_handled) == ((), None)

    @pytest.mark.asyncio
    async def test_header_names_count_in_any_case(self) -> None:
        request = self.sign(self.webhook_url, self.text(self.sample()), self.now)
        for change in (str.upper, str.title, str.lower):
            headers = {change(name): value for name, value in request.headers.items()}
            assert await self.received(replace(request, headers=headers))

    @pytest.mark.asyncio
    async def test_a_missing_signature_is_refused(self) -> None:
        request = self.sign(self.webhook_url, self.text(self.sample()), self.now)
        for headers in (self.unsigned(request).headers, {}):
            with pytest.raises(SignatureInvalid):
                await self.received(replace(request, headers=headers))

    @pytest.mark.asyncio
    async def test_somebody_elses_signature_is_refused(self) -> None:
        with pytest.raises(SignatureInvalid):
            await self.received(self.sign(self.webhook_url, self.text(self.sample()), self.now, forged=True))

    @pytest.mark.asyncio
    async def test_a_garbled_signature_is_refused(self) -> None:
        request = self.sign(self.webhook_url, self.text(self.sample()), self.now)
        good = request.headers[self.signature_header]
        for garbled in ("", " ", "AAAA", "=", "é", "\x00", "\ud800", good[:-1], good + good, good.swapcase()):
            with pytest.raises(SignatureInvalid):
                await self.received(replace(request, headers={**request.headers, self.signature_header: garbled}))

    @pytest.mark.asyncio
    async def test_a_changed_body_is_refused(self) -> None:
        request = self.sign(self.webhook_url, self.text(self.sample()), self.now)
        with pytest.raises(SignatureInvalid):
            await self.received(self.tampered(request))

    @pytest.mark.asyncio
    async def test_a_signature_is_good_for_the_tolerance_and_not_a_second_longer(self) -> None:
        if self.tolerance is None:
            pytest.skip("this provider signs no timestamp")
        body = self.text(self.sample())
        for away in (self.tolerance, -self.tolerance):
            assert await self.received(self.sign(self.webhook_url, body, self.now - away))
        for away in (self.tolerance + timedelta(seconds=1), -self.tolerance - timedelta(seconds=1)):
            with pytest.raises(SignatureInvalid):
                await self.received(self.sign(self.webhook_url, body, self.now - away))

    @pytest.mark.asyncio
    async def test_behind_a_proxy_the_public_address_is_what_counts(self) -> None:
        body = self.text(self.sample())
        assert await self.received(self.sign(self.webhook_url, body, self.now))
        inside = replace(
            self.sign(self.webhook_url, body, self.now), url=self.webhook_url.replace("https://", "http://")
        )
        if self.signs_address:
            with pytest.raises(SignatureInvalid):
                await self.received(inside)
        else:
            assert await self.received(inside)

    @pytest.mark.asyncio
    async def test_the_same_text_delivered_again_keeps_its_id_also_under_another_event_id(self) -> None:
        first = await self.received_text()
        assert (await self.received_text()).id == first.id
        assert (await self.received_text(event_id="event-2")).id == first.id
        assert (await self.received_text(message_id="message-2")).id != first.id

    @pytest.mark.asyncio
    async def test_what_is_not_about_texts_is_heard_and_no_more(self) -> None:
        assert await self.received(self.sign(self.webhook_url, self.unknown_event(), self.now)) == []

    @pytest.mark.asyncio
    async def test_a_text_to_another_number_is_not_for_this_binding(self) -> None:
        body = self.text(self.sample(recipient="+12065550123"))
        with pytest.raises(NotForMe):
            await self.received(self.sign(self.webhook_url, body, self.now))

    @pytest.mark.asyncio
    async def test_a_picture_comes_without_words(self) -> None:
        text = await self.received_text(text="", media=(PICTURE,))
        assert text.text == ""
        assert [media.url for media in text.media] == [PICTURE]

    @pytest.mark.asyncio
    @pytest.mark.parametrize("words", ["", " ", "😀👩‍👩‍👧", "ok\r\n\tthen \x07", "é" * 10_000, "a&b=c%20+d"])
    async def test_odd_words_arrive_as_they_were_written(self, words: str) -> None:
        assert (await self.received_text(text=words)).text == words

    @pytest.mark.asyncio
    async def test_what_no_database_can_hold_is_left_out_of_the_words(self) -> None:
        text = (await self.received_text(text="before\x00after")).text
        assert text.encode("utf-8").replace(b"\x00", b"?") == b"beforeafter"

    @pytest.mark.asyncio
    async def test_a_body_that_is_not_utf_8_is_refused(self) -> None:
        for body in (b"\xff\xfe\x00", self.text(self.sample()) + b"\xff", b"=\x80&\xc3\x28"):
            with pytest.raises(InboundError):
                await self.received(self.sign(self.webhook_url, body, self.now))

    @pytest.mark.asyncio
    @given(bodies=st.lists(_BODIES, max_size=30), splices=st.lists(_SPLICES, max_size=30))
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        # Inherited by several classes, which is what contracts are for.
        suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    async def test_no_signed_body_whatsoever_makes_it_stumble(
        self, bodies: list[bytes], splices: list[tuple[float, int, bytes]]
    ) -> None:
        good = self.text(self.sample(media=(PICTURE,)))
        calls = [body for ended in self.missed_calls[:1] for body in self.call(self.call_sample(), ended)]
        for where, gone, instead in splices:
            for body in (good, *calls):
                at = int(where * len(body))
                bodies.append(body[:at] + instead + body[at + gone :])
        async with self.opened() as channel:
            for body in [*bodies, b"[" * 100_000, b'{"a":' * 100_000, b"1" * 100_000]:
                await self._survives(channel, self.sign(self.webhook_url, body, self.now))

    async def _survives(self, channel: Channel[Any], request: RawRequest) -> None:
        try:
            events = await channel.receive(request)
        except InboundError:
            return
        for event in events:
            assert isinstance(event, InboundText | DeliveryUpdate | MissedCall)
            # Every field can be written to a database: no NUL, no half surrogates.
            assert "\x00" not in "".join(str(getattr(event, name)) for name in event.__slots__)
            "".join(str(getattr(event, name)) for name in event.__slots__).encode("utf-8")

    @pytest.mark.asyncio
    async def test_receipts_say_where_a_text_is(self) -> None:
        found = {}
        for state in self.receipts:
            body = self.receipt("receipt-1", state, self.now)
            [update] = await self.received(self.sign(self.webhook_url, body, self.now))
            assert isinstance(update, DeliveryUpdate)
            assert update.message_id == "receipt-1"
            assert update.at.tzinfo is not None
            found[state] = update.status
        assert found == dict(self.receipts)

    @pytest.mark.asyncio
    async def test_receipts_in_any_order_end_in_the_same_place(self) -> None:
        by_rank = {status: state for state, status in self.receipts.items()}
        states = [by_rank[status] for status in sorted(by_rank)]
        requests = {
            state: self.sign(self.webhook_url, self.receipt("receipt-1", state, self.now), self.now) for state in states
        }
        ends = set()
        async with self.opened() as channel:
            for order in permutations(states):
                updates = [update for state in order for update in await channel.receive(requests[state])]
                ends.add(max(update.status for update in updates if isinstance(update, DeliveryUpdate)))
        assert ends == {max(by_rank)}

    @pytest.mark.asyncio
    async def test_words_that_the_carrier_answers_are_marked_and_only_as_the_whole_message(self) -> None:
        for word, keyword in self.carrier_words.items():
            for written in (word, word.lower(), f" {word.title()} "):
                assert (await self.received_text(text=written)).carrier_handled is keyword, written
            assert (await self.received_text(text=f"{word} by tomorrow")).carrier_handled is None
        assert (await self.received_text(text="I'll stop by tomorrow")).carrier_handled is None

    @pytest.mark.asyncio
    async def test_receiving_asks_nobody(self, provider_server: ProviderServer) -> None:
        async with self.opened(provider_server.url) as channel:
            await channel.receive(self.sign(self.webhook_url, self.text(self.sample(media=(PICTURE,))), self.now))
        assert provider_server.calls == []
