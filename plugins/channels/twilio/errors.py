"""Twilio's error codes, sorted by what we do about them. Pure.

Codes as in Twilio's error dictionary. The class goes by the code; the HTTP status decides where there is none
that we know (the SDK gives the status as the code of an answer that is not Twilio's own JSON).
"""

from __future__ import annotations

from datetime import timedelta

from deskbell import Misconfigured, OptedOut, OutboundError, OutcomeUnknown, RetryLater, Undeliverable

#: The recipient has opted out.
OPTED_OUT = frozenset({"21610"})

#: This text to this number will never go.
UNDELIVERABLE = {
    "21211": "the number is invalid",
    "21408": "the region is not allowed",
    "21602": "nothing to send",
    "21604": "no recipient",
    "21612": "not routable from our number",
    "21614": "the number takes no texts",
    "21617": "longer than 1600 characters",
    "21635": "a landline",
}

#: Our credentials, number, account or registration: an operator has to act.
MISCONFIGURED = {
    "20003": "the credentials are refused",
    "20005": "the account is not active",
    "20404": "no such account or address",
    "21601": "our number is not enabled for texts",
    "21603": "no sender",
    "21606": "our number cannot send to this recipient",
    "21608": "a trial account sends to verified numbers only",
    "21659": "our number is not one of Twilio's",
    "21660": "our number belongs to another account",
    "30034": "our number is not registered for 10DLC",
}

#: We are too quick: how long to wait, where that is known better than by backing off.
SLOW_DOWN: dict[str, timedelta | None] = {
    "20429": None,  # too many requests
    "21611": timedelta(minutes=2),  # our number's queue is full
    "30022": timedelta(minutes=2),  # the campaign's rate
    "30023": timedelta(hours=1),  # the campaign's cap for the day
}


def refusal(status: int, code: str | None) -> OutboundError:
    """The error for a refused call."""
    if code == str(status):
        code = None
    if code in OPTED_OUT:
        return OptedOut(code=code)
    if code in UNDELIVERABLE:
        return Undeliverable(f"Twilio refused the text: {UNDELIVERABLE[code]} (code {code}).", code=code)
    if code in MISCONFIGURED:
        return Misconfigured(f"Twilio refused to send: {MISCONFIGURED[code]} (code {code}).", code=code)
    if code in SLOW_DOWN:
        why = f"Twilio asks to wait (code {code})."
        return RetryLater(why, after=SLOW_DOWN[code], code=code, down=False)
    if status in (401, 403, 404, 405) or 300 <= status < 400:
        return Misconfigured(f"Twilio refuses this account, number or address (HTTP {status}, code {code}).", code=code)
    if status in (502, 504) and code is None:
        # A gateway answered in Twilio's place: what stands behind it may have taken the text.
        return OutcomeUnknown(f"Twilio's answer leaves open whether it took the text (HTTP {status}).")
    if status in (408, 425, 429) or status >= 500:
        why = f"Twilio cannot take the text now (HTTP {status}, code {code})."
        return RetryLater(why, code=code, down=status not in (425, 429))
    return Undeliverable(f"Twilio refused the text (HTTP {status}, code {code}).", code=code)
