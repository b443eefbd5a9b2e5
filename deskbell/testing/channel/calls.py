"""What a channel that hears calls must do with them: a missed one is an event, once, and an answered one is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from deskbell.channel import Channel, ChannelEvent, MissedCall
from deskbell.errors import NotForMe, SignatureInvalid
from deskbell.testing.channel.scene import PATIENT, CallSample, ChannelScene


class CallsContract(ChannelScene):
    """From the signed webhooks of a call to its event. Skipped where the provider reports no calls."""

    async def heard_call(self, ended: str, sample: CallSample | None = None) -> list[ChannelEvent]:
        """All that comes of a call that ended so."""
        async with self.opened() as channel:
            return await self._hear(channel, self.call(sample or self.call_sample(), ended))

    async def _hear(self, channel: Channel[Any], bodies: Sequence[bytes]) -> list[ChannelEvent]:
        requests = [self.sign(self.webhook_url, body, self.now) for body in bodies]
        return [event for request in requests for event in await channel.receive(request)]

    def _hears_calls(self) -> None:
        if not self.missed_calls:
            pytest.skip("this provider reports no calls")
        assert self.answered_calls, "a channel that hears missed calls names how answered ones end"

    @pytest.mark.asyncio
    async def test_a_call_that_nobody_answered_is_a_missed_call(self) -> None:
        self._hears_calls()
        for ended in self.missed_calls:
            calls = await self.heard_call(ended)
            assert calls, ended
            assert len({call.id for call in calls if isinstance(call, MissedCall)}) == 1, ended
            for call in calls:
                assert isinstance(call, MissedCall), ended
                assert (call.caller, call.called) == (PATIENT, self.number)
                assert call.at.tzinfo is not None

    @pytest.mark.asyncio
    async def test_a_call_that_was_answered_is_none(self) -> None:
        self._hears_calls()
        for ended in self.answered_calls:
            assert await self.heard_call(ended) == [], ended

    @pytest.mark.asyncio
    async def test_every_report_of_one_call_has_its_id_and_another_call_has_another(self) -> None:
        self._hears_calls()
        reports = [
            event
            for ended in self.missed_calls
            for event_id in ("event-1", "event-2")
            for event in await self.heard_call(ended, self.call_sample(event_id=event_id))
        ]
        others = await self.heard_call(self.missed_calls[0], self.call_sample(call_id="call-2"))
        (one,) = {event.id for event in reports if isinstance(event, MissedCall)}
        assert one not in {event.id for event in others if isinstance(event, MissedCall)}

    @pytest.mark.asyncio
    async def test_a_call_is_believed_only_when_it_is_signed(self) -> None:
        self._hears_calls()
        async with self.opened() as channel:
            for body in self.call(self.call_sample(), self.missed_calls[0]):
                good = self.sign(self.webhook_url, body, self.now)
                forged = self.sign(self.webhook_url, body, self.now, forged=True)
                for request in (forged, self.unsigned(good), self.tampered(good)):
                    with pytest.raises(SignatureInvalid):
                        await channel.receive(request)

    @pytest.mark.asyncio
    async def test_what_follows_a_webhook_is_found_without_a_connection_and_a_call_that_ended_well_needs_nothing(
        self,
    ) -> None:
        for body in (self.text(self.sample()), self.unknown_event()):
            assert self.made().follow_up(self.sign(self.webhook_url, body, self.now)) is None
        for ended in self.answered_calls:
            *_, last = self.call(self.call_sample(), ended)
            assert self.made().follow_up(self.sign(self.webhook_url, last, self.now)) is None
        for ended in self.missed_calls:
            for body in self.call(self.call_sample(), ended):
                follow_up = self.made().follow_up(self.sign(self.webhook_url, body, self.now))
                assert follow_up is None or callable(follow_up)

    @pytest.mark.asyncio
    async def test_a_call_to_another_number_is_not_ours(self) -> None:
        self._hears_calls()
        bodies = self.call(self.call_sample(called="+12065550123"), self.missed_calls[0])
        async with self.opened() as channel:
            for body in bodies:
                try:
                    assert await self._hear(channel, [body]) == []
                except NotForMe:
                    continue

    @pytest.mark.asyncio
    @pytest.mark.parametrize("caller", ["anonymous", "+266696687", "Restricted"])
    async def test_a_withheld_number_is_told_as_it_came(self, caller: str) -> None:
        self._hears_calls()
        calls = await self.heard_call(self.missed_calls[0], self.call_sample(caller=caller))
        assert {call.caller for call in calls if isinstance(call, MissedCall)} == {caller}
