"""Calls at the stand-in of Telnyx: their legs, the commands of Call Control, and how each call goes.

A call comes in and waits, ringing, for a command. If it is put through, the line that it rings is answered, engaged or
whatever the call's outcome says; if no command comes, the outcome is the call's own. Shapes as in Telnyx's Call
Control.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from deskbell import Reachable
from sandbox.carrier import Outcome, World
from sandbox.telnyx.errors import TelnyxError
from sandbox.telnyx.moments import moment

#: What `call.hangup` says of how a call ended, and which side ended it.
_ENDS: Mapping[Outcome, tuple[str, str]] = {
    "missed": ("no_answer", "unknown"),
    "answered": ("normal_clearing", "caller"),
    "voicemail": ("normal_clearing", "caller"),
    "busy": ("user_busy", "callee"),
    "rejected": ("call_rejected", "callee"),
    "hung_up": ("originator_cancel", "caller"),
}
_CANCELLED = _ENDS["hung_up"]
_TALKED = ("normal_clearing", "caller")
#: A line that rings longer than it was given.
_RANG_OUT = ("timeout", "unknown")

#: Sends one webhook about a call: its name, its payload, the address.
Tell = Callable[[str, dict[str, Any], str], None]


@dataclass
class Leg:
    """One leg of a call."""

    session: str
    connection: str
    caller: str
    called: str
    client_state: str | None = None
    id: str = field(default_factory=lambda: str(uuid.uuid4()))

    @property
    def control(self) -> str:
        """Its `call_control_id`."""
        return f"v3:{self.id}"

    def payload(self, **more: Any) -> dict[str, Any]:
        return {
            "call_control_id": self.control,
            "call_leg_id": self.id,
            "call_session_id": self.session,
            "client_state": self.client_state,
            "connection_id": self.connection,
            "from": self.caller,
            "to": self.called,
            **more,
        }


@dataclass
class Call:
    """A call from a phone to a clinic."""

    leg: Leg
    url: str
    outcome: Outcome
    answered: bool = False
    over: bool = False
    #: Ids of the commands that were taken.
    commands: set[str] = field(default_factory=set)
    #: What each command said, once it has come.
    told: defaultdict[str, asyncio.Future[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(asyncio.get_running_loop().create_future)
    )


class Calls:
    """All calls of one stand-in."""

    def __init__(self, world: World, tell: Tell) -> None:
        self._world = world
        self._tell = tell
        self._calls: dict[str, Call] = {}

    def place(self, caller: str, clinic: Reachable, connection: str, outcome: Outcome) -> str:
        """A phone calls a clinic. Gives the call's session id."""
        call = Call(Leg(str(uuid.uuid4()), connection, caller, clinic.number), clinic.webhook_url, outcome)
        self._calls[call.leg.control] = call
        self._world.tasks.start(self._play(call), "a call through telnyx")
        return call.leg.session

    def command(self, control: str, verb: str, wanted: dict[str, Any]) -> None:
        """Takes a command, or refuses it with a `TelnyxError`. A second one of the same id is passed over."""
        call = self._calls.get(control)
        if call is None:
            raise TelnyxError("90015", "There is no call with this id.")
        known = wanted.get("command_id")
        if known in call.commands:
            return
        if call.over:
            raise TelnyxError("90018", "The call has ended; it takes no more commands.")
        _check(call, verb, wanted)
        if known:
            call.commands.add(known)
        if not call.told[verb].done():
            call.told[verb].set_result(wanted)

    # ---- how a call goes -----------------------------------------------------------------------------------

    async def _play(self, call: Call) -> None:
        start = moment(self._world.clock.now())
        comes_in = {"direction": "incoming", "state": "parked", "caller_id_name": call.leg.caller}
        self._event(call, "call.initiated", call.leg, start_time=start, **comes_in)
        # Who hangs up at once waits for nobody: what is commanded then comes too late.
        transfer = None if call.outcome == "hung_up" else await self._told(call, "transfer")
        if transfer is not None:
            await self._put_through(call, transfer)
            return
        if call.outcome in ("answered", "voicemail"):
            for name in ("call.answered", "call.bridged"):
                self._event(call, name, call.leg)
        self._end(call, call.leg, _ENDS[call.outcome])

    async def _put_through(self, call: Call, transfer: dict[str, Any]) -> None:
        """The clinic's line rings."""
        ours = call.leg
        shown = str(transfer.get("from") or ours.called)
        line = Leg(ours.session, ours.connection, shown, transfer["to"], transfer.get("target_leg_client_state"))
        self._event(call, "call.initiated", line, direction="outgoing", state="bridging")
        if call.outcome in ("answered", "voicemail"):
            call.answered = True
            for name in ("call.answered", "call.bridged"):
                self._event(call, name, line)
                self._event(call, name, ours)
            self._hang_up(call, line, _TALKED)
            self._end(call, ours, _TALKED)
            return
        self._hang_up(call, line, _RANG_OUT if call.outcome == "missed" else _ENDS[call.outcome])
        await self._afterwards(call)

    async def _afterwards(self, call: Call) -> None:
        """Nobody took it: the caller goes on waiting, until something is said and the call is ended, or gives up."""
        answer = await self._told(call, "answer")
        if answer is None:
            self._end(call, call.leg, _CANCELLED)
            return
        call.answered = True
        call.leg.client_state = answer.get("client_state") or call.leg.client_state
        self._event(call, "call.answered", call.leg)
        if await self._told(call, "speak") is not None:
            self._event(call, "call.speak.started", call.leg)
            self._event(call, "call.speak.ended", call.leg, status="completed")
            await self._told(call, "hangup")
        self._end(call, call.leg, _TALKED)

    async def _told(self, call: Call, verb: str) -> dict[str, Any] | None:
        """What the command said, when it comes while the caller has patience."""
        try:
            async with asyncio.timeout(self._world.pace.commanded_within):
                return await asyncio.shield(call.told[verb])
        except TimeoutError:
            return None

    # ---- what is told of it --------------------------------------------------------------------------------

    def _end(self, call: Call, leg: Leg, end: tuple[str, str]) -> None:
        call.over = True
        self._hang_up(call, leg, end)

    def _hang_up(self, call: Call, leg: Leg, end: tuple[str, str]) -> None:
        ended = {"hangup_cause": end[0], "hangup_source": end[1], "sip_hangup_cause": "unspecified"}
        self._event(call, "call.hangup", leg, **ended, end_time=moment(self._world.clock.now()))

    def _event(self, call: Call, name: str, leg: Leg, **more: Any) -> None:
        self._tell(name, leg.payload(**more), call.url)


def _check(call: Call, verb: str, wanted: dict[str, Any]) -> None:
    """Refuses what Telnyx would refuse: what is missing, and what this call cannot do now."""
    needs = {"transfer": ("to",), "speak": ("payload", "voice")}.get(verb, ())
    for name in needs:
        if not isinstance(wanted.get(name), str) or not wanted[name]:
            raise TelnyxError("10015", f"'{name}' must be a string.", f"/{name}")
    seconds = wanted.get("timeout_secs", 30)
    if type(seconds) is not int or not 5 <= seconds <= 600:
        raise TelnyxError("10015", "'timeout_secs' must be from 5 to 600.", "/timeout_secs")
    if verb == "speak" and not call.answered:
        raise TelnyxError("90034", "Nobody would hear it: the call is not answered.")
