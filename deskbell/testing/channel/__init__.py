"""The contract of a channel: what an author tells the kit, and the tests that come with it.

`scene` is what the author fills in, `inbound`, `calls` and `outbound` are the tests of the two directions, and here is
what concerns the whole: what it declares, its manners on the event loop, and its discretion.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import Any

import pytest

from deskbell.channel import Channel
from deskbell.testing import cold
from deskbell.testing.channel.calls import CallsContract
from deskbell.testing.channel.inbound import InboundContract
from deskbell.testing.channel.outbound import OutboundContract
from deskbell.testing.channel.scene import PATIENT, WORDS, CallSample, Sample
from deskbell.testing.discretion import Discretion
from deskbell.testing.refusal import Refusal
from deskbell.testing.server import Answer, ProviderServer, closed_port
from deskbell.types import Settings

__all__ = ["PATIENT", "WORDS", "CallSample", "ChannelContract", "Refusal", "Sample"]


class ChannelContract(InboundContract, CallsContract, OutboundContract):
    """Inherit it as ``class TestMyChannel(ChannelContract)`` and fill in what `ChannelScene` asks for."""

    #: How long the event loop may be held up, in seconds. Best of three cold starts.
    longest_hold_up = 0.25

    @pytest.mark.asyncio
    async def test_it_declares_a_name_a_kind_and_described_settings(self) -> None:
        assert issubclass(self.channel, Channel)
        assert self.channel.name.isidentifier()
        assert self.channel.name == self.channel.name.lower()
        assert self.channel.kind
        assert issubclass(self.channel.Config, Settings)
        undescribed = [name for name, field in self.channel.Config.model_fields.items() if not field.description]
        assert undescribed == []
        for method in ("open", "close", "check", "receive", "send", "look_up"):
            assert inspect.iscoroutinefunction(getattr(self.channel, method)), f"{method} must be async"

    @pytest.mark.asyncio
    async def test_its_acknowledgement_is_a_content_type_and_bytes(self) -> None:
        bodies = [self.text(self.sample()), self.unknown_event()]
        bodies += [body for ended in self.missed_calls for body in self.call(self.call_sample(), ended)]
        for one in bodies:
            content_type, body = self.made().acknowledgement(self.sign(self.webhook_url, one, self.now))
            assert "/" in content_type
            assert isinstance(body, bytes)

    @pytest.mark.asyncio
    async def test_the_event_loop_is_never_held_up_not_even_by_loading_the_sdk(self) -> None:
        hold_ups = await asyncio.to_thread(cold.hold_ups, type(self), self.longest_hold_up)
        assert max(hold_ups.values()) <= self.longest_hold_up, hold_ups

    @pytest.mark.asyncio
    async def test_no_secret_number_or_word_stands_in_a_log_record_an_error_or_a_repr(
        self, provider_server: ProviderServer
    ) -> None:
        with Discretion(self.private()) as discretion:
            async with self.opened(provider_server.url, deadline=0.6) as channel:
                discretion.look_at("the channel", channel)
                discretion.look_at("its settings", channel.config)
                await self._receive_everything(channel, discretion)
                await self._send_into_everything(channel, provider_server, discretion)
            async with self.opened(closed_port(), deadline=0.6) as channel:
                await self._send(channel, discretion)
        assert discretion.breaches == []

    async def _receive_everything(self, channel: Channel[Any], discretion: Discretion) -> None:
        body = self.text(self.sample())
        good = self.sign(self.webhook_url, body, self.now)
        for request in (
            good,
            self.tampered(good),
            self.unsigned(good),
            self.sign(self.webhook_url, body, self.now, forged=True),
            self.sign(self.webhook_url, b"\xff\xfe" + body, self.now),
            self.sign(self.webhook_url, self.text(self.sample(recipient="+12065550123")), self.now),
            *(
                self.sign(self.webhook_url, body, self.now)
                for ended in (*self.missed_calls, *self.answered_calls)
                for body in self.call(self.call_sample(), ended)
            ),
        ):
            discretion.look_at("a request", request)
            with discretion.errors():
                discretion.look_at("an event", await channel.receive(request))

    async def _send_into_everything(
        self, channel: Channel[Any], server: ProviderServer, discretion: Discretion
    ) -> None:
        answers = [
            self.accepted("receipt-1"),
            *(refusal.answer for refusal in self.refusals()),
            self.too_many_requests(7),
            self.bad_credentials(),
            Answer(500, f"no luck with {WORDS} for {PATIENT}"),
            Answer(cut=True),
            Answer(silent=True),
        ]
        for answer in answers:
            server.script(answer)
            await self._send(channel, discretion)
        for answer in (self.healthy(), self.bad_credentials()):
            server.script(answer)
            discretion.look_at("the health", await channel.check())
        for found in (self.listing([("receipt-1", self.outbound())], self.now), self.bad_credentials()):
            server.script(found or Answer())
            with discretion.errors():
                discretion.look_at("a look-up", await channel.look_up(self.outbound(first_attempt_at=self.now)))

    async def _send(self, channel: Channel[Any], discretion: Discretion) -> None:
        text = self.outbound()
        discretion.look_at("a text", text)
        with discretion.errors():
            discretion.look_at("a receipt", await channel.send(text))

    async def cold_start(self) -> dict[str, float]:
        """The longest hold-up of each step in a process that has loaded nothing yet. Run by `deskbell.testing.cold`."""
        assert self.sdk is None or self.sdk not in sys.modules, f"{self.sdk} was imported before open()"
        server = ProviderServer()
        server.start()
        channel = self.made(server.url)
        server.script(self.accepted("receipt-1"), self.healthy())
        text = self.sign(self.webhook_url, self.text(self.sample()), self.now)
        steps = {
            "open": channel.open,
            "receive": lambda: channel.receive(text),
            "send": lambda: channel.send(self.outbound()),
            "check": channel.check,
            "close": channel.close,
        }
        try:
            return await cold.measured(steps)
        finally:
            server.stop()
