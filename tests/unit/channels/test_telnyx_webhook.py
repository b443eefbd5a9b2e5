"""What Telnyx alone does, beyond the contract of every channel."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from deskbell import Cost, DeliveryStatus, Keyword, Malformed, NotForMe
from plugins.channels.telnyx.testing import event, receipt, received

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
EARLIER = datetime(2026, 3, 2, 14, 59, 58, tzinfo=UTC)
OURS, PATIENT = "+12125550142", "+13105550177"


def text(words: str | None = "hello", **more: Any) -> bytes:
    return received(**{"message_id": "m1", "sender": PATIENT, "to": [OURS], "text": words, "at": EARLIER, **more})


async def test_telnyxs_own_marker_decides_before_the_words(telnyx_hears: Callable[..., Any]) -> None:
    [marked] = await telnyx_hears(text("arret", autoresponse_type="STOP"))
    assert marked.carrier_handled is Keyword.STOP
    [helped] = await telnyx_hears(text("help", autoresponse_type="HELP"))
    assert helped.carrier_handled is Keyword.HELP


@pytest.mark.parametrize("sender", ["", "+1" + "2" * 400])
async def test_a_sender_that_there_cannot_be_is_refused_for_good(telnyx_hears: Callable[..., Any], sender: str) -> None:
    with pytest.raises(Malformed):
        await telnyx_hears(text(sender=sender))


async def test_help_without_a_marker_is_ours_to_answer(telnyx_hears: Callable[..., Any]) -> None:
    [event_] = await telnyx_hears(text("HELP"))
    assert event_.carrier_handled is None


@pytest.mark.parametrize("words", ["REVOKE", "OPT OUT", "Stop.", "stop please", "YES"])
async def test_words_that_telnyx_does_not_know_are_ours_to_answer(telnyx_hears: Callable[..., Any], words: str) -> None:
    [event_] = await telnyx_hears(text(words))
    assert event_.carrier_handled is None


async def test_where_telnyxs_handling_is_off_only_its_marker_counts(telnyx_hears: Callable[..., Any]) -> None:
    [plain] = await telnyx_hears(text("STOP"), carrier_keywords=False)
    [marked] = await telnyx_hears(text("STOP", autoresponse_type="stop"), carrier_keywords=False)
    assert (plain.carrier_handled, marked.carrier_handled) == (None, Keyword.STOP)


async def test_a_text_is_dated_by_when_telnyx_received_it(telnyx_hears: Callable[..., Any]) -> None:
    [dated] = await telnyx_hears(text())
    [odd] = await telnyx_hears(text(received_at="yesterday"))
    assert (dated.at, odd.at) == (EARLIER, EARLIER)  # the odd one falls back to occurred_at


@pytest.mark.parametrize("moment", ["yesterday", 5, None, "9999-12-31T23:59:59-23:00", ""])
async def test_a_text_with_no_usable_date_is_dated_now(telnyx_hears: Callable[..., Any], moment: object) -> None:
    body = json.loads(text(received_at=moment))
    body["data"]["occurred_at"] = moment
    [event_] = await telnyx_hears(json.dumps(body).encode())
    assert event_.at == NOW


async def test_a_group_message_that_copies_us_in_is_ours(telnyx_hears: Callable[..., Any]) -> None:
    [event_] = await telnyx_hears(text(to=["+12065550123"], cc=[{"phone_number": OURS}]))
    assert event_.recipient == OURS


async def test_media_keep_their_type_and_size(telnyx_hears: Callable[..., Any]) -> None:
    [event_] = await telnyx_hears(text(None, media=["https://media.example/1.jpg"]))
    [picture] = event_.media
    assert (picture.content_type, picture.size) == ("image/jpeg", 48213)


@pytest.mark.parametrize("kind", ["call.initiated", "call.hangup", "messaging_hosted_numbers_orders.updated", "new"])
async def test_events_that_are_not_texts_are_heard(telnyx_hears: Callable[..., Any], kind: str) -> None:
    assert await telnyx_hears(event(kind, {"to": "+12065550123"}, at=NOW)) == []


async def test_campaign_news_comes_without_an_envelope_and_is_heard(telnyx_hears: Callable[..., Any]) -> None:
    news = {"type": "TELNYX_EVENT", "status": "ACCEPTED", "campaignId": "c1", "brandId": "b1", "description": "ok"}
    assert await telnyx_hears(json.dumps(news).encode()) == []


@pytest.mark.parametrize("body", [b"{}", b"[]", b"null", b'{"data": 1}', b'{"data": {"event_type": "message.sent"}}'])
async def test_what_telnyx_would_never_send_is_malformed(telnyx_hears: Callable[..., Any], body: bytes) -> None:
    with pytest.raises(Malformed):
        await telnyx_hears(body)


async def test_a_receipt_names_the_code_and_the_opt_out(telnyx_hears: Callable[..., Any]) -> None:
    told = {"message_id": "m1", "sender": OURS, "to": PATIENT, "state": "delivery_failed", "at": NOW}
    [stopped] = await telnyx_hears(receipt(**told, codes=["40300"]))
    [failed] = await telnyx_hears(receipt(**told, codes=["40006"]))
    assert (stopped.status, stopped.code, stopped.opted_out) == (DeliveryStatus.FAILED, "40300", True)
    assert (failed.code, failed.opted_out, failed.text_id) == ("40006", False, None)


async def test_a_receipt_about_another_number_is_not_ours(telnyx_hears: Callable[..., Any]) -> None:
    with pytest.raises(NotForMe):
        await telnyx_hears(receipt(message_id="m1", sender="+12065550123", to=PATIENT, state="delivered", at=NOW))


async def test_a_receipt_in_a_state_that_telnyx_adds_later_is_heard(telnyx_hears: Callable[..., Any]) -> None:
    assert await telnyx_hears(receipt(message_id="m1", sender=OURS, to=PATIENT, state="teleported", at=NOW)) == []


@pytest.mark.parametrize("key", ["", "not base64", base64.b64encode(b"short").decode()])
def test_a_public_key_that_is_none_is_refused_before_anything_starts(telnyx: Callable[..., Any], key: str) -> None:
    with pytest.raises(ValidationError, match="public_key"):
        telnyx(public_key=key)


@pytest.mark.parametrize(
    ("told", "segments", "cost"),
    [
        ({"parts": 2, "cost": {"amount": "0.0080", "currency": "USD"}}, 2, Cost(8_000, "USD")),
        ({"parts": 2, "cost": None}, 2, None),
        ({"parts": "2", "cost": "0.0080"}, None, None),
        ({"parts": 10**9, "cost": {"amount": 1}}, None, None),
    ],
)
async def test_a_receipt_tells_what_the_text_cost(
    telnyx_hears: Callable[..., Any], told: dict[str, Any], segments: int | None, cost: Cost | None
) -> None:
    [update] = await telnyx_hears(receipt(message_id="m1", sender=OURS, to=PATIENT, state="delivered", at=NOW, **told))
    assert (update.segments, update.cost) == (segments, cost)
