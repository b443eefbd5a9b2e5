"""Recognises a text that may be a medical emergency, so that its answer is "call emergency services" and nothing else.

Pure: text in, `Emergency` or None out. When a text is in doubt it counts; what clearly talks of something else (a
question about risks, a history of years ago, a figure of speech) does not. Nothing here diagnoses anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.receptionist.emergencies.signs import PATTERNS, Emergency
from core.receptionist.emergencies.spelling import plain

__all__ = ["Emergency", "asks_again", "recognise", "recognise_burst"]

#: Right before a sign: it is absent, or asked about. A comma between them keeps it: "no, chest pain".
_ABSENT = re.compile(
    r"\b(?:no|not|without|never had|dont have|havent had|nor)(?: any| an?)? $"
    r"|\b(?:will|would|could|might) (?:i |you |it )?$"
)
#: A question about risks.
_RISK = re.compile(
    r"\b(?:can|could|does|do|will|would|might|may)\b.*\b(?:cause|lead to|give (?:you|me|people)|result in|happen)\b"
    r"|\b(?:can|could|does|do|will|would|might|may)\b.*\bmake (?:you|me|people)\b"
    r"|\b(?:risks?|chances?|side effects?|complications?|odds) (?:of|like|such as|include)\b"
    r"|\bcan (?:you|people|someone|patients?) (?:\w+ )?(?:overdose|go blind|die|stop breathing)\b"
    r"|\bhow (?:likely|common|often)\b|\bhave (?:you|patients) ever\b"
)
#: Somebody's own body is in it: no longer a question about risks.
_SOMEBODY = re.compile(r"\b(?:i (?!get|book|do)|im|ive|my (?!first)|now|just|she|he|her|his|started)\b")
#: A history that is over, where the sign is worded as something had.
_LONG_AGO = re.compile(
    r"\b(?:\d+|few|couple of|several|many|two|three|four|five|six|ten|some|a) (?:years?|yrs?|months?) (?:ago|back)\b"
    r"|\blast (?:year|month)\b|\bin (?:19|20)\d\d\b|\b(?:years|months|long) ago\b|\bwhen i was (?:an? |\d|young|little)"
    r"|\bas an? (?:kid|child|baby|infant|teen\w*)\b|\bhistory of\b|\bin the past\b|\bused to\b|\bback in\b"
)
_HAD = re.compile(r"(?:had|have|has|having|with|severe|serious|bad|terrible|overdosed?)\b")
_STILL = re.compile(
    r"\b(?:now|again|(?<!can i )(?<!could i )(?<!may i )still|today|tonight|this morning|currently|happening|keeps?|"
    r"im having)\b"
)

_AGAIN = re.compile(
    r"\bwhat (?:should|do|can|shall) i (?:do|take)\b|\bwhat now\b|\bshould i\b|\bare you (?:sure|there)\b"
    r"|\bworse\b|\bhello\b"
    r"|\b(?:is|are) (?:it|this|that|these) (?:\w+ )?(?:serious|bad|dangerous|normal|ok|okay|emergency|an emergency)\b"
    r"|\b(?:please|pls) help\b|\bhelp me\b|\bhelp$|\bstill (?:happening|the same|hurts|there|like that)\b"
    r"|\bcan (?:you|someone|the doctor|a doctor) (?:see|call|help|look)\b|\bdo i (?:need|have) to\b"
    r"|\bwho (?:do|should) i call\b|\bwhat (?:is|could) (?:it|this|that)\b|\bhow long\b.*\bwait\b"
)


def recognise(text: str) -> Emergency | None:
    """The gravest sign of an emergency in a text; None when there is none."""
    words = plain(text)
    for kind, pattern in PATTERNS:
        if any(_counts(kind, words, found) for found in pattern.finditer(words)):
            return kind
    return None


def recognise_burst(texts: Iterable[str]) -> Emergency | None:
    """Like `recognise`, over texts sent one after the other: "I can't" and "breathe" are one sentence."""
    texts = list(texts)
    signs = (recognise(text) for text in [*texts, " ".join(texts)])
    return next((sign for sign in signs if sign is not None), None)


def asks_again(text: str) -> bool:
    """Whether a text, sent shortly after an emergency, asks on: "what should I do?"."""
    return _AGAIN.search(plain(text)) is not None


def _counts(kind: Emergency, words: str, found: re.Match[str]) -> bool:
    if _ABSENT.search(words, 0, found.start()):
        return False
    if kind is Emergency.SELF_HARM:
        return True
    sentence = _sentence(words, found.start(), found.end())
    if _RISK.search(sentence) and not _SOMEBODY.search(sentence):
        return False
    over = _HAD.match(found.group()) and _LONG_AGO.search(sentence) and not _STILL.search(sentence)
    return not over


def _sentence(words: str, start: int, end: int) -> str:
    begin = max(words.rfind(mark, 0, start) for mark in ".!?;\n") + 1
    stops = [place for mark in ".!?;\n" if (place := words.find(mark, end)) >= 0]
    return words[begin : min(stops, default=len(words))]
