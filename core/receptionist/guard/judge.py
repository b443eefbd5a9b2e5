"""The judgement of one text. Pure; rules that concern safety speak before rules that concern figures."""

from __future__ import annotations

import re
from collections.abc import Iterator

from core.receptionist.guard.carrier import blocked_by_carriers
from core.receptionist.guard.ground import Ground
from core.receptionist.guard.hours import hours_stand
from core.receptionist.guard.inner import inner
from core.receptionist.guard.language import in_a_language_of
from core.receptionist.guard.legible import folded, legible
from core.receptionist.guard.medical import medical
from core.receptionist.guard.names import names_stand
from core.receptionist.guard.offers import offers_stand
from core.receptionist.guard.outcomes import guarantees
from core.receptionist.guard.promises import settles_a_day, unkept
from core.receptionist.guard.questions import (
    asks_as_planned,
    asks_for_secrets,
    asks_what_is_known,
    only_holds,
    too_long,
)
from core.receptionist.guard.values import ungrounded
from core.receptionist.guard.verdict import Rule, Verdict
from deskbell.known import RequestStatus

_CAPITAL = re.compile(r"\b[A-Z][^\W\d_]+")
_ANYBODY = "Pat"
_CLINIC = "our clinic"
#: No text of a receptionist is nearly as long; what is longer is not read.
_LONGEST = 2000


def judge(text: str, on: Ground, request: RequestStatus | None = None, *, asks: str | None = None) -> Verdict | None:
    """The first rule that a text breaks, None when it may go out.

    `asks` is given while a draft can still be worded anew: the field that the plan asks for, empty for none. The draft
    must then ask just that, and be short enough; without it the guard mends both, and neither is judged.
    """
    if len(text) > _LONGEST:
        return Verdict(Rule.LENGTH)
    whole = text
    for line in on.fixed:
        text = text.replace(line, " ")
    # A name such as "Perfect Skin Studio" is no promise.
    text = text.replace(on.clinic.name, _CLINIC)
    for broken in _judgements(text, on, request):
        if broken:
            return Verdict(broken)
    return _shape(whole, on, asks)


def _judgements(text: str, on: Ground, request: RequestStatus | None) -> Iterator[Rule | None]:
    """Every rule in turn, as the rule's name where it is broken."""
    called = legible(text)
    seen = _unnamed(called, on)
    low = folded(seen)
    yield inner(text, low, on)
    yield Rule.CARRIER if blocked_by_carriers(low, on) else None
    yield medical(low, on)
    yield Rule.GUARANTEE if guarantees(low, on) else None
    yield unkept(low, on, request)
    yield Rule.SENSITIVE if asks_for_secrets(low, on) else None
    yield ungrounded(seen, on)
    yield None if hours_stand(low, on) else Rule.HOURS
    yield Rule.SLOT if settles_a_day(low, on, request) else None
    yield None if in_a_language_of(low, on.clinic.languages, on.names) else Rule.LANGUAGE
    yield offers_stand(low, on)
    yield None if names_stand(called, on) else Rule.NAME
    yield Rule.FILLER if only_holds(folded(called), on) else None


def _unnamed(seen: str, on: Ground) -> str:
    """The text with another name for the patient's, which may be Claude, April or Null and breaks no rule by it."""

    def change(found: re.Match[str]) -> str:
        return _ANYBODY if folded(found.group()) in on.names else found.group()

    return _CAPITAL.sub(change, seen) if on.names else seen


def _shape(text: str, on: Ground, asks: str | None) -> Verdict | None:
    low = folded(legible(text))
    if asks is None:
        return Verdict(Rule.QUESTION) if asks_what_is_known(low, on.known) else None
    if not asks_as_planned(low, asks):
        return Verdict(Rule.QUESTION)
    return Verdict(Rule.LENGTH) if too_long(text) else None
