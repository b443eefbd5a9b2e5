"""Who can be a patient: numbers that nobody texts a clinic from, and texts that no person wrote. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

import phonenumbers
from phonenumbers import PhoneNumberType


class Odd(StrEnum):
    """Why a sender is no patient's phone."""

    #: A service's number of a few digits: carriers, banks, shops.
    SHORT_CODE = "short_code"
    #: A name in place of a number.
    NAME = "name"
    #: No country has such a number.
    IMPOSSIBLE = "impossible"
    #: A business line: what texts from it is a machine or another desk.
    TOLL_FREE = "toll_free"
    PREMIUM = "premium"
    #: Kept for films and tests: 555-01XX, and the carriers' own test numbers.
    TEST = "test"


_SHORT = 6
_TESTS = re.compile(r"\+1\d{3}55501\d\d|\+1500555\d{4}")
_TYPES = {
    PhoneNumberType.TOLL_FREE: Odd.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: Odd.PREMIUM,
    PhoneNumberType.SHARED_COST: Odd.PREMIUM,
}


def odd(number: str) -> Odd | None:
    """What is odd about a sender of SMS; None for a number that a patient may have."""
    if re.search(r"[^\W\d_]", number):
        return Odd.NAME
    if len(re.sub(r"\D", "", number)) <= _SHORT:
        return Odd.SHORT_CODE
    try:
        parsed = phonenumbers.parse(number, None if number.startswith("+") else "US")
    except phonenumbers.NumberParseException:
        return Odd.IMPOSSIBLE
    if not phonenumbers.is_possible_number(parsed):
        return Odd.IMPOSSIBLE
    kind = _TYPES.get(phonenumbers.number_type(parsed))
    return kind or (Odd.TEST if _TESTS.fullmatch(number) else None)


#: What carriers hand on in place of a withheld number: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE, spelled
#: on the keys of a telephone. Some of them look like numbers.
_WITHHELD = frozenset({"266696687", "7378742833", "2562533", "8656696", "86282452253"})


def can_be_texted(number: str) -> bool:
    """Whether a caller's number is a telephone's at all, and no word or code in its place."""
    withheld = re.sub(r"\D", "", number) in _WITHHELD
    return not withheld and odd(number) not in (Odd.NAME, Odd.SHORT_CODE, Odd.IMPOSSIBLE)


_AUTOMATIC = re.compile(
    r"(?<!is )\bthis (?:is|was) an? (?:\w+ ){0,2}?(?:auto\w*[- ]?(?:generated )?|computer[- ]generated )"
    r"(?:message|response|reply|text|notification|alert)"
    r"|^\W*\[?auto(?:matic|mated)?[- ]?(?:reply|response|responder|message|text)\b"
    r"|\b(?:please )?do not (?:reply|respond) to this (?:message|text|number|email)"
    r"|\bthis (?:number|inbox|mailbox|line|phone|account) (?:is|does|can|cannot|isnt|isn't|can't|doesn't) (?:not )?"
    r"(?:be )?(?:monitored|accept|receive|unmonitored|able to receive)"
    r"|\bi(?:'?m| am) (?:currently )?(?:out of (?:the )?office|on vacation|away from (?:my|the) (?:desk|office|phone)|"
    r"unavailable)\b.*\b(?:will (?:respond|reply|get back|return)|when i return|until|limited access|back on|"
    r"i'?ll (?:respond|reply|get back))"
    r"|\bi(?:'?m| am) driving (?:with|and)\b.*\b(?:do not disturb|focus|notifications)\b"
    r"|\bnot receiving notifications\b|\bi'?ll see your message when\b|\bhas notifications silenced\b"
    r"|\bsent from (?:an )?auto\w*\b|\b(?:your|is your) (?:\w+ ){0,2}(?:verification|security|one[- ]time|login|"
    r"confirmation|access) (?:pass)?code\b|\bmessage (?:was )?(?:not delivered|blocked)\b"
    r"|\b(?:thank you|thanks) for (?:contacting|messaging|texting|reaching out to) (?!you\b).{2,80}\b(?:business hours|"
    r"(?:team member|representative|agent|someone|one of our|we)\b.{0,30}\b(?:will|shall|get back|be with you))"
    r"|\b(?:reply|text|txt|send) (?:stop|end|quit|unsubscribe) to (?:opt|cancel|end|stop|unsubscribe|quit)\b.*"
    r"\b(?:rates may apply|help|more info)\b"
)


def is_automatic(text: str) -> bool:
    """Whether a phone or another desk wrote this by itself: an absence, a notice of non-delivery, a greeting line."""
    return bool(_AUTOMATIC.search(text[:1000].replace("’", "'").lower()))
