"""Calls at both carriers: signed as theirs are, read by our own channels, and as the answers say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from deskbell import Channel, ChannelEvent, ProviderContext, RawRequest
from plugins.channels.telnyx import TelnyxChannel, TelnyxConfig
from plugins.channels.twilio import TwilioChannel, TwilioConfig

HARBOR, PALM, DANA, LINE = "+12125550142", "+13105550177", "+12125550117", "+13105550161"
OUTCOMES = ["missed", "answered", "busy", "hung_up"]

Hear = Callable[..., Any]


@pytest.fixture
def channels(sandbox: Any, application: Any) -> dict[str, Channel[Any]]:
    """Our own channels with the sandbox's keys; Twilio's rings the clinic's line."""
    settings, url = sandbox.overrides, application.url
    telnyx = TelnyxConfig(number=HARBOR, **settings["telnyx"])
    twilio = TwilioConfig(number=PALM, forward_to=LINE, **settings["twilio"])
    harbor, palm = f"{url}/webhooks/telnyx/harbor-main", f"{url}/webhooks/twilio/palm-main"
    return {
        "telnyx": TelnyxChannel(telnyx, ProviderContext("harbor", "harbor-main", harbor)),
        "twilio": TwilioChannel(twilio, ProviderContext("palm", "palm-main", palm)),
    }


@pytest.fixture
def call(control: Any, sandbox: Any, application: Any, channels: dict[str, Channel[Any]]) -> Hear:
    """Calls a clinic, answers as its channel does, and gives what the channel made of every webhook."""

    async def make(outcome: str, to: str = HARBOR, caller: str = DANA) -> list[ChannelEvent]:
        channel = channels["telnyx" if to == HARBOR else "twilio"]
        application.acknowledge = channel.acknowledgement
        answer = await control.post("/api/calls", json={"from": caller, "to": to, "outcome": outcome})
        assert answer.status_code == 200, answer.text
        await sandbox.idle()
        requests = [RawRequest("POST", one.url, one.headers, one.body) for one in application.deliveries]
        application.deliveries.clear()
        return [event for request in requests for event in await channel.receive(request)]

    return make


@pytest.mark.parametrize("number", [HARBOR, PALM])
@pytest.mark.parametrize("outcome", OUTCOMES)
async def test_a_call_is_a_missed_one_unless_somebody_answers(call: Hear, number: str, outcome: str) -> None:
    events = await call(outcome, number)
    assert [(event.caller, event.called) for event in events] == ([] if outcome == "answered" else [(DANA, number)])


@pytest.mark.parametrize("number", [HARBOR, PALM])
async def test_every_call_has_an_id_of_its_own(call: Hear, number: str) -> None:
    first, second = await call("missed", number), await call("missed", number)
    assert first[0].id != second[0].id


async def test_telnyx_tells_a_call_step_by_step(control: Any, sandbox: Any, application: Any) -> None:
    answer = await control.post("/api/calls", json={"from": DANA, "to": HARBOR, "outcome": "answered"})
    await sandbox.idle()
    told = [json.loads(delivery.body)["data"] for delivery in application.deliveries]
    assert [one["event_type"] for one in told] == ["call.initiated", "call.answered", "call.bridged", "call.hangup"]
    assert {one["payload"]["call_session_id"] for one in told} == {answer.json()["id"]}
    assert "direction" not in told[-1]["payload"]


async def test_twilio_does_as_it_is_answered(call: Hear, sandbox: Any, application: Any, control: Any) -> None:
    """An answer that rings nobody ends the call; one that rings a line brings what came of it, signed anew."""
    answer = await control.post("/api/calls", json={"from": DANA, "to": PALM, "outcome": "busy"})
    await sandbox.idle()
    assert answer.status_code == 200
    assert len(application.deliveries) == 1

    application.deliveries.clear()
    action = f"{application.url}/ring/back?a=1&b=2"
    twiml = f'<Response><Dial timeout="20" action="{action.replace("&", "&amp;")}">{LINE}</Dial></Response>'
    application.acknowledge = lambda request: ("text/xml", twiml.encode())
    await control.post("/api/calls", json={"from": DANA, "to": PALM, "outcome": "busy"})
    await sandbox.idle()
    first, second = application.deliveries[:2]
    assert second.url == action
    fields = dict(parse_qsl(second.body.decode(), keep_blank_values=True))
    assert fields["DialCallStatus"] == "busy"
    assert fields["CallSid"] == dict(parse_qsl(first.body.decode()))["CallSid"]
    token, signature = sandbox.overrides["twilio"]["auth_token"], second.headers["x-twilio-signature"]
    assert RequestValidator(token).validate(second.url, fields, signature)


async def test_a_call_that_is_told_twice_rings_once(call: Hear, fault: Any) -> None:
    await fault("twilio", "duplicate", times=2)
    assert len(await call("missed", PALM)) == 1


async def test_a_report_that_comes_twice_is_one_call(call: Hear, fault: Any) -> None:
    for provider, number in (("telnyx", HARBOR), ("twilio", PALM)):
        await fault(provider, "duplicate", times=2, deliveries=4)
        events = await call("missed", number)
        assert len({event.id for event in events}) == 1


@pytest.mark.parametrize(("number", "caller"), [(HARBOR, "anonymous"), (PALM, "+266696687")])
async def test_a_caller_may_withhold_the_number(call: Hear, number: str, caller: str) -> None:
    assert [event.caller for event in await call("missed", number, "anonymous")] == [caller]


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"from": "nobody"}, 400, "from"),
        ({"to": "+12065550123"}, 404, "no clinic has this number"),
        ({"outcome": "ignored"}, 400, "outcome"),
        ({"text": "hi"}, 400, "text"),
    ],
)
async def test_a_call_that_cannot_be_made_is_refused(
    control: Any, changes: dict[str, str], status: int, words: str
) -> None:
    wanted = {"from": DANA, "to": HARBOR, "outcome": "missed", **changes}
    answer = await control.post("/api/calls", json=wanted)
    assert answer.status_code == status
    assert words in answer.json()["error"]
