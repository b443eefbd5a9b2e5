"""What leaves the process for Twilio, beyond the contract of every channel."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from deskbell import CannotTell, Cost, DeliveryStatus, OutboundText, RetryLater
from deskbell.testing import Answer, ProviderServer
from plugins.channels.twilio import TwilioChannel
from plugins.channels.twilio.testing import ACCOUNT_SID, message, page

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
OURS, PATIENT = "+13105550142", "+12125550177"
TEXT = OutboundText(id="t-1", to=PATIENT, sender=OURS, text="See you Monday", first_attempt_at=NOW)


def taken(**more: object) -> Answer:
    return Answer(201, message("SM1", sender=OURS, to=PATIENT, text=TEXT.text, at=NOW, **more))


async def test_a_send_is_one_authorised_form(open_twilio: TwilioChannel, provider_server: ProviderServer) -> None:
    provider_server.script(taken(num_segments="2"))
    receipt = await open_twilio.send(TEXT)
    assert (receipt.message_id, receipt.segments, receipt.status) == ("SM1", 2, DeliveryStatus.QUEUED)
    [call] = provider_server.calls
    assert (call.method, call.path) == ("POST", f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json")
    assert call.headers["authorization"] == "Basic " + base64.b64encode(f"{ACCOUNT_SID}:token1".encode()).decode()
    assert call.form == {
        "To": PATIENT,
        "From": OURS,
        "Body": "See you Monday",
        "StatusCallback": "https://desk.example/webhooks/carrier/harbor-main?text=t-1",
    }


async def test_several_pictures_are_a_repeated_field(
    open_twilio: TwilioChannel, provider_server: ProviderServer
) -> None:
    provider_server.script(taken())
    pictures = ("https://media.example/1", "https://media.example/2")
    await open_twilio.send(OutboundText(id="t-1", to=PATIENT, sender=OURS, text="", media=pictures))
    [call] = provider_server.calls
    assert call.body.count(b"MediaUrl=") == 2
    assert "Body" not in call.form


async def test_a_messaging_service_chooses_the_sender_and_counts_segments_later(
    twilio: Callable[..., TwilioChannel], provider_server: ProviderServer
) -> None:
    provider_server.script(taken(num_segments="0", status="accepted"))
    channel = twilio(base_url=provider_server.url, messaging_service_sid="MG1")
    await channel.open()
    receipt = await channel.send(TEXT)
    await channel.close()
    assert receipt.segments is None
    assert provider_server.calls[0].form["MessagingServiceSid"] == "MG1"
    assert "From" not in provider_server.calls[0].form


async def test_the_sdk_keeps_no_copy_of_the_last_message(
    open_twilio: TwilioChannel, provider_server: ProviderServer
) -> None:
    provider_server.script(taken())
    await open_twilio.send(TEXT)
    http = open_twilio._client._http  # type: ignore[union-attr]
    assert http._test_only_last_request is None
    assert http._test_only_last_response is None


async def test_a_look_up_finds_a_text_that_is_still_queued_among_others(
    open_twilio: TwilioChannel, provider_server: ProviderServer
) -> None:
    def listed(sid: str, **changes: object) -> dict[str, object]:
        given = {"sender": OURS, "to": PATIENT, "text": TEXT.text, "at": NOW + timedelta(seconds=3), **changes}
        return message(sid, **given)  # type: ignore[arg-type]

    provider_server.script(
        page(
            [
                listed("SM5", text="other words"),
                listed("SM4", sender="+12065550123"),
                {**listed("SM3"), "direction": "inbound"},
                listed("SM2", at=NOW - timedelta(seconds=20)),  # their clock is behind ours
                listed("SM1", at=NOW - timedelta(hours=1)),
            ]
        )
    )
    receipt = await open_twilio.look_up(TEXT)
    assert receipt is not None
    assert receipt.message_id == "SM2"
    [call] = provider_server.calls
    assert (call.method, f"To={PATIENT}" in call.plain) == ("GET", True)


async def test_a_look_up_that_does_not_reach_back_far_enough_cannot_tell(
    open_twilio: TwilioChannel, provider_server: ProviderServer
) -> None:
    later = [message(f"SM{n}", sender=OURS, to=PATIENT, text="other", at=NOW) for n in range(100)]
    provider_server.script(page(later))
    with pytest.raises(CannotTell):
        await open_twilio.look_up(TEXT)


async def test_a_look_up_needs_the_time_of_the_first_attempt(open_twilio: TwilioChannel) -> None:
    with pytest.raises(CannotTell):
        await open_twilio.look_up(OutboundText(id="t-1", to=PATIENT, sender=OURS, text="See you Monday"))


async def test_a_suspended_account_is_not_healthy(open_twilio: TwilioChannel, provider_server: ProviderServer) -> None:
    provider_server.script(Answer(200, {"sid": ACCOUNT_SID, "status": "suspended"}))
    health = await open_twilio.check()
    assert not health.ok
    assert "suspended" in health.detail


async def test_a_look_up_tells_what_the_text_cost(open_twilio: TwilioChannel, provider_server: ProviderServer) -> None:
    listed = message("SM1", sender=OURS, to=PATIENT, text=TEXT.text, at=NOW, price="-0.00790", price_unit="USD")
    provider_server.script(page([listed]))
    receipt = await open_twilio.look_up(TEXT)
    assert receipt is not None
    assert receipt.cost == Cost(7_900, "USD")


async def test_twilios_own_pause_is_kept_and_too_many_calls_do_not_make_it_down(
    open_twilio: TwilioChannel, provider_server: ProviderServer
) -> None:
    provider_server.script(Answer(429, {"code": 20429, "status": 429}, headers={"Retry-After": "7"}))
    with pytest.raises(RetryLater) as told:
        await open_twilio.send(TEXT)
    assert (told.value.after, told.value.down) == (timedelta(seconds=7), False)
    provider_server.script(Answer(503, {"code": 20503, "status": 503}))
    with pytest.raises(RetryLater) as told:
        await open_twilio.send(TEXT)
    assert told.value.down
