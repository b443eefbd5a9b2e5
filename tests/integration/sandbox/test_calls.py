"""Calls at both carriers: signed as theirs are, read by our own channels, and as the answers say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import pytest
from twilio.request_validator import RequestValidator

from deskbell import Channel, ChannelEvent, ProviderContext, RawRequest
from plugins.channels.telnyx import TelnyxChannel, TelnyxConfig
from plugins.channels.twilio import TwilioChannel, TwilioConfig
from sandbox.pace import IMMEDIATE, Pace

HARBOR, PALM, DANA, LINE = "+12125550142", "+13105550177", "+12125550117", "+13105550161"
OUTCOMES = ["missed", "answered", "voicemail", "busy", "rejected", "hung_up"]

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
    assert [(event.caller, event.called) for event in events] == (
        [] if outcome in ("answered", "voicemail") else [(DANA, number)]
    )


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


# ---- a line that rings through Telnyx ------------------------------------------------------------------------------


class Front:
    """Plays Deskbell's front for the Telnyx channel: notes its events, and lets it follow up as the server does."""

    def __init__(self, channel: TelnyxChannel, application: Any) -> None:
        self.events: list[ChannelEvent] = []
        self.commands: list[asyncio.Task[None]] = []
        self._channel = channel
        application.acknowledge = self.take

    def take(self, request: RawRequest) -> tuple[str, bytes]:
        self.commands.append(asyncio.get_running_loop().create_task(self._follow(request)))
        return self._channel.acknowledgement(request)

    async def _follow(self, request: RawRequest) -> None:
        self.events += await self._channel.receive(request)
        follow_up = self._channel.follow_up(request)
        if follow_up:
            await follow_up()


@pytest.fixture
async def ringing(sandbox: Any, application: Any) -> AsyncIterator[Front]:
    """Harbor, whose calls ring its line first, through Telnyx's own SDK."""
    config = TelnyxConfig(number=HARBOR, forward_to=LINE, ring_seconds=15, **sandbox.overrides["telnyx"])
    url = f"{application.url}/webhooks/telnyx/harbor-main"
    channel = TelnyxChannel(config, ProviderContext("harbor", "harbor-main", url))
    await channel.open()
    yield Front(channel, application)
    await channel.close()


def told(application: Any) -> list[tuple[str, str]]:
    """Every webhook so far: what happened, and on which leg."""
    all_of_it = [json.loads(one.body)["data"] for one in application.deliveries]
    return [(one["event_type"], "line" if one["payload"]["to"] == LINE else "caller") for one in all_of_it]


class TestALineThatRings:
    @pytest.fixture
    def pace(self) -> Pace:
        return replace(IMMEDIATE, commanded_within=20.0)

    async def _call(self, control: Any, sandbox: Any, ringing: Front, outcome: str) -> list[dict[str, Any]]:
        """Calls Harbor; gives the commands that the stand-in was given."""
        await control.post("/api/calls", json={"from": DANA, "to": HARBOR, "outcome": outcome})
        await sandbox.idle()
        await asyncio.gather(*ringing.commands, return_exceptions=True)
        log = (await control.get("/api/log")).json()
        return [
            {"verb": one["url"].rpartition("/")[2], "status": one["status"], **json.loads(one["body"])}
            for one in log
            if one["kind"] == "api"
        ]

    @pytest.mark.parametrize("outcome", ["answered", "voicemail"])
    async def test_a_call_that_the_line_takes_is_no_missed_one(
        self, control: Any, sandbox: Any, application: Any, ringing: Front, outcome: str
    ) -> None:
        [transfer] = await self._call(control, sandbox, ringing, outcome)
        assert (transfer["verb"], transfer["to"], transfer["timeout_secs"]) == ("transfer", LINE, 15)
        assert (transfer["from"], transfer["diversion"]) == (DANA, HARBOR)
        assert ringing.events == []
        assert ("call.bridged", "line") in told(application)

    @pytest.mark.parametrize("outcome", ["missed", "busy", "rejected"])
    async def test_a_call_that_nobody_takes_is_missed_told_a_line_and_ended(
        self, control: Any, sandbox: Any, application: Any, ringing: Front, outcome: str
    ) -> None:
        commands = await self._call(control, sandbox, ringing, outcome)
        assert [one["verb"] for one in commands] == ["transfer", "answer", "speak", "hangup"]
        assert "send a text message" in commands[2]["payload"]
        assert {(event.caller, event.called) for event in ringing.events} == {(DANA, HARBOR)}
        assert len({event.id for event in ringing.events}) == 1
        assert told(application)[-2:] == [("call.speak.ended", "caller"), ("call.hangup", "caller")]

    async def test_who_hangs_up_before_the_line_rings_was_missed_and_is_past_commanding(
        self, control: Any, sandbox: Any, ringing: Front
    ) -> None:
        [late] = await self._call(control, sandbox, ringing, "hung_up")
        assert (late["verb"], late["status"]) == ("transfer", 422)
        assert [event.caller for event in ringing.events] == [DANA]
        errors = [task.exception() for task in ringing.commands if task.exception()]
        assert [getattr(error, "code", None) for error in errors] == ["90018"]

    async def test_webhooks_that_come_three_times_and_commands_given_as_often_ring_the_line_once(
        self, control: Any, sandbox: Any, application: Any, ringing: Front, fault: Any
    ) -> None:
        await fault("telnyx", "duplicate", times=2, deliveries=50)
        commands = await self._call(control, sandbox, ringing, "missed")
        assert [one["verb"] for one in commands].count("transfer") == 3
        assert len({(one["verb"], one["command_id"]) for one in commands}) == 4
        assert told(application).count(("call.initiated", "line")) == 3  # one leg, told three times
        assert len({event.id for event in ringing.events}) == 1

    async def test_a_caller_without_a_number_is_put_through_too(
        self, control: Any, sandbox: Any, ringing: Front
    ) -> None:
        await control.post("/api/calls", json={"from": "anonymous", "to": HARBOR, "outcome": "busy"})
        await sandbox.idle()
        assert {event.caller for event in ringing.events} == {"anonymous"}
