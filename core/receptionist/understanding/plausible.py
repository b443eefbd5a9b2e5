"""Whether words that name no treatment outright can mean one of the menu: by likeness, and better than any other.

Slang has no dictionary, but "lip juice" shares a word with lip filler and with nothing else. What fits two
treatments alike is a question for the patient, and what fits none is nobody's to map.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from core.receptionist.understanding.reading import Reader
from core.receptionist.understanding.services import Mention
from core.receptionist.understanding.words import Clause, plain, stem, word_set, words
from deskbell.clinic import Service

#: Likeness of two words, in percent, at which one may be a slip of the other.
_ALIKE = 85
_SHORTEST = 3
_WISH = re.compile(
    r"\b(?:want\w*|wanna|need\w*|like|love|book\w*|get|getting|gimme|give|do|try\w*|interested|schedul\w+|sign|looking|"
    r"hoping|appointment|appt|please|pls|plz|quiero|quisiera|necesito|me)\b"
)
_DENIED = re.compile(
    r"\b(?:not|no|never|without|instead of|rather than|stop|hate|scared of|afraid of|don'?t|dont|won'?t|can'?t|isn'?t|"
    r"had|did|got|used to|after my|since my|last)\b"
)
#: Words that many treatments share, or that say nothing of one.
_COMMON = word_set(
    "the and for with your you our skin face visit treatment treatments therapy service session sessions appointment "
    "some any this that want need like love get book please can something thing done help good look looks looking new "
    "first time day week morning afternoon about more make way per area areas small medium large full one two price "
    "cost much how what does have has had been before back today tomorrow"
)


def follows_from(name: str, evidence: str, around: Sequence[Clause], reader: Reader, *, asked: bool) -> bool:
    """Whether `evidence` (plain) within its clauses speaks of the service `name`, and as something wished for."""
    mentions = [one for clause in around for one in reader.lexicon.mentions(clause)]
    if any(not one.wished or one.unsold for one in mentions):
        return False
    if mentions:
        return _named(name, mentions)
    if any(_DENIED.search(clause.text) for clause in around):
        return False
    wished = asked or any(_WISH.search(clause.text) for clause in around)
    return wished and _best(evidence, reader.clinic.services) == name


def _named(name: str, mentions: Sequence[Mention]) -> bool:
    """The only treatment that is named; a word for several kinds leaves open which."""
    return {service for one in mentions for service in one.services} == {name}


def _best(evidence: str, services: Sequence[Service]) -> str:
    """The service that shares most with the evidence; empty when none does, or two alike."""
    said = {stem(word) for word in words(evidence) if len(word) >= _SHORTEST} - _COMMON
    scores = sorted(((_likeness(said, service), service.name) for service in services), reverse=True)
    if not scores or not scores[0][0] or (len(scores) > 1 and scores[1][0] == scores[0][0]):
        return ""
    return scores[0][1]


def _likeness(said: set[str], service: Service) -> int:
    """How many of the words said are, but for a slip, words of the service."""
    own = {
        stem(word)
        for phrase in (service.name, *service.aliases, *service.concerns)
        for word in words(plain(phrase))
        if len(word) >= _SHORTEST
    } - _COMMON
    return sum(any(fuzz.ratio(word, other) >= _ALIKE for other in own) for word in said)
