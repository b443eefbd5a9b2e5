"""What a model found, checked: kept only when its evidence is in the patient's own words and the value follows.

A model may point at what the rules passed over; it never decides what is true. Its evidence has to stand in a text of
the patient word for word, and the value is taken from there by the same code that reads texts: the menu, the one time
parser, the shape of a name. What no text supports is dropped without a word.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.receptionist.facts import Field, Known
from core.receptionist.memory import Pending
from core.receptionist.opening import unfit
from core.receptionist.understanding import replies
from core.receptionist.understanding.draft import topic_in
from core.receptionist.understanding.plausible import follows_from
from core.receptionist.understanding.questions import Topic
from core.receptionist.understanding.reading import Reader
from core.receptionist.understanding.shapes import email_of, is_email
from core.receptionist.understanding.times import read_when
from core.receptionist.understanding.visits import NEW, RETURNING, visit_meant
from core.receptionist.understanding.whose import own_name
from core.receptionist.understanding.wishes import provider_meant
from core.receptionist.understanding.words import Clause, clauses, plain, straight
from core.receptionist.when import When
from deskbell.events import TextReceived
from deskbell.llm import Found as Proposed

_LONGEST = 120
#: Topics whose days are no wish, and whose treatments are not wished for.
_ABOUT = frozenset(Topic) - {Topic.AVAILABILITY, Topic.BOOKING, Topic.SELLS, Topic.KNOWLEDGE}


@dataclass(frozen=True, slots=True)
class Proved:
    """A fact that stood the check. `value` is canonical JSON; `seq` and `at` are of the text that proves it."""

    field: Field
    value: Any = dataclasses.field(repr=False)
    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in a patient's text the evidence stands."""

    text: str
    start: int
    end: int
    clauses: tuple[Clause, ...]

    @property
    def evidence(self) -> str:
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class _Case:
    """All that a check may look at."""

    reader: Reader
    now: datetime
    known: Known
    pending: Pending
    #: Proved so far, by field.
    proved: Mapping[str, Any]

    @property
    def service(self) -> str:
        return str(self.proved.get("service", "")) or self.known.service


def prove(
    found: Sequence[Proposed],
    texts: Sequence[TextReceived],
    reader: Reader,
    *,
    now: datetime,
    known: Known,
    pending: Pending,
    told: Collection[str] = (),
) -> tuple[Proved, ...]:
    """The findings that hold. `told`: fields that the rules read from these texts; theirs win.

    `known` is what was known before these texts, with what the rules have just read; `texts` only such whose words
    the model was shown.
    """
    local = now.astimezone(reader.clinic.timezone)
    accepted: dict[str, Proved] = {}
    # Services first: a variant and a provider belong to one.
    for one in sorted(found, key=lambda proposed: proposed.name != "service"):
        check = _CHECKS.get(one.name)
        if check is None or one.name in told or not isinstance(one.value, str):
            continue
        case = _Case(reader, local, known, pending, {name: proof.value for name, proof in accepted.items()})
        for text in reversed(texts):
            value = _checked(check, one.value, one.evidence, text.text, case)
            if value is not None:
                # One of the keys of `_CHECKS`, and so a field.
                accepted[one.name] = Proved(one.name, value, text.seq, text.at)  # type: ignore[arg-type]
                break
    return tuple(accepted.values())


def _checked(check: _Check, value: str, evidence: str, text: str, case: _Case) -> Any:
    """The canonical value by any place of the text in which the evidence stands; None when there is none."""
    pieces = tuple(clauses(plain(text)))
    for start, end in _places(evidence, text):
        around = tuple(one for one in pieces if one.start < end and start < one.end)
        checked = check(value.strip(), _Place(text, start, end, around), case)
        if checked is not None:
            return checked
    return None


def _places(evidence: str, text: str) -> list[tuple[int, int]]:
    """Where the evidence stands, word for word but for case, blanks and the shape of quotes; the last place first."""
    said = plain(evidence).split()
    if not any(letter.isalnum() for word in said for letter in word):
        return []
    pattern = r"\s+".join(re.escape(word) for word in said)
    hits = re.finditer(rf"(?<!\w){pattern}(?!\w)" if said[0][0].isalnum() else pattern, plain(text))
    whole = [(hit.start(), hit.end()) for hit in hits]
    return [(start, end) for start, end in reversed(whole) if not _cuts_a_word(text, end)]


def _cuts_a_word(text: str, end: int) -> bool:
    return end < len(text) and text[end].isalnum() and text[end - 1].isalnum()


# ---- one check a field -----------------------------------------------------------------------------------------


def _name(value: str, place: _Place, case: _Case) -> str | None:
    text, reader = straight(place.text), case.reader
    for hit in re.finditer(rf"(?<![\w']){re.escape(plain(value))}(?![\w])", plain(place.evidence)):
        start = place.start + hit.start()
        typed = text[start : start + len(value)]
        own = own_name(typed, text, start, case.pending, reader.clinic, reader.lexicon)
        if own:
            return own
    return None


def _email(value: str, place: _Place, case: _Case) -> str | None:
    if not is_email(value) or value.casefold() not in place.evidence.casefold():
        return None
    return email_of(value)


def _visit(value: str, place: _Place, case: _Case) -> str | None:
    asked = case.pending.field == "new_or_returning"
    meant = {visit_meant(one.text, asked=asked) for one in place.clauses if asked or not one.asks}
    return value if value in (NEW, RETURNING) and meant == {value} else None


def _service(value: str, place: _Place, case: _Case) -> str | None:
    clinic = case.reader.clinic
    name = next((one.name for one in clinic.services if one.name.casefold() == value.casefold()), None)
    if name is None or any(_topic(one, case) in _ABOUT or (one.asks and case.service) for one in place.clauses):
        return None
    asked = case.pending.field == "service"
    return name if follows_from(name, plain(place.evidence), place.clauses, case.reader, asked=asked) else None


def _topic(clause: Clause, case: _Case) -> Topic | None:
    mentions = tuple(case.reader.lexicon.mentions(clause))
    return topic_in(clause, mentions, case.reader.clinic, case.pending)


def _variant(value: str, place: _Place, case: _Case) -> str | None:
    options = case.reader.lexicon.variants.get(case.service, ())
    name = next((one for one in options if one.casefold() == value.casefold()), None)
    low = plain(place.evidence)
    named = case.reader.lexicon.variant(case.service, low)
    meant = [named] if named else replies.chosen(low, options)
    return name if name and meant == [name] else None


def _provider(value: str, place: _Place, case: _Case) -> str | None:
    services = case.reader.clinic.services
    options = next((one.providers for one in services if one.name == case.service), ())
    asked = case.pending.field == "provider"
    meant = {provider_meant(one.text, options, asked=asked) for one in place.clauses} if len(options) > 1 else set()
    match = [one for one in meant if one and one.casefold() == value.casefold()]
    return match[0] if match and len(meant - {""}) == 1 else None


def _when(value: str, place: _Place, case: _Case) -> dict[str, Any] | None:
    """By our own parser, from the whole clause: evidence that leaves a "not" out proves nothing."""
    hours, asked = case.reader.clinic.hours, case.pending.field == "when"
    if read_when(plain(place.evidence), case.now, hours, asked=asked) is None:
        return None
    told: When | None = None
    for clause in place.clauses:
        read = read_when(clause.text, case.now, hours, asked=asked)
        if _topic(clause, case) in _ABOUT:
            return None
        if read:
            told = told.refined(read) if told else read
    if told is None:
        return None
    wish = case.known.when.refined(told) if case.known.when else told
    return None if unfit(case.reader.clinic, wish, case.now) else wish.to_json()


def _words(value: str, place: _Place, case: _Case) -> str | None:
    """The evidence itself: what bothers somebody is told in their own words."""
    return place.evidence[:_LONGEST].strip()


_Check = Callable[[str, _Place, _Case], Any]
_CHECKS: Mapping[str, _Check] = {
    "first_name": _name,
    "last_name": _name,
    "email": _email,
    "new_or_returning": _visit,
    "service": _service,
    "variant": _variant,
    "provider": _provider,
    "when": _when,
    "concern": _words,
    "notes": _words,
}
