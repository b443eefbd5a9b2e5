"""Calls through Twilio: what a caller hears, whom the line rings, and which calls nobody answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError
from twilio.twiml.voice_response import Dial, VoiceResponse

from deskbell import Malformed, MissedCall, NotForMe
from plugins.channels.twilio import TwilioChannel
from plugins.channels.twilio.testing import call, sign
from tests.unit.channels.conftest import WEBHOOK

OURS, CALLER, LINE = "+13105550142", "+12125550177", "+13105550161"
CONFIG: dict[str, Any] = {"forward_to": LINE}
LEG = {"ParentCallSid": "CA0", "Direction": "outbound-dial"}


def coming(**more: str) -> bytes:
    return call(**{"call_sid": "CA1", "caller": CALLER, "to": OURS, **more})


def twiml(channel: TwilioChannel, body: bytes) -> str:
    content_type, answer = channel.acknowledgement(sign(WEBHOOK, body, "token1"))
    assert content_type == "text/xml"
    return answer.decode()


async def test_a_call_rings_the_clinics_line_first(
    twilio: Callable[..., TwilioChannel], twilio_hears: Callable[..., Any]
) -> None:
    wanted = VoiceResponse()
    dial = Dial(action=WEBHOOK, method="POST", timeout=25)
    dial.number(LINE)
    wanted.append(dial)
    assert await twilio_hears(coming(), forward_to=LINE) == []
    assert twiml(twilio(forward_to=LINE, ring_seconds=25), coming()) == str(wanted)


async def test_without_a_line_to_ring_a_caller_hears_a_line_and_the_call_is_missed(
    twilio: Callable[..., TwilioChannel], twilio_hears: Callable[..., Any]
) -> None:
    wanted = VoiceResponse()
    wanted.say('Nobody is here & "that" <is> it.')
    wanted.hangup()
    [missed] = await twilio_hears(coming())
    assert (missed.id, missed.caller, missed.called) == ("CA1", CALLER, OURS)
    assert twiml(twilio(voice_line='Nobody is here & "that" <is> it.'), coming()) == str(wanted)
    assert await twilio_hears(coming(status="completed")) == []


@pytest.mark.parametrize("ended", ["busy", "no-answer", "failed", "canceled"])
async def test_a_line_that_nobody_answers_is_a_missed_call_and_the_caller_is_told(
    twilio: Callable[..., TwilioChannel], twilio_hears: Callable[..., Any], ended: str
) -> None:
    body = coming(status="in-progress", DialCallStatus=ended, DialCallSid="CA2")
    [missed] = await twilio_hears(body, **CONFIG)
    assert missed.id == "CA1"
    answer = twiml(twilio(**CONFIG), body)
    assert "<Say>" in answer
    assert answer.endswith("<Hangup /></Response>")


async def test_a_line_that_was_answered_ends_the_call_without_a_word(
    twilio: Callable[..., TwilioChannel], twilio_hears: Callable[..., Any]
) -> None:
    body = coming(status="completed", DialCallStatus="completed", DialCallDuration="42")
    assert await twilio_hears(body, **CONFIG) == []
    assert twiml(twilio(**CONFIG), body).endswith("<Response></Response>")


@pytest.mark.parametrize(
    ("status", "missed"),
    [("no-answer", True), ("busy", True), ("canceled", True), ("failed", True), ("completed", False), ("new", False)],
)
async def test_what_a_call_ended_with_counts_where_it_was_never_answered(
    twilio_hears: Callable[..., Any], status: str, missed: bool
) -> None:
    events = await twilio_hears(coming(status=status), **CONFIG)
    assert [type(event) for event in events] == ([MissedCall] if missed else [])


async def test_whatever_reports_a_call_it_has_one_id(twilio_hears: Callable[..., Any]) -> None:
    reports = [coming(status="in-progress", DialCallStatus="busy"), coming(status="no-answer")]
    assert [event.id for body in reports for event in await twilio_hears(body, **CONFIG)] == ["CA1", "CA1"]
    assert [event.id for event in await twilio_hears(coming())] == ["CA1"]


async def test_the_leg_to_the_clinics_line_says_nothing(
    twilio: Callable[..., TwilioChannel], twilio_hears: Callable[..., Any]
) -> None:
    body = coming(to=LINE, status="no-answer", **LEG)
    assert await twilio_hears(body, **CONFIG) == []
    assert twiml(twilio(**CONFIG), body).endswith("<Response></Response>")


async def test_a_call_to_another_number_or_account_is_not_ours(twilio_hears: Callable[..., Any]) -> None:
    for body in (coming(to="+12065550123"), coming(AccountSid="AC2")):
        with pytest.raises(NotForMe):
            await twilio_hears(body)


@pytest.mark.parametrize("changes", [{"call_sid": ""}, {"call_sid": "\x00"}, {"caller": "+1" + "2" * 400}])
async def test_a_call_that_there_cannot_be_is_refused_for_good(
    twilio_hears: Callable[..., Any], changes: dict[str, str]
) -> None:
    with pytest.raises(Malformed):
        await twilio_hears(coming(**changes))


def test_a_number_that_rings_itself_is_refused(twilio: Callable[..., TwilioChannel]) -> None:
    with pytest.raises(ValidationError, match="round in circles"):
        twilio(forward_to=OURS)
