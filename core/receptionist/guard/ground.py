"""What a text may quote: the clinic's configuration, this turn's facts and the passages that the answer drew from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from core.receptionist.guard import quoted
from deskbell.clinic import WEEKDAYS, Clinic
from deskbell.turn import Fact

#: Days from today whose dates may be named, where the clinic is open.
_AHEAD = 28
#: The crisis line that goes with 911.
CRISIS_LINE = "988"


@dataclass(frozen=True, slots=True)
class Ground:
    """What a text may quote."""

    #: The clinic's own lines, filled in: always allowed, whatever they say.
    fixed: tuple[str, ...]
    words: str
    cents: frozenset[int]
    percents: frozenset[str]
    minutes: frozenset[int]
    days: frozenset[quoted.Day]
    links: frozenset[str]
    phones: frozenset[str]


class Grounds:
    """What one clinic may quote. Its own lines are read once; each turn adds its facts and passages."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        fixed = tuple(clinic.say(line) for line in clinic.wording.model_dump().values())
        menu = (part for service in clinic.services for part in (service.name, service.about, *service.variants))
        short = [clinic.emergency_number, *([CRISIS_LINE] if clinic.emergency_number == "911" else [])]
        own = _read("\n".join([clinic.name, clinic.address, clinic.website, clinic.phone, *fixed, *menu]))
        self._own = replace(
            own,
            fixed=fixed,
            cents=own.cents.union(_menu_cents(clinic)),
            minutes=own.minutes.union(_opening_minutes(clinic)),
            phones=own.phones.union(short),
        )

    def of(self, facts: Mapping[str, Fact], passages: Iterable[str], now: datetime) -> Ground:
        """What may be quoted in a turn. Facts come from patients: they prove times and dates and nothing else."""
        own = self._own
        told = _read("\n".join(passages))
        facts_say = "\n".join(text for fact in facts.values() for text in _strings(fact.value))
        near = _near_days(self._clinic, now.astimezone(self._clinic.timezone).date())
        return Ground(
            fixed=own.fixed,
            words=f"{own.words}\n{told.words}",
            cents=own.cents | told.cents,
            percents=own.percents | told.percents,
            minutes=own.minutes.union(told.minutes, *quoted.times(facts_say)),
            days=own.days.union(told.days, near, quoted.days(facts_say)),
            links=own.links | told.links,
            phones=own.phones | told.phones,
        )


def _read(text: str) -> Ground:
    """Everything that a text of the clinic's quotes."""
    return Ground(
        fixed=(),
        words=text.casefold(),
        cents=frozenset(quoted.cents(text)),
        percents=frozenset(quoted.percents(text)),
        minutes=frozenset().union(*quoted.times(text)),
        days=frozenset(quoted.days(text)),
        links=frozenset(quoted.links(text)),
        phones=frozenset(quoted.phones(text)),
    )


def _menu_cents(clinic: Clinic) -> Iterator[int]:
    for service in clinic.services:
        if service.price is not None:
            yield service.price.cents
        if service.deposit_cents is not None:
            yield service.deposit_cents


def _opening_minutes(clinic: Clinic) -> Iterator[int]:
    if clinic.hours is None:
        return
    for weekday in WEEKDAYS:
        for span in getattr(clinic.hours, weekday):
            for moment in (span.opens, span.closes):
                yield 0 if moment == time.max else moment.hour * 60 + moment.minute


def _near_days(clinic: Clinic, today: date) -> list[quoted.Day]:
    """Today, tomorrow, the open days of the coming weeks, and the clinic's holidays."""
    coming = [today + timedelta(days=ahead) for ahead in range(_AHEAD)]
    hours = clinic.hours
    open_days = [day for day in coming if hours is None or hours.spans(day)]
    return [(day.year, day.month, day.day) for day in (*coming[:2], *open_days, *(hours.closed_on if hours else ()))]


def _strings(value: Any) -> Iterator[str]:
    """Every text in a fact's value, however deep."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, (str, date, time)):
        yield str(value)
