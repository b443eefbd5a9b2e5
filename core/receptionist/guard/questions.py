"""What a text asks: the planned question and no other, nothing that patients must not text, and more than "please "
"hold"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from core.receptionist.guard.ground import Ground
from core.receptionist.guard.legible import folded, legible, sentences
from core.receptionist.sms import count, normalise

#: Longest draft, in segments by the carrier's count.
SEGMENTS = 3
#: How a question for each field may be worded. Generous: whatever is none of these asks something else.
_ASKS: Mapping[str, re.Pattern[str]] = {
    field: re.compile(pattern)
    for field, pattern in {
        "name": r"\b(?:names?|who(?:'s| am i| do i| is| are| should)|(?:call|address) you\b|speaking with|"
        "chatting with|texting with)",
        "service": r"\b(?:come in for|come in|interested|treatments?|services?|help (?:you )?with|brings? you|"
        "looking for|have in mind|"
        r"like (?:to have )?done|curious|which one|what (?:would|can|do|are|kind|were|did)|of interest|mean|"
        r"procedures?|one of (?:them|those)|thinking (?:of|about)|sounds? (?:good|right|most|interesting)|be for|"
        r"for you\b|visit for|seen for|(?:prefer|choose|go with|try)|work on)",
        "new_or_returning": r"\b(?:(?:been|visited|seen|come|came|stopped|treated) .{0,40}\b(?:before|us|here|"
        "in the past|already|previously|ever)|"
        r"before|(?:first|1st|very first) (?:time|visit)|new (?:patient|client|here|to)|returning|past visit|"
        r"a visit with us|with us)",
        "when": r"\b(?:days?|times?|when|mornings?|afternoons?|evenings?|week(?:s|day|days|end|ends)?|schedule|"
        r"availab\w+|dates?|soon|works? (?:best|well|for you)|suits?|works?|later|earlier|hours?|mon|tues|wednes|"
        r"thurs|fri|satur)\w*",
        "provider": r"\b(?:providers?|see|preference|prefer|with|doctors?|dentists?|injectors?|someone|anyone|who|"
        r"either|request)\b",
        "variant": r"\b(?:which|area|areas|size|small|medium|large|what|one|for)\b",
        "email": r"\be-?mail\b|@",
    }.items()
}
_ASKS = {**_ASKS, "first_name": _ASKS["name"], "last_name": _ASKS["name"]}
#: Words that make a question one for this field, whatever else it says.
_SURELY: Mapping[str, re.Pattern[str]] = {
    "name": re.compile(
        r"\b(?:your|a|the|full|first|last|and) (?:\w+ )?names?\b|\bwho am i\b|\bwho's this\b|\bwhat should (?:i|"
        r"we) call you\b"
    ),
    "new_or_returning": re.compile(
        r"\b(?:been|visited|come|seen|treated) (?:\w+ ){0,5}?(?:before|in the past|previously)\b|\b(?:first|"
        r"1st) (?:time|visit)\b|\bnew (?:patient|client|to)\b|\breturning\b"
    ),
    "when": re.compile(
        r"\b(?:what|which) (?:\w+ )?(?:days?|times?|dates?|mornings?)\b|\bwhen (?:would|are|can|do|works|is|were)\b|"
        r"\b(?:days?|times?) (?:and|or) (?:days?|times?)\b|\bhow soon\b|\bmornings? or\b"
    ),
    "service": re.compile(
        r"\b(?:which|what) (?:\w+ )?(?:treatments?|services?|procedures?)\b|\bcome in for\b|\bbrings you\b|"
        r"\binterested in\b|\blooking to (?:get|have)\b"
    ),
    "email": re.compile(r"\be-?mail\b"),
    "provider": re.compile(
        r"\b(?:which|what) (?:provider|doctor|dentist|injector)\b|\bprefer (?:dr|a (?:provider|doctor))\b"
    ),
}
#: What these fields take for granted of each other.
_SAME = {"first_name": "name", "last_name": "name", "variant": "service"}
#: A new time may have to be found, and a second service may be wished for; these are told once.
_TOLD_ONCE = frozenset({"name", "new_or_returning", "email"})
_SENSITIVE = re.compile(
    r"\b(?:card|cc|credit|debit|account|routing) (?:number|info|information|details|#)|\bcvv\b|\bcvc\b|"
    r"\bsecurity code\b|\bexpir(?:y|ation) date\b|\bsocial security\b|\bssn\b|\bdate of birth\b|\bdob\b|"
    r"\bbirth ?da(?:y|te)\b|\bhow old (?:are you|is)\b|\byour age\b|\bhome address\b|\byour address\b|"
    r"\b(?:driver'?s? licen[sc]e|passport|insurance (?:id|member|policy|group)) ?(?:number|#|id)?|\bmember id\b|"
    r"\bmaiden name\b|\bpin\b|\bpassword\b|\b(?:any|your|have|known|current|list of|history of|what|"
    r"which) (?:\w+ ){0,3}?(?:allerg\w+|medications?|medical (?:conditions?|history)|health (?:conditions?|issues?|"
    r"history)|conditions?|symptoms?|meds|prescriptions?|diagnos\w+|surger(?:y|ies))\b|"
    r"\bare you (?:currently )?(?:pregnant|breastfeeding|nursing|taking|on any|allergic|diabetic)|\b(?:do|"
    r"does) (?:you|it|that) (?:smoke|hurt|have (?:any )?(?:pain|fever|swelling))\b|\b(?:send|share|text|"
    r"upload)(?: \w+){0,2} (?:a |some |your )?(?:photos?|pictures?|pics?|selfies?|images?|id\b)|\bhow (?:bad|severe|"
    r"long has)\b|\bscale of\b|\bwhat (?:it|the|your|that) ?\w* ?(?:looks?|feels?) like\b|\bdigits\b|\b(?:were you|"
    r"you were|are you) born\b|\bwhat year\b|\bwhat does it (?:look|feel) like\b|\bwhere (?:exactly )?(?:does it|"
    r"do you) (?:hurt|feel|live)\b|\bhow much (?:do you weigh|pain)\b"
)
_REQUESTS = re.compile(
    r"\?|\b(?:please|can you|could you|may i|can i|could i|kindly|just|reply with|i(?:'ll)? need|we(?:'ll)? need|send|"
    r"share|provide|give|tell|text|let me know|confirm|what's|verify|enter)\b"
)
_NEVER_TEXT = re.compile(
    r"\b(?:don't|never|not|leave|instead of|rather than|no need|without|removed|bring|at your visit|in person|"
    r"we go through|have ready)\b"
)
_HOLD = re.compile(
    r"^(?:please )?(?:just )?(?:(?:1|one|a|hang on|hold on|give me|bear with me|hold|wait|stand by|hold tight|"
    r"sit tight) )+(?:(?:for|quick|more|another|just|a|one|1|please|while i) )*(?:moment|minute|sec|second|while|"
    r"check|look|bit)\w*\b|^(?:please )?(?:hold|hang|bear|stand|sit)\b|\bbe right (?:back|with you)\b|\b(?:let me|i'm|"
    r"i'll|i'm going to|allow me to) (?:just |quickly |now |go |and |gonna )*(?:check|checking|look|looking|see|find|"
    r"finding|pull|pulling|get that|getting that|on it|confirm|review|take a look|double-check|dig)\b|^(?:checking|"
    r"looking into|working on|on it|one moment|just a sec)\b"
)
_EMPTY = re.compile(
    r"^(?:ok(?:ay)?|sure(?: thing)?|got it|understood|noted|great(?: question)?|perfect|absolutely|of course|"
    r"sounds good|will do|no problem|thanks?(?: \w+)?|thank you(?: \w+)?|alright|all right|certainly|gotcha|right|"
    r"hmm+|i see|hi(?: there| \w+)?|hello(?: there)?|good question|happy to help|thanks for (?:your (?:patience|"
    r"message|text)|waiting|reaching out|texting)|appreciate (?:it|your patience)|please)[.!, -]*$"
)


def only_holds(low: str, on: Ground) -> bool:
    """Whether a folded text does nothing but put the patient off."""
    said = [one.strip() for part in sentences(low) for one in re.split(r",\s|\s-\s", part) if one.strip()]
    holds = [bool(_HOLD.search(one)) for one in said]
    rest = [one for one, hold in zip(said, holds, strict=True) if not hold and not _is_empty(one, on)]
    waits = any(hold and not _EMPTY.match(one) for one, hold in zip(said, holds, strict=True))
    return waits and not rest


def _is_empty(said: str, on: Ground) -> bool:
    return _EMPTY.match(said) is not None or set(re.findall(r"[^\W\d_]+", said)) <= on.names


def asks_for_secrets(low: str, on: Ground) -> bool:
    """Whether a folded text asks for card, identity or health details."""
    return any(
        _SENSITIVE.search(one) and _REQUESTS.search(one) and not _NEVER_TEXT.search(one) and one.strip() not in on.words
        for one in sentences(low)
    )


def asks_what_is_known(low: str, known: frozenset[str]) -> bool:
    """Whether a folded text asks for a fact that the patient has told."""
    return any(_SURELY[field].search(one) for one in _questions(low) for field in known & _TOLD_ONCE)


def asks_for(text: str, field: str) -> bool:
    """Whether a question is surely one for this field."""
    pattern = _SURELY.get(_SAME.get(field, field))
    return pattern is not None and pattern.search(folded(legible(text))) is not None


def asks_as_planned(low: str, field: str) -> bool:
    """Whether a folded text asks once, and for this field; for none when it is empty."""
    asked = _questions(low)
    if not field:
        return not asked
    if len(asked) != 1 or asked[0].count("?") != 1:
        return False
    own = _SAME.get(field, field)
    others = (pattern for one, pattern in _SURELY.items() if one not in (field, own))
    pattern = _ASKS.get(field)
    return (pattern is None or bool(pattern.search(asked[0]))) and not any(one.search(asked[0]) for one in others)


def too_long(text: str) -> bool:
    """More than fits, once it is written as it will be sent."""
    return count(normalise(text)).segments > SEGMENTS


def _questions(low: str) -> list[str]:
    return [one for one in sentences(low) if re.search(r"\?[\"')]*\s*$", one)]
