"""Telnyx's voice webhooks: which calls nobody answered. Pure.

A call brings `call.initiated`, `call.answered`, `call.bridged` and `call.hangup`, for each of its legs, in any order
and possibly twice. Nothing is kept between webhooks, so one of them must say it all, and `call.hangup` does:

- It names no direction, but the leg that came in is the one whose ``to`` is our number. The leg on to the clinic's own
  line goes to another number, and one that we began comes *from* ours.
- Its ``hangup_cause`` tells an answered call from one that was not. A caller who gives up can cancel only what nobody
  has answered (`originator_cancel`; afterwards it is `normal_clearing`, as whenever either side ends a call), and
  *timeout*, *no_answer*, *user_busy*, *call_rejected* and *not_found* (nothing to ring) are ways of not being answered.
  `time_limit` ended a talk, and `unspecified` says nothing, so that nobody is texted for it.
- Its ``call_session_id`` is one for all legs of a call, and makes the call one event however many of them report.

A call that something else has answered, a voicemail or an application of Call Control before it rings the clinic's
line, is an answered call here.
"""

from __future__ import annotations

from datetime import datetime

from deskbell import ChannelEvent, Malformed, MissedCall, storable
from plugins.channels.wire import LONGEST_SENDER

ENDED = "call.hangup"
#: Causes that a call ends with when nobody answered it.
UNANSWERED = frozenset({"originator_cancel", "timeout", "no_answer", "user_busy", "call_rejected", "not_found"})


def events(payload: object, *, number: str, at: datetime) -> list[ChannelEvent]:
    """The missed call, if the leg that ended came in at our number and nobody had answered it."""
    if not isinstance(payload, dict):
        raise Malformed("A call event holds a payload; this one does not.")
    if payload.get("to") != number or payload.get("hangup_cause") not in UNANSWERED:
        return []
    session, caller = payload.get("call_session_id"), payload.get("from")
    if not isinstance(session, str) or not session or not session.isprintable() or len(session) > 255:
        raise Malformed("A call is named by its call_session_id; this one is not.")
    if not isinstance(caller, str) or len(caller) > LONGEST_SENDER:
        raise Malformed("A call names no caller, or none that there can be.")
    return [MissedCall(id=session, caller=storable(caller), called=number, at=at)]
