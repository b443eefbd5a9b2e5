"""Who may get a broadcast, and what one may say. Pure: the plan, the start and every release ask the same questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.config.clinic import ClinicPlan
from core.receptionist import quiet
from core.receptionist.guard import Grounds, judge
from core.receptionist.guard.verdict import Verdict
from core.receptionist.senders import Odd, odd
from core.receptionist.sms import count, normalise
from core.store.broadcasts import Candidate
from deskbell import Clinic


class Reason(StrEnum):
    """Why a contact is left out."""

    OPTED_OUT = "opted out"
    NO_CONSENT = "no consent on record"
    IMPLAUSIBLE = "no patient's phone"
    STAFF_LEAD = "staff lead the conversation"


#: Test numbers are none of ours to refuse: a sandbox has no others.
_NOBODY = frozenset(Odd) - {Odd.TEST}


def left_out(candidate: Candidate) -> Reason | None:
    """Why a contact may not get it at all; None for whoever may, now or when they are not busy or asleep."""
    if candidate.opted_out:
        return Reason.OPTED_OUT
    if odd(candidate.address) in _NOBODY:
        return Reason.IMPLAUSIBLE
    if not candidate.consented:
        return Reason.NO_CONSENT
    return Reason.STAFF_LEAD if candidate.owner == "staff" else None


def asleep_until(candidate: Candidate, plan: ClinicPlan, now: datetime) -> datetime | None:
    """When the contact's quiet hours end; None when they are in none."""
    hours = plan.quiet_hours
    return quiet.ends(now, candidate.address, plan.clinic.timezone, hours.begin, hours.end)


@dataclass(frozen=True, slots=True)
class Draft:
    """A broadcast's text as it would leave."""

    text: str = field(repr=False)
    segments: int
    #: What is wrong with it, as the end of a sentence that begins with "the text"; empty when nothing is.
    problem: str


def draft(clinic: Clinic, words: str, most_segments: int, now: datetime) -> Draft:
    """The text with the clinic's name and how to opt out, where they are missing, through the output guard.

    What it says of dates, names and news is the word of whoever starts it. What no text may say (advice, promised
    results, words that carriers block) it may not say either.
    """
    text = words.strip()
    if clinic.name.casefold() not in text.casefold():
        text = f"{clinic.name}: {text}"
    if "STOP" not in text:
        text = f"{text} Reply STOP to opt out."
    text = normalise(text)
    segments = count(text).segments
    return Draft(text, segments, _problem(clinic, words, text, segments, most_segments, now))


def _problem(clinic: Clinic, words: str, text: str, segments: int, most: int, now: datetime) -> str:
    if not words.strip():
        return "has no words"
    if segments > most:
        return f"is {segments} segments long, and the clinic allows {most}"
    grounds = Grounds(clinic)
    verdict: Verdict | None = judge(text, grounds.of({}, [text], now), None)
    return verdict.reason if verdict else ""


@dataclass(frozen=True, slots=True)
class Survey:
    """Whom a broadcast would reach if it were started now."""

    #: [contact, why it is left out or None], as the store wants it.
    recipients: Sequence[tuple[int, str | None]]
    #: Why contacts are left out, and how many.
    left_out: Mapping[str, int]
    #: Of those who would get it, how many have to wait, and why.
    waits: Mapping[str, int]
    #: Numbers that were named and belong to no contact: nobody there has ever written.
    strangers: int = 0

    @property
    def gets_it(self) -> int:
        return sum(1 for _, reason in self.recipients if reason is None)


def survey(candidates: Sequence[Candidate], plan: ClinicPlan, now: datetime, named: Sequence[str] = ()) -> Survey:
    """Sorts an audience. `named` are the numbers of a list, where the audience is one."""
    verdicts = [(candidate, left_out(candidate)) for candidate in candidates]
    waits: Counter[str] = Counter()
    for candidate, reason in verdicts:
        if reason is None and asleep_until(candidate, plan, now):
            waits["quiet hours, by their own clock"] += 1
        elif reason is None and candidate.talking:
            waits["in a conversation"] += 1
    return Survey(
        recipients=[(candidate.contact, reason) for candidate, reason in verdicts],
        left_out=Counter(str(reason) for _, reason in verdicts if reason),
        waits=waits,
        strangers=len(set(named) - {candidate.address for candidate in candidates}),
    )
