"""What leaves the process for Telnyx, beyond the contract of every channel."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest

from deskbell import CannotTell, DeliveryStatus, Misconfigured, OutboundText, ProviderNotReady, RetryLater
from deskbell.testing import Answer, ProviderServer
from plugins.channels.telnyx import TelnyxChannel
from plugins.channels.telnyx.testing import accepted, refused

TEXT = OutboundText(id="t-1:2_3", to="+13105550177", sender="+12125550142", text="See you Monday")


async def test_a_send_is_one_keyed_authorised_request(
    open_telnyx: TelnyxChannel, provider_server: ProviderServer
) -> None:
    provider_server.script(accepted("m1", parts=2))
    receipt = await open_telnyx.send(TEXT)
    assert (receipt.message_id, receipt.segments, receipt.status) == ("m1", 2, DeliveryStatus.QUEUED)
    [call] = provider_server.calls
    assert (call.method, call.path) == ("POST", "/v2/messages")
    assert call.headers["authorization"] == "Bearer KEY1"
    assert call.headers["idempotency-key"] == "t-1:2_3"
    assert call.json == {
        "from": "+12125550142",
        "to": "+13105550177",
        "text": "See you Monday",
        "messaging_profile_id": "profile-1",
        "webhook_url": "https://desk.example/webhooks/carrier/harbor-main?text=t-1%3A2_3",
    }


async def test_every_attempt_is_the_same_to_the_byte(
    open_telnyx: TelnyxChannel, provider_server: ProviderServer
) -> None:
    # Telnyx refuses an idempotency key that comes back with another body.
    provider_server.script(Answer(500), accepted("m1"))
    with pytest.raises(RetryLater):
        await open_telnyx.send(TEXT)
    await open_telnyx.send(TEXT)
    first, second = provider_server.calls
    assert first.body == second.body


@pytest.mark.parametrize(("code", "after"), [("40006", None), ("40020", timedelta(days=1))])
async def test_a_refusal_that_passes_says_how_long_it_lasts(
    open_telnyx: TelnyxChannel, provider_server: ProviderServer, code: str, after: timedelta | None
) -> None:
    provider_server.script(refused(400, code))
    with pytest.raises(RetryLater) as caught:
        await open_telnyx.send(TEXT)
    assert caught.value.after == after


async def test_the_environment_cannot_send_texts_elsewhere(
    open_telnyx: TelnyxChannel, provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELNYX_BASE_URL", "http://127.0.0.1:9/v2")
    provider_server.script(accepted("m1"))
    await open_telnyx.open()
    assert (await open_telnyx.send(TEXT)).message_id == "m1"


async def test_telnyx_has_no_list_to_look_a_text_up_in(open_telnyx: TelnyxChannel) -> None:
    with pytest.raises(CannotTell):
        await open_telnyx.look_up(TEXT)


async def test_a_channel_that_is_closed_says_so(open_telnyx: TelnyxChannel) -> None:
    await open_telnyx.close()
    with pytest.raises(ProviderNotReady):
        await open_telnyx.send(TEXT)


async def test_an_sdk_that_cannot_be_loaded_is_told_to_whoever_sends_and_nothing_has_left(
    telnyx: Callable[..., TelnyxChannel], provider_server: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "plugins.channels.telnyx.client", None)
    channel = telnyx(base_url=f"{provider_server.url}/v2")
    await channel.open()
    with pytest.raises(Misconfigured):
        await channel.send(TEXT)
    await channel.close()
    assert provider_server.calls == []


async def test_a_text_before_the_sdk_has_loaded_has_certainly_not_left(
    telnyx: Callable[..., TelnyxChannel], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = telnyx(deadline_seconds=0.02)
    loading: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    monkeypatch.setattr(channel, "_loading", loading)
    with pytest.raises(RetryLater, match="still being loaded") as waits:
        await channel.send(TEXT)
    assert not waits.value.down, "Telnyx is not in trouble, and its other texts need not wait"
    assert not loading.cancelled(), "whoever gives up leaves the SDK to the others"
