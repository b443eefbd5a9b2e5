"""What a text may quote: the clinic's configuration, this turn's facts and the passages that the answer drew from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from core.receptionist.guard import money
from core.receptionist.guard.legible import folded, legible, sentences
from core.receptionist.guard.menu import Menu
from core.receptionist.guard.moments import Day
from core.receptionist.guard.quoted import Quoted, read
from core.receptionist.sms import normalise
from core.receptionist.understanding.words import word_set
from deskbell.clinic import WEEKDAYS, Clinic
from deskbell.known import Fact

#: Days from today whose dates may be named, where the clinic is open.
_AHEAD = 28
#: The crisis line that goes with 911.
CRISIS_LINE = "988"
#: Facts that are names of the patient.
_NAMES = ("first_name", "last_name")
#: Facts that a text may repeat to the patient; a concern and notes are theirs and not repeated.
_REPEATED = (*_NAMES, "service", "variant", "provider", "when", "email")


@dataclass(frozen=True, slots=True)
class Stock:
    """Values that stand in the clinic's own words."""

    #: As they stand, folded.
    words: str = ""
    cents: frozenset[int] = frozenset()
    percents: frozenset[str] = frozenset()
    minutes: frozenset[int] = frozenset()
    days: frozenset[Day] = frozenset()
    lengths: frozenset[int] = frozenset()
    counts: frozenset[tuple[str, str]] = frozenset()
    numbers: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    #: Words of the sentences that say that something is free.
    free: frozenset[str] = frozenset()
    #: Every word of `words`.
    tokens: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> Stock:
        seen = legible(text)
        return cls._of(seen, read(seen))

    @classmethod
    def _of(cls, seen: str, quoted: Quoted) -> Stock:
        return cls(
            words=(words := folded(seen)),
            tokens=_words(words),
            cents=frozenset(one.cents for one in quoted.amounts),
            percents=frozenset(quoted.percents),
            minutes=frozenset().union(*(minutes for minutes, _ in quoted.times)),
            days=frozenset(day for day, _ in quoted.days),
            lengths=frozenset(length for length, _ in quoted.lengths),
            counts=frozenset(quoted.counts),
            numbers=frozenset(quoted.numbers),
            links=frozenset(quoted.links),
            phones=frozenset(quoted.phones),
            free=frozenset(word for one in sentences(seen) if money.free(one) for word in content(folded(one))),
        )

    def __or__(self, other: Stock) -> Stock:
        return Stock(
            f"{self.words}\n{other.words}",
            self.cents | other.cents,
            self.percents | other.percents,
            self.minutes | other.minutes,
            self.days | other.days,
            self.lengths | other.lengths,
            self.counts | other.counts,
            self.numbers | other.numbers,
            self.links | other.links,
            self.phones | other.phones,
            self.free | other.free,
            self.tokens | other.tokens,
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """What a text may quote."""

    clinic: Clinic
    menu: Menu
    #: The clinic's own lines, filled in: always allowed, whatever they say.
    fixed: tuple[str, ...]
    #: Configuration and passages.
    stock: Stock
    #: The passages alone.
    told: Stock
    #: What the patient said of days and times.
    wished: Stock
    #: Fields that the patient has told.
    known: frozenset[str]
    #: The words of the patient's name.
    names: frozenset[str]
    #: Every word that a proper noun of a text may be.
    vocabulary: frozenset[str]
    #: The clinic's local day.
    today: date
    #: Whether the clinic is open this minute; None without hours.
    open_now: bool | None

    @property
    def words(self) -> str:
        return self.stock.words


class Grounds:
    """What one clinic may quote. Its own lines are read once; each turn adds its facts and passages."""

    def __init__(self, clinic: Clinic) -> None:
        self._clinic = clinic
        self._menu = Menu.of(clinic)
        lines = [clinic.say(line) for line in clinic.wording.model_dump().values()]
        self._fixed = tuple(sorted({*lines, *map(normalise, lines)}, key=len, reverse=True))
        self._own = Stock.of("\n".join(_own_words(clinic))) | _settings(clinic)
        self._today = (date.min, self._own)

    def of(self, facts: Mapping[str, Fact], passages: Iterable[str], now: datetime) -> Ground:
        """What may be quoted in a turn. Facts come from patients: they prove names, times and dates, nothing else."""
        told = _of_passages(tuple(passages))
        today = now.astimezone(self._clinic.timezone).date()
        wished = Stock.of("\n".join(text for fact in facts.values() for text in _strings(fact.value)))
        stock = self._with_near_days(today) | told
        names = "\n".join(text for name in _NAMES if name in facts for text in _strings(facts[name].value))
        repeated = "\n".join(text for name in _REPEATED if name in facts for text in _strings(facts[name].value))
        return Ground(
            clinic=self._clinic,
            menu=self._menu,
            fixed=self._fixed,
            stock=stock,
            told=told,
            wished=wished,
            known=_known(facts),
            names=_tokens(names),
            vocabulary=stock.tokens | _tokens(repeated),
            today=today,
            open_now=self._clinic.is_open(now),
        )

    def _with_near_days(self, today: date) -> Stock:
        """The clinic's own, with the days that may be named today; made anew once a day."""
        if self._today[0] != today:
            self._today = today, self._own | Stock(days=frozenset(_near_days(self._clinic, today)))
        return self._today[1]


@lru_cache(maxsize=256)
def _of_passages(passages: tuple[str, ...]) -> Stock:
    """Passages come again with every question of the kind; reading them takes longer than judging a text."""
    return Stock.of("\n".join(passages))


def _known(facts: Mapping[str, Fact]) -> frozenset[str]:
    """The fields that need no asking; a name is known when both halves are."""
    told = {name for name, fact in facts.items() if fact.value}
    return frozenset(told | ({"name"} if told.issuperset(_NAMES) else set()))


def content(low: str) -> set[str]:
    """The words of a folded sentence that carry its meaning, in a crude singular."""
    return {word.rstrip("s") for word in re.findall(r"[^\W\d_]{4,}", low)} - _EMPTY


_EMPTY = word_set(
    """
    free charge cost complimentary your with that this have from they them their will also just comes come when then
    what about visit treatment includ more patient offer today next first only every each extra totally completely
    absolutely even still here there some most over than into very well want like would could should please happy
    course minute hour session you'r we'r it' yes sure great thank any all for and the are our
    """
)


def _own_words(clinic: Clinic) -> Iterator[str]:
    yield from (clinic.name, clinic.address, clinic.website, clinic.phone)
    yield from (clinic.say(line) for line in clinic.wording.model_dump().values())
    for service in clinic.services:
        yield from (service.name, service.about, *service.aliases, *service.variants, *service.providers)
        if service.price is not None and service.price.cents == 0:
            yield f"{service.name} is complimentary."


def _settings(clinic: Clinic) -> Stock:
    """What the configuration says in figures."""
    short = [clinic.emergency_number, *([CRISIS_LINE] if clinic.emergency_number == "911" else [])]
    prices = [service.price.cents for service in clinic.services if service.price is not None]
    deposits = [due.cents for service in clinic.services if (due := clinic.deposit_for(service))]
    return Stock(
        cents=frozenset([*prices, *deposits]),
        minutes=frozenset(_opening_minutes(clinic)),
        lengths=frozenset(service.minutes for service in clinic.services if service.minutes),
        counts=frozenset((str(len(service.providers)), "provider") for service in clinic.services),
        numbers=frozenset([*short, str(clinic.minimum_age)]),
        phones=frozenset(short),
    )


def _tokens(text: str) -> frozenset[str]:
    """The words of a text, folded."""
    return _words(folded(legible(text)))


def _words(low: str) -> frozenset[str]:
    """The words of a folded text, possessives without their end."""
    return frozenset(re.sub(r"'s?$", "", word) for word in re.findall(r"[^\W_]+(?:'\w+)?", low))


def _opening_minutes(clinic: Clinic) -> Iterator[int]:
    if clinic.hours is None:
        return
    for weekday in WEEKDAYS:
        for span in getattr(clinic.hours, weekday):
            for moment in (span.opens, span.closes):
                yield minute_of(moment)


def minute_of(moment: time) -> int:
    """The minute of the day; the day's end is midnight."""
    return 0 if moment == time.max else moment.hour * 60 + moment.minute


def _near_days(clinic: Clinic, today: date) -> list[Day]:
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
