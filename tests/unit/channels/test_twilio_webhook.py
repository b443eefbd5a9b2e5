"""What Twilio alone does, beyond the contract of every channel."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from twilio.request_validator import RequestValidator

from deskbell import DeliveryStatus, Keyword, Malformed, NotForMe, RawRequest, SignatureInvalid
from plugins.channels.twilio import TwilioChannel
from plugins.channels.twilio.testing import ACCOUNT_SID, receipt, received, sign
from plugins.channels.twilio.webhook import form, verify

OURS, PATIENT = "+13105550142", "+12125550177"
WEBHOOK = "https://desk.example/webhooks/twilio/harbor-main"
WORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)


class Repeated(dict[str, list[str]]):
    """A form as the SDK's validator wants to read repeated keys."""

    def getlist(self, name: str) -> list[str]:
        return self[name]


def text(words: str | None = "hello", **more: Any) -> bytes:
    return received(**{"message_sid": "SM1", "sender": PATIENT, "to": OURS, "text": words, **more})


@given(
    pairs=st.lists(st.tuples(WORDS.filter(bool), WORDS), max_size=8),
    path=st.from_regex(r"[a-c/]{0,5}(\?[a-c]=[a-c0-9&=]{0,5})?", fullmatch=True),
    host=st.sampled_from(["desk.example", "desk.example:8443", "desk.example:443", "127.0.0.1:8000"]),
)
def test_our_check_of_a_signature_agrees_with_twilios_own(pairs: list[tuple[str, str]], path: str, host: str) -> None:
    url, body = f"https://{host}/{path}", urlencode(pairs).encode()
    signature = RequestValidator("token1").compute_signature(url, Repeated(form(body)))
    verify(RawRequest("POST", url, {"x-twilio-signature": signature}, body), form(body), "token1")
    signed = sign(url, body, "token1")
    assert RequestValidator("token1").validate(url, Repeated(form(body)), signed.headers["x-twilio-signature"])


@pytest.mark.parametrize(
    ("signed", "delivered"),
    [
        ("https://desk.example:443/w", "https://desk.example/w"),
        ("https://desk.example/w", "https://desk.example:443/w"),
        ("http://desk.example:80/w", "http://desk.example/w"),
    ],
)
async def test_a_port_that_goes_without_saying_may_be_written_or_not(
    twilio: Callable[..., TwilioChannel], signed: str, delivered: str
) -> None:
    request = sign(signed, text(), "token1")
    assert await twilio().receive(RawRequest("POST", delivered, request.headers, request.body))


@pytest.mark.parametrize("url", ["http://[::1", "https://desk.example:99999/w", "https://desk.example/\ud800"])
async def test_an_address_that_cannot_be_read_is_no_signature(twilio: Callable[..., TwilioChannel], url: str) -> None:
    with pytest.raises(SignatureInvalid):
        await twilio().receive(RawRequest("POST", url, {"x-twilio-signature": "AAAA"}, text()))


async def test_a_value_with_spaces_around_it_and_one_that_comes_twice_are_signed_as_they_are(
    twilio_hears: Callable[..., Any],
) -> None:
    [event] = await twilio_hears(text("  hello  ") + b"&Extra=b&Extra=a&Extra=b&Blank=")
    assert event.text == "  hello  "


@pytest.mark.parametrize("body", [b"&Extra=%FF", b"&Extra=\xff", b"&a=1" * 300])
async def test_a_form_that_is_not_utf_8_or_has_no_end_of_fields_is_malformed(
    twilio_hears: Callable[..., Any], body: bytes
) -> None:
    with pytest.raises(Malformed):
        await twilio_hears(text() + body)


async def test_another_account_is_not_ours(twilio_hears: Callable[..., Any]) -> None:
    with pytest.raises(NotForMe):
        await twilio_hears(text(AccountSid="AC" + "f" * 32))


async def test_a_picture_without_a_body_field_is_a_text(twilio_hears: Callable[..., Any]) -> None:
    [event] = await twilio_hears(text(None, media=["https://media.example/1", "https://media.example/2"]))
    assert event.text == ""
    assert [media.content_type for media in event.media] == ["image/jpeg", "image/jpeg"]


async def test_twilios_own_marker_decides_before_the_words(twilio_hears: Callable[..., Any]) -> None:
    [event] = await twilio_hears(text("please no more", OptOutType="STOP"))
    assert event.carrier_handled is Keyword.STOP


@pytest.mark.parametrize("words", ["STOP PLEASE", "opt out", "cancel my 3pm", "Stop."])
async def test_words_that_twilio_does_not_know_are_ours_to_answer(twilio_hears: Callable[..., Any], words: str) -> None:
    [event] = await twilio_hears(text(words))
    assert event.carrier_handled is None


async def test_where_twilios_handling_is_off_only_its_marker_counts(twilio_hears: Callable[..., Any]) -> None:
    [plain] = await twilio_hears(text("STOP"), carrier_keywords=False)
    [marked] = await twilio_hears(text("STOP", OptOutType="STOP"), carrier_keywords=False)
    assert (plain.carrier_handled, marked.carrier_handled) == (None, Keyword.STOP)


async def test_a_receipt_names_the_code_and_the_opt_out(twilio_hears: Callable[..., Any]) -> None:
    told = {"message_sid": "SM1", "sender": OURS, "to": PATIENT, "state": "failed"}
    [stopped] = await twilio_hears(receipt(**told, ErrorCode="21610"))
    [filtered] = await twilio_hears(receipt(**told, ErrorCode="30007"))
    assert (stopped.status, stopped.code, stopped.opted_out) == (DeliveryStatus.FAILED, "21610", True)
    assert (filtered.code, filtered.opted_out) == ("30007", False)


async def test_a_receipt_of_another_number_counts_only_within_our_messaging_service(
    twilio_hears: Callable[..., Any],
) -> None:
    body = receipt(message_sid="SM1", sender="+12065550123", to=PATIENT, state="sent", MessagingServiceSid="MG1")
    with pytest.raises(NotForMe):
        await twilio_hears(body)
    assert await twilio_hears(body, messaging_service_sid="MG1")


async def test_a_text_is_acknowledged_with_empty_twiml(twilio: Callable[..., TwilioChannel]) -> None:
    body = received(message_sid="SM1", sender=PATIENT, to="+13105550142", text="hi")
    content_type, answer = twilio().acknowledgement(sign(WEBHOOK, body, "token1"))
    assert content_type == "text/xml"
    assert answer.endswith(b"<Response></Response>")


@pytest.mark.parametrize("sid", ["", "1234", "AC", "AC12/../34"])
def test_an_account_sid_that_is_none_is_refused_before_anything_starts(
    twilio: Callable[..., TwilioChannel], sid: str
) -> None:
    with pytest.raises(ValidationError, match="account_sid"):
        twilio(account_sid=sid)
    assert twilio(account_sid=ACCOUNT_SID)
