"""Telnyx's error codes, sorted by what we do about them. Pure.

Codes as in Telnyx's "Messaging error code reference" and "API error codes". The class goes by the code: the HTTP
status of several of them is not documented, and decides only where there is no code that we know.
"""

from __future__ import annotations

from datetime import timedelta

from deskbell import Misconfigured, OptedOut, OutboundError, OutcomeUnknown, RetryLater, Undeliverable

#: Blocked by the recipient's STOP.
OPTED_OUT = frozenset({"40300"})

#: This text to this number will never go.
UNDELIVERABLE = {
    "10002": "the number is invalid",
    "10015": "the request is malformed",
    "10016": "the number is not in E.164 form",
    "40001": "a landline, or not routable",
    "40009": "the carrier refuses the words",
    "40012": "the carrier refuses the number",
    "40301": "this kind of message does not reach the number",
    "40302": "the message is too large",
    "40304": "text and media do not go together",
    "40309": "the region is not allowed",
    "40310": "the number is invalid",
    "40316": "nothing to send",
    "40317": "the media are invalid",
    "40319": "this kind of message does not reach the number",
    "40322": "blocked for its content",
    "90015": "there is no such call",
    "90018": "the call is over",
    "90034": "the call is not answered",
}

#: Our key, number, profile, registration or account: an operator has to act.
MISCONFIGURED = {
    "10001": "our number is inactive",
    "10009": "the API key is refused",
    "10010": "the API key may not do this",
    "40003": "carriers have blocked our number as spam",
    "40010": "our number is not registered for 10DLC",
    "40013": "the carrier refuses our number",
    "40100": "our number is not enabled for messaging",
    "40151": "our number's messaging is still with another provider",
    "40305": "our number is invalid",
    "40306": "the alphanumeric sender is not set up",
    "40308": "our number cannot send MMS",
    "40311": "the messaging profile's secret is wrong",
    "40312": "the messaging profile is disabled",
    "40313": "the messaging profile's secret is missing",
    "40314": "messaging is disabled on the account",
    "40315": "our number fails Telnyx's health check",
    "40321": "the messaging profile has no usable number",
    "40329": "our toll-free number is not verified",
    "40333": "the spending limit is reached",
}

#: Passing trouble: how long to wait, where that is known better than by backing off.
PASSING: dict[str, timedelta | None] = {
    "10007": None,  # unexpected error at Telnyx
    "10008": None,  # the request timed out inside Telnyx
    "10011": None,  # too many requests
    "40002": timedelta(minutes=2),  # taken for spam, for now
    "40004": None,  # the carrier gives no reason
    "40005": timedelta(minutes=2),  # expired on the way
    "40006": None,  # the recipient's carrier is down
    "40008": None,  # not accepted
    "40011": timedelta(minutes=2),  # the carrier's rate limit
    "40014": timedelta(minutes=2),  # expired in the queue
    "40016": timedelta(hours=1),  # T-Mobile's daily limit
    "40017": timedelta(minutes=2),  # taken for spam by AT&T
    "40018": timedelta(minutes=2),  # AT&T's limit a minute
    "40020": timedelta(hours=24),  # held for a day
    "40318": timedelta(minutes=2),  # Telnyx's queue is full
    "40320": timedelta(minutes=2),  # our number is being set up
}

#: Of those, what is wrong with Telnyx itself; the others are about one recipient, or about our pace.
DOWN = frozenset({"10007", "10008"})

#: About the idempotency key: an earlier attempt is still under way, or went out with other words.
EARLIER_ATTEMPT = frozenset({"10036", "10027"})


def refusal(status: int, code: str | None, after: timedelta | None) -> OutboundError:
    """The error for a refused send. `after` is the pause that the answer itself asked for."""
    if code in OPTED_OUT:
        return OptedOut(code=code)
    if code in EARLIER_ATTEMPT:
        return OutcomeUnknown(f"Telnyx knows an earlier attempt at this text (code {code}).", code=code)
    if code in UNDELIVERABLE:
        return Undeliverable(f"Telnyx refused the text: {UNDELIVERABLE[code]} (code {code}).", code=code)
    if code in MISCONFIGURED:
        return Misconfigured(f"Telnyx refused to send: {MISCONFIGURED[code]} (code {code}).", code=code)
    if code in PASSING:
        why = f"Telnyx cannot take the text now (code {code})."
        return RetryLater(why, after=after or PASSING[code], code=code, down=code in DOWN)
    return _by_status(status, code, after)


def _by_status(status: int, code: str | None, after: timedelta | None) -> OutboundError:
    if status in (401, 403):
        return Misconfigured(f"Telnyx refuses the API key (HTTP {status}).", code=code)
    if status == 409 or (status in (502, 504) and code is None):
        # A gateway answered in Telnyx's place: what stands behind it may have taken the text.
        return OutcomeUnknown(f"Telnyx's answer leaves open whether it took the text (HTTP {status}).", code=code)
    if status in (408, 425, 429) or status >= 500:
        why = f"Telnyx cannot take the text now (HTTP {status})."
        # Without a code it may be another than Telnyx' own service that failed, after the text had left.
        certain = code is not None or status < 500
        return RetryLater(why, after=after, code=code, down=status not in (425, 429), certain=certain)
    if status in (404, 405) or 300 <= status < 400:
        return Misconfigured(f"There is no Telnyx API at this address (HTTP {status}).", code=code)
    return Undeliverable(f"Telnyx refused the text (HTTP {status}, code {code or 'none'}).", code=code)
