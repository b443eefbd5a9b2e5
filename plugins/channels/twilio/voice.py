"""Twilio's voice webhooks: which calls nobody answered, and what a caller is to hear. Pure.

A call comes in three kinds of webhooks, all of which name it by its `CallSid` and go to the binding's address:

- "A call comes in" is answered with TwiML. With `forward_to`, the clinic's own line rings first; without it nobody can
  answer, so the call is a missed one already. So is one that this very line has forwarded to us: ringing it again would
  go round in circles.
- What became of that ringing (`<Dial action>`) brings a `DialCallStatus`: *busy*, *no-answer*, *failed* and *canceled*
  (the caller hung up first) mean that nobody answered, *completed* and *answered* that somebody, or a voicemail, did.
- The number's status callback, where one is set, brings the `CallStatus` that the call ended with. A call that was
  answered by our TwiML is *completed*, whatever came of the ringing, so that only the others say anything.

Webhooks of the leg to the clinic's line (with a `ParentCallSid`, or another direction than *inbound*) say nothing that
these do not. Statuses as in Twilio's guides "TwiML for Programmable Voice" and "Dial".
"""

from __future__ import annotations

from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

from deskbell import ChannelEvent, Malformed, MissedCall, NotForMe
from plugins.channels.twilio.config import TwilioConfig
from plugins.channels.twilio.webhook import Form, one
from plugins.channels.wire import LONGEST_SENDER

#: Nobody answered; as `DialCallStatus`, or as the `CallStatus` that a call ended with.
UNANSWERED = frozenset({"busy", "no-answer", "failed", "canceled"})
#: `CallStatus` of a call that has just come in.
_COMES_IN = frozenset({"ringing", "queued"})


def is_call(fields: Form) -> bool:
    """Whether a webhook is about a call and not about a text."""
    return "CallSid" in fields and "MessageSid" not in fields and "SmsSid" not in fields


def events(fields: Form, *, config: TwilioConfig, now: datetime) -> list[ChannelEvent]:
    """The missed call, if this webhook says that it was one."""
    if not _came_in(fields):
        return []
    if one(fields, "To") != config.number:
        raise NotForMe("The call was made to a number that this binding does not own.")
    if not _unanswered(fields, config):
        return []
    sid, caller = one(fields, "CallSid"), one(fields, "From")
    if config.is_ours(caller):
        return []
    if not sid or not sid.isprintable() or len(sid) > 255:
        raise Malformed("A call is named by its CallSid; this one is not.")
    if len(caller) > LONGEST_SENDER:
        raise Malformed("A call names a caller that there cannot be.")
    return [MissedCall(id=sid, caller=caller, called=config.number, at=now)]


def answer(fields: Form, config: TwilioConfig, action: str) -> str:
    """What the call does next, as TwiML: rings the clinic's line, says a line and ends, or ends."""
    if not _came_in(fields):
        return ""
    dialled = one(fields, "DialCallStatus").lower()
    line = _line(fields, config)
    if not dialled and line and one(fields, "CallStatus").lower() in _COMES_IN:
        return (
            f'<Dial action={quoteattr(action)} method="POST" timeout="{config.ring_seconds}">'
            f"<Number>{escape(line)}</Number></Dial>"
        )
    return f"<Say>{escape(config.voice_line)}</Say><Hangup />" if _unanswered(fields, config) else ""


def _came_in(fields: Form) -> bool:
    """Whether it is the caller's own leg, and not the one to the clinic's line."""
    return one(fields, "Direction").lower() in ("", "inbound") and not one(fields, "ParentCallSid")


def _line(fields: Form, config: TwilioConfig) -> str | None:
    """The clinic's line that this call rings; None where there is none, or where the call comes from it."""
    return None if config.forward_to in (one(fields, "From"), one(fields, "ForwardedFrom")) else config.forward_to


def _unanswered(fields: Form, config: TwilioConfig) -> bool:
    dialled, status = one(fields, "DialCallStatus").lower(), one(fields, "CallStatus").lower()
    if dialled:
        return dialled in UNANSWERED
    return status in UNANSWERED or (status in _COMES_IN and _line(fields, config) is None)
