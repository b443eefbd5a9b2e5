"""Telnyx's voice webhooks: which calls nobody answered. Pure.

A call brings `call.initiated`, `call.answered`, `call.bridged` and `call.hangup`, for each of its legs, in any order
and possibly twice. Nothing is kept between webhooks, so one of them must say it all, and `call.hangup` does:

- It names no direction, but the leg that came in is the one whose ``to`` is our number. One that we began comes *from*
  ours, or bears the mark that `call_control` gave it.
- Its ``hangup_cause`` tells an answered call from one that was not. A caller who gives up can cancel only what nobody
  has answered (`originator_cancel`; afterwards it is `normal_clearing`, as whenever either side ends a call), and
  *timeout*, *no_answer*, *user_busy*, *call_rejected* and *not_found* (nothing to ring) are ways of not being answered.
  `time_limit` ended a talk, and `unspecified` says nothing, so that nobody is texted for it.
- Where we rang the clinic's line, the end of that leg says by the same causes whether anybody took the call, and its
  mark says who called. A call that we answered ourselves, to say that nobody came, is a missed one however it ends.
- Its ``call_session_id`` is one for all legs of a call, and makes the call one event however many of them report.

A call that something else has answered, a voicemail or another application, is an answered call here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from deskbell import ChannelEvent, Malformed, MissedCall, storable
from plugins.channels.telnyx import call_control
from plugins.channels.telnyx.config import TelnyxConfig
from plugins.channels.wire import LONGEST_SENDER

ENDED = "call.hangup"
#: Causes that a call ends with when nobody answered it.
UNANSWERED = frozenset({"originator_cancel", "timeout", "no_answer", "user_busy", "call_rejected", "not_found"})


def events(payload: object, config: TelnyxConfig, at: datetime) -> list[ChannelEvent]:
    """The missed call, if the leg that ended says that nobody answered it."""
    if not isinstance(payload, dict):
        raise Malformed("A call event holds a payload; this one does not.")
    missed, caller = _missed(payload, config)
    if not missed:
        return []
    session = payload.get("call_session_id")
    if not isinstance(session, str) or not session or not session.isprintable() or len(session) > 255:
        raise Malformed("A call is named by its call_session_id; this one is not.")
    if not isinstance(caller, str) or len(caller) > LONGEST_SENDER:
        raise Malformed("A call names no caller, or none that there can be.")
    if config.is_ours(caller):
        return []
    return [MissedCall(id=session, caller=storable(caller), called=config.number, at=at)]


def _missed(payload: dict[str, Any], config: TelnyxConfig) -> tuple[bool, object]:
    """Whether this leg's end says that nobody answered the call, and who made it."""
    mark, unanswered = call_control.marked(payload), payload.get("hangup_cause") in UNANSWERED
    if isinstance(mark, call_control.Rings):
        return unanswered, mark.caller
    came_in = payload.get("to") == config.number
    return came_in and (unanswered or isinstance(mark, call_control.Apologises)), payload.get("from")
