"""Whole calls, told by their carriers in any order and as often as they like: one missed call comes of each or none."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell import MissedCall, RawRequest
from plugins.channels.telnyx import TelnyxConfig, call_control
from plugins.channels.telnyx import webhook as telnyx
from plugins.channels.telnyx.testing import Signer, event
from plugins.channels.twilio import TwilioConfig, voice
from plugins.channels.twilio.testing import ACCOUNT_SID, call
from plugins.channels.twilio.webhook import form

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
OURS, CALLER, LINE = "+12125550142", "+13105550177", "+12125550134"
MISSED = MissedCall("s1", CALLER, OURS, NOW)


@dataclass(frozen=True)
class Story:
    """All that a carrier tells of one call, and whether it was a missed one."""

    told: Sequence[bytes]
    missed: bool
    forwards: bool = True


# ---- Telnyx ---------------------------------------------------------------------------------------------------------


def telnyx_config(*, forwards: bool) -> TelnyxConfig:
    return TelnyxConfig(number=OURS, api_key="k", public_key=Signer().public_key, forward_to=LINE if forwards else None)


def leg(name: str, *, line: bool = False, apologised: bool = False, **more: Any) -> bytes:
    """One webhook of the caller's leg, or of the one to the clinic's line."""
    caller: dict[str, Any] = {"call_control_id": "v3:a", "call_session_id": "s1", "from": CALLER, "to": OURS}
    mark = {"deskbell": "apologises"} if apologised else None
    if line:
        caller |= {"call_control_id": "v3:b", "from": OURS, "to": LINE}
        mark = {"deskbell": "rings", "call": "v3:a", "caller": CALLER}
    state = base64.b64encode(json.dumps(mark).encode()).decode() if mark else None
    return event(f"call.{name}", {**caller, "client_state": state, **more}, at=NOW)


def ended(cause: str, **more: Any) -> bytes:
    return leg("hangup", hangup_cause=cause, **more)


CAME_IN = leg("initiated", direction="incoming", state="parked")
RANG = leg("initiated", direction="outgoing", line=True)
TALKED = [leg("answered"), leg("bridged"), ended("normal_clearing")]
APOLOGISED = [leg("answered", apologised=True), leg("speak.ended", apologised=True)]
NOT_TAKEN = ("timeout", "no_answer", "user_busy", "call_rejected", "not_found")

TELNYX = [
    Story([CAME_IN, ended("originator_cancel")], missed=True),
    Story([CAME_IN, RANG, ended("originator_cancel", line=True), ended("originator_cancel")], missed=True),
    Story([CAME_IN, RANG, leg("answered", line=True), *TALKED, ended("normal_clearing", line=True)], missed=False),
    Story([CAME_IN, *TALKED], missed=False, forwards=False),
    *(Story([CAME_IN, ended(cause)], missed=True, forwards=False) for cause in NOT_TAKEN),
    # The end of the caller's own leg never came.
    *(Story([CAME_IN, RANG, ended(cause, line=True)], missed=True) for cause in NOT_TAKEN),
    *(
        Story([CAME_IN, RANG, ended(cause, line=True), *APOLOGISED, ended(over, apologised=True)], missed=True)
        for cause in (*NOT_TAKEN, "unspecified")
        for over in ("normal_clearing", "unspecified")
    ),
]

# ---- Twilio ---------------------------------------------------------------------------------------------------------


def twilio_config(*, forwards: bool) -> TwilioConfig:
    given: dict[str, Any] = {"number": OURS, "account_sid": ACCOUNT_SID, "auth_token": "t"}
    return TwilioConfig(**given, forward_to=LINE if forwards else None)


def told(status: str, **more: str) -> bytes:
    return call(call_sid="s1", caller=CALLER, to=OURS, status=status, **more)


def child(status: str) -> bytes:
    more = {"ParentCallSid": "s1", "Direction": "outbound-dial"}
    return call(call_sid="s2", caller=CALLER, to=LINE, status=status, **more)


def dialled(status: str) -> list[bytes]:
    return [told("ringing"), child("ringing"), child(status), told("in-progress", DialCallStatus=status)]


TWILIO = [
    Story([told("ringing"), told("completed")], missed=True, forwards=False),
    Story([told("ringing"), told("no-answer")], missed=True),
    Story([told("ringing"), told("canceled")], missed=True),
    Story([*dialled("completed"), told("completed")], missed=False),
    Story([*dialled("answered"), told("completed")], missed=False),
    *(
        Story([*dialled(status), told("completed")], missed=True)
        for status in ("busy", "no-answer", "failed", "canceled")
    ),
    Story([told("ringing", ForwardedFrom=LINE), told("completed")], missed=True),
]


def hear(story: Story, carrier: str, bodies: Sequence[bytes]) -> list[Any]:
    if carrier == "telnyx":
        config = telnyx_config(forwards=story.forwards)
        return [one for body in bodies for one in telnyx.events(RawRequest("POST", "/", {}, body), config, NOW)]
    twilio = twilio_config(forwards=story.forwards)
    return [one for body in bodies for one in voice.events(form(body), config=twilio, now=NOW)]


STORIES = [*(("telnyx", story) for story in TELNYX), *(("twilio", story) for story in TWILIO)]


@given(st.data())
@pytest.mark.parametrize(("carrier", "story"), STORIES)
def test_however_it_is_told_a_call_is_one_missed_call_or_none(carrier: str, story: Story, data: Any) -> None:
    order = data.draw(st.permutations(range(len(story.told))))
    again = data.draw(st.lists(st.integers(0, len(story.told) - 1), max_size=4))
    heard = hear(story, carrier, [story.told[at] for at in (*order, *again)])
    assert set(heard) == ({MISSED} if story.missed else set())


@pytest.mark.parametrize("caller", [OURS, LINE])
def test_a_call_from_the_clinic_itself_is_no_patient_s(caller: str) -> None:
    for carrier, body in (
        ("telnyx", leg("hangup", hangup_cause="originator_cancel", **{"from": caller})),
        ("twilio", call(call_sid="s1", caller=caller, to=OURS, status="no-answer")),
    ):
        assert hear(Story([body], missed=False), carrier, [body]) == []


# ---- what a call is told to do --------------------------------------------------------------------------------------


def commanded(body: bytes, **changes: Any) -> call_control.Command | None:
    data = json.loads(body)["data"]
    return call_control.command(data["event_type"], {**data["payload"], **changes}, telnyx_config(forwards=True))


def test_a_call_that_comes_in_rings_the_line_for_a_while_and_shows_who_calls() -> None:
    transfer = commanded(CAME_IN)
    assert transfer
    assert (transfer.verb, transfer.call) == ("transfer", "v3:a")
    assert (transfer.arguments["to"], transfer.arguments["timeout_secs"]) == (LINE, 20)
    assert (transfer.arguments["from_"], transfer.arguments["diversion"]) == (CALLER, OURS)
    mark = call_control.marked({"client_state": transfer.arguments["target_leg_client_state"]})
    assert mark == call_control.Rings("v3:a", CALLER)


def test_a_caller_without_a_number_is_shown_as_the_clinic_s_own() -> None:
    transfer = commanded(CAME_IN, **{"from": "anonymous"})
    assert transfer
    assert not {"from_", "diversion"} & set(transfer.arguments)


def test_every_command_has_one_id_however_often_its_webhook_comes() -> None:
    first, second = commanded(CAME_IN), commanded(CAME_IN)
    assert first
    assert first == second
    assert first.id == "deskbell-transfer"


@pytest.mark.parametrize("cause", [*NOT_TAKEN, "unspecified", "originator_cancel"])
def test_when_nobody_takes_it_the_caller_s_own_leg_is_answered_told_and_ended(cause: str) -> None:
    answer = commanded(ended(cause, line=True))
    assert answer
    assert (answer.verb, answer.call) == ("answer", "v3:a")
    speak, hangup = (commanded(body) for body in APOLOGISED)
    assert speak
    assert hangup
    assert (speak.verb, hangup.verb) == ("speak", "hangup")
    assert "nobody can take your call" in speak.arguments["payload"]


@pytest.mark.parametrize(
    "body", [*TALKED, ended("normal_clearing", line=True), ended("originator_cancel"), RANG, leg("answered", line=True)]
)
def test_nothing_else_is_commanded(body: bytes) -> None:
    assert commanded(body) is None


@pytest.mark.parametrize(
    "changes", [{"from": LINE}, {"from": OURS}, {"sip_headers": [{"name": "Diversion", "value": f"<sip:{LINE}@x>"}]}]
)
def test_a_call_that_the_line_itself_sends_back_does_not_ring_it_again(changes: dict[str, Any]) -> None:
    answer = commanded(CAME_IN, **changes)
    assert answer
    assert answer.verb == "answer"


@pytest.mark.parametrize(
    "changes", [{"to": LINE}, {"direction": "outgoing"}, {"state": "bridging"}, {"call_control_id": None}]
)
def test_a_leg_that_is_not_a_caller_who_waits_is_left_alone(changes: dict[str, Any]) -> None:
    assert commanded(CAME_IN, **changes) is None


@pytest.mark.parametrize("state", [None, 7, "", "?", "e30=", "W10=", base64.b64encode(b'{"deskbell": 1}').decode()])
def test_a_mark_of_somebody_else_is_none_of_ours(state: object) -> None:
    assert call_control.marked({"client_state": state}) is None
