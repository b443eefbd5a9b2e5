"""Telnyx's error codes, sorted by what we do about them. Pure.

Codes as in Telnyx's "Messaging error code reference" and "API error codes". The class goes by the code: the HTTP
status of several of them is not documented, and decides only where there is no code that we know.
"""

from __future__ import annotations

from datetime import timedelta

from deskbell import Misconfigured, OptedOut, OutboundError, OutcomeUnknown, RetryLater, Undeliverable

#: Blocked by the recipient's STOP.
OPTED_OUT = frozenset({"40300"})

#: This text to this number will never go: landline, invalid number, refused content, too large.
UNDELIVERABLE = frozenset(
    "10002 10015 10016 40001 40009 40012 40301 40302 40304 40309 40310 40316 40317 40319 40322".split()
)

#: Our key, number, profile, registration or account: an operator has to act.
MISCONFIGURED = frozenset(
    "10001 10009 10010 40003 40010 40013 40100 40151 40305 40306 40308 40311 40312 40313 40314 40315 40321 40329 40333"
    "".split()
)

#: Passing trouble at Telnyx or the recipient's carrier.
PASSING = frozenset("10007 10008 10011 40004 40006 40008".split())

#: Held back by a limit or a filter: asking again at once makes it worse.
SLOW_DOWN = {
    **dict.fromkeys("40002 40005 40011 40014 40016 40017 40018 40318 40320".split(), timedelta(minutes=2)),
    "40020": timedelta(hours=24),
}

#: About the idempotency key: an earlier attempt is still under way, or went out with other words.
EARLIER_ATTEMPT = frozenset({"10036", "10027"})


def refusal(status: int, code: str | None, after: timedelta | None) -> OutboundError:
    """The error for a refused send. `after` is the pause that the answer itself asked for."""
    if code in OPTED_OUT:
        return OptedOut(code=code)
    if code in EARLIER_ATTEMPT:
        return OutcomeUnknown("Telnyx knows an earlier attempt at this text.", code=code)
    if code in UNDELIVERABLE:
        return Undeliverable(f"Telnyx refused the text for good (code {code}).", code=code)
    if code in MISCONFIGURED:
        return Misconfigured(f"Telnyx refuses this number, key or account (code {code}).", code=code)
    if code in PASSING or code in SLOW_DOWN:
        return RetryLater(
            f"Telnyx cannot take the text now (code {code}).", after=after or SLOW_DOWN.get(code), code=code
        )
    return _by_status(status, code, after)


def _by_status(status: int, code: str | None, after: timedelta | None) -> OutboundError:
    if status in (401, 403):
        return Misconfigured(f"Telnyx refuses the API key (HTTP {status}).", code=code)
    if status == 409 or (status in (502, 504) and code is None):
        # A gateway answered in Telnyx's place: what stands behind it may have taken the text.
        return OutcomeUnknown(f"Telnyx's answer leaves open whether it took the text (HTTP {status}).", code=code)
    if status in (408, 425, 429) or status >= 500:
        return RetryLater(f"Telnyx cannot take the text now (HTTP {status}).", after=after, code=code)
    if status in (404, 405) or 300 <= status < 400:
        return Misconfigured(f"There is no Telnyx API at this address (HTTP {status}).", code=code)
    return Undeliverable(f"Telnyx refused the text (HTTP {status}, code {code or 'none'}).", code=code)
