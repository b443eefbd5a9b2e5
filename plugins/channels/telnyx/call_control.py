"""Telnyx's Call Control: what a call is told to do next, and how its webhooks say which call they belong to. Pure.

With `forward_to`, a call that comes in is put through to the clinic's line before it is answered, so that who calls
hears it ring. When nobody takes it there, the call is answered, told a line and ended:

    call.initiated, came in ───────────────────────▶ transfer    the line rings, for `ring_seconds`
    call.hangup of the line, not after a talk ─────▶ answer
    call.answered by us ───────────────────────────▶ speak       `voice_line`
    call.speak.ended ──────────────────────────────▶ hangup

Nothing is kept between webhooks. What the next one must know travels in `client_state`, which Telnyx hands back in all
webhooks of a leg: the ringing leg names the call that it rings for, and its caller. Every command has a fixed id, and
Telnyx passes over a second one of that id to the same call: a webhook may come twice. Commands and events as in
Telnyx's Call Control reference.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from deskbell import storable
from plugins.channels.telnyx.config import TelnyxConfig
from plugins.channels.wire import LONGEST_SENDER

#: Causes that end a call after a talk; every other leaves the caller waiting when the clinic's line is gone.
TALKED = frozenset({"normal_clearing", "time_limit"})


@dataclass(frozen=True, slots=True)
class Command:
    """One command to one call, by the name that it has in Telnyx's SDK."""

    verb: Literal["transfer", "answer", "speak", "hangup"]
    #: The `call_control_id` it goes to.
    call: str
    arguments: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> str:
        """Unique within the call, and the same whenever this command is given again."""
        return f"deskbell-{self.verb}"


@dataclass(frozen=True, slots=True)
class Rings:
    """Mark of the leg that rings the clinic's line: for which call, and who made it."""

    call: str
    caller: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Apologises:
    """Mark of a call that we have answered ourselves, because nobody else did."""


def command(event_type: str, payload: object, config: TelnyxConfig) -> Command | None:
    """What this event calls for, with `forward_to` set; None: nothing."""
    if not isinstance(payload, dict) or not isinstance(call := payload.get("call_control_id"), str) or not call:
        return None
    mark = marked(payload)
    match event_type:
        case "call.initiated" if _comes_in(payload, config):
            return _answer(call) if _comes_back(payload, config) else _transfer(call, payload, config)
        case "call.hangup" if isinstance(mark, Rings) and payload.get("hangup_cause") not in TALKED:
            return _answer(mark.call)
        case "call.answered" if isinstance(mark, Apologises):
            said = {"payload": config.voice_line, "voice": "female", "language": "en-US"}
            return Command("speak", call, {**said, "client_state": _state(mark)})
        case "call.speak.ended" if isinstance(mark, Apologises):
            return Command("hangup", call, {"client_state": _state(mark)})
    return None


def marked(payload: Mapping[str, Any]) -> Rings | Apologises | None:
    """The mark that we gave to the leg that an event is about; None where it has none of ours."""
    try:
        state = json.loads(base64.b64decode(payload.get("client_state") or "", validate=True))
        does, call, caller = state["deskbell"], state.get("call"), state.get("caller")
    except (binascii.Error, ValueError, TypeError, LookupError, AttributeError, RecursionError):
        return None
    if does == "rings" and isinstance(call, str) and isinstance(caller, str) and len(caller) <= LONGEST_SENDER:
        return Rings(call, storable(caller))
    return Apologises() if does == "apologises" else None


def _state(mark: Rings | Apologises) -> str:
    if isinstance(mark, Rings):
        state = {"deskbell": "rings", "call": mark.call, "caller": mark.caller}
    else:
        state = {"deskbell": "apologises"}
    return base64.b64encode(json.dumps(state).encode()).decode()


def _transfer(call: str, payload: Mapping[str, Any], config: TelnyxConfig) -> Command:
    caller = payload.get("from")
    caller = caller if isinstance(caller, str) and len(caller) <= LONGEST_SENDER else ""
    # Whoever picks up sees who calls. Telnyx lets us show a number that is not ours because its call is at our door.
    shown = {"from_": caller, "diversion": config.number} if _is_number(caller) else {}
    ringing = {"timeout_secs": config.ring_seconds, "target_leg_client_state": _state(Rings(call, caller))}
    return Command("transfer", call, {"to": config.forward_to, **ringing, **shown})


def _answer(call: str) -> Command:
    return Command("answer", call, {"client_state": _state(Apologises())})


def _comes_in(payload: Mapping[str, Any], config: TelnyxConfig) -> bool:
    """Whether it is a caller's leg that waits to be told what to do."""
    return (
        payload.get("direction") == "incoming"
        and payload.get("to") == config.number
        and payload.get("state") != "bridging"
    )


def _comes_back(payload: Mapping[str, Any], config: TelnyxConfig) -> bool:
    """Whether the clinic's line has forwarded this call to us: ringing it again would go round in circles."""
    headers = payload.get("sip_headers")
    diverted = [
        str(header.get("value"))
        for header in (headers if isinstance(headers, list) else ())
        if isinstance(header, dict) and str(header.get("name")).lower() == "diversion"
    ]
    return config.is_ours(str(payload.get("from"))) or any(str(config.forward_to) in value for value in diverted)


def _is_number(caller: str) -> bool:
    return caller.startswith("+") and caller[1:].isdigit()
