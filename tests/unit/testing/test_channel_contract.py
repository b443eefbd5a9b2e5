"""The channel contract catches careless channels: each fault is put into a sound channel and must be seen."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from deskbell import (
    ChannelEvent,
    InboundText,
    OutboundError,
    OutboundText,
    RawRequest,
    RetryLater,
    SendReceipt,
    SignatureInvalid,
)
from deskbell.testing import ChannelContract, ProviderServer
from deskbell.testing.server import provider_server as running
from plugins.channels.telnyx import TelnyxChannel

_SPEC = importlib.util.spec_from_file_location("sound", Path(__file__).parents[2] / "contract" / "test_telnyx.py")
assert _SPEC is not None
assert _SPEC.loader is not None
_SOUND = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(_SOUND)


class BelievesEverything(TelnyxChannel):
    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        try:
            return await super().receive(request)
        except SignatureInvalid:
            return []


class Stumbles(TelnyxChannel):
    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        request.body.decode("ascii")
        return await super().receive(request)


class NamesTheDelivery(TelnyxChannel):
    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        [event] = await super().receive(request)
        assert isinstance(event, InboundText)
        return [InboundText(request.body.decode()[:120], event.sender, event.recipient, event.text, event.at)]


class Insists(TelnyxChannel):
    async def send(self, text: OutboundText) -> SendReceipt:
        try:
            return await super().send(text)
        except RetryLater:
            return await super().send(text)


class Optimist(TelnyxChannel):
    async def send(self, text: OutboundText) -> SendReceipt:
        try:
            return await super().send(text)
        except OutboundError:
            raise RetryLater from None


class Talks(TelnyxChannel):
    async def send(self, text: OutboundText) -> SendReceipt:
        logging.getLogger("careless").debug("sending to %s", text.to)
        return await super().send(text)


class ForgetsTheId(TelnyxChannel):
    async def send(self, text: OutboundText) -> SendReceipt:
        return await super().send(OutboundText("another-id", text.to, text.sender, text.text))


class Dawdles(TelnyxChannel):
    async def send(self, text: OutboundText) -> SendReceipt:
        await asyncio.sleep(3)
        return await super().send(text)


def contract(channel: type[TelnyxChannel]) -> ChannelContract:
    made: ChannelContract = type("Careless", (_SOUND.TestTelnyx,), {"channel": channel})()
    return made


@pytest.mark.parametrize(
    ("channel", "test"),
    [
        (BelievesEverything, "test_a_missing_signature_is_refused"),
        (BelievesEverything, "test_somebody_elses_signature_is_refused"),
        (BelievesEverything, "test_a_changed_body_is_refused"),
        (BelievesEverything, "test_a_garbled_signature_is_refused"),
        (BelievesEverything, "test_a_signature_is_good_for_the_tolerance_and_not_a_second_longer"),
        (Stumbles, "test_a_body_that_is_not_utf_8_is_refused"),
        (NamesTheDelivery, "test_the_same_text_delivered_again_keeps_its_id_also_under_another_event_id"),
    ],
)
async def test_a_channel_that_is_careless_with_webhooks_is_caught(channel: type[TelnyxChannel], test: str) -> None:
    method: Callable[[], Awaitable[None]] = getattr(contract(channel), test)
    with pytest.raises((AssertionError, UnicodeDecodeError, pytest.fail.Exception)):
        await method()


@pytest.mark.parametrize(
    ("channel", "test"),
    [
        (Insists, "test_each_refusal_becomes_its_error"),
        (Optimist, "test_a_cut_connection_leaves_the_outcome_open"),
        (Optimist, "test_each_refusal_becomes_its_error"),
        (Talks, "test_no_secret_number_or_word_stands_in_a_log_record_an_error_or_a_repr"),
        (ForgetsTheId, "test_every_attempt_carries_the_texts_own_id"),
        (ForgetsTheId, "test_the_receipts_address_leads_back_to_the_text"),
        (Dawdles, "test_an_answer_that_never_comes_leaves_the_outcome_open_within_the_deadline"),
    ],
)
async def test_a_channel_that_is_careless_with_sending_is_caught(
    channel: type[TelnyxChannel], test: str, provider_server: ProviderServer
) -> None:
    method: Callable[[Any], Awaitable[None]] = getattr(contract(channel), test)
    with pytest.raises((AssertionError, RetryLater, pytest.fail.Exception)):
        await method(provider_server)


def test_a_provider_server_stops_while_a_request_still_waits() -> None:
    with running() as server:
        assert server.url.startswith("http://127.0.0.1:")
