"""The holidays that patients name, as dates; whether the clinic is open on one is for its own hours to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

_DAYS_OF_WEEK = 7


def _fixed(month: int, day: int) -> Callable[[int], date]:
    return lambda year: date(year, month, day)


def _nth(month: int, weekday: int, count: int) -> Callable[[int], date]:
    """The `count`th weekday of a month; -1 is the last."""

    def find(year: int) -> date:
        if count > 0:
            first = date(year, month, 1)
            return first + timedelta((weekday - first.weekday()) % _DAYS_OF_WEEK + (count - 1) * _DAYS_OF_WEEK)
        last = date(year, month + 1, 1) - timedelta(1)
        return last - timedelta((last.weekday() - weekday) % _DAYS_OF_WEEK)

    return find


def _easter(year: int) -> date:
    """Easter Sunday by the Gregorian calendar (Gauss's method as corrected by Lilius and Clavius)."""
    golden, century = year % 19 + 1, year // 100 + 1
    skipped = 3 * century // 4 - 12
    moon = (8 * century + 5) // 25 - 5
    sunday = 5 * year // 4 - skipped - 10
    epact = (11 * golden + 20 + moon - skipped) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    full = 44 - epact + (30 if epact > 23 else 0)
    day = full + 7 - (sunday + full) % 7
    return date(year, 3, 1) + timedelta(day - 1)


_thanks = _nth(11, 3, 4)
_HOLIDAYS: tuple[tuple[str, str, Callable[[int], date]], ...] = (
    ("New Year's Eve", r"new year'?s eve|nye", _fixed(12, 31)),
    ("New Year's Day", r"new year'?s?(?: day)?", _fixed(1, 1)),
    ("Martin Luther King Day", r"mlk(?: day)?|martin luther king(?: day)?", _nth(1, 0, 3)),
    ("Presidents' Day", r"president'?s'? day", _nth(2, 0, 3)),
    ("Good Friday", r"good friday", lambda year: _easter(year) - timedelta(2)),
    ("Easter Monday", r"easter monday", lambda year: _easter(year) + timedelta(1)),
    ("Easter", r"easter(?: sunday)?", _easter),
    ("Mother's Day", r"mother'?s'? day", _nth(5, 6, 2)),
    ("Memorial Day", r"memorial day", _nth(5, 0, -1)),
    ("Juneteenth", r"juneteenth", _fixed(6, 19)),
    ("July 4", r"(?:the )?(?:4th|fourth) of july|july (?:the )?(?:4th|4|fourth)|independence day", _fixed(7, 4)),
    ("Labor Day", r"labou?r day", _nth(9, 0, 1)),
    ("Columbus Day", r"columbus day|indigenous peoples'? day", _nth(10, 0, 2)),
    ("Halloween", r"halloween", _fixed(10, 31)),
    ("Veterans Day", r"veteran'?s'? day", _fixed(11, 11)),
    (
        "the day after Thanksgiving",
        r"black friday|(?:the )?day after thanksgiving",
        lambda year: _thanks(year) + timedelta(1),
    ),
    ("Thanksgiving", r"thanksgiving|turkey day", _thanks),
    ("Christmas Eve", r"(?:christmas|xmas) eve", _fixed(12, 24)),
    ("Christmas", r"christmas(?: day)?|xmas(?: day)?", _fixed(12, 25)),
)


def holiday_named(low: str, today: date) -> tuple[str, date] | None:
    """The first holiday of the table that a `plain` text names, with its next date from `today` on."""
    for name, pattern, of in _HOLIDAYS:
        if re.search(rf"\b(?:{pattern})\b", low):
            this_year = of(today.year)
            return name, this_year if this_year >= today else of(today.year + 1)
    return None


def names_holidays(low: str) -> bool:
    """Whether a text asks about a holiday, or about holidays at all."""
    return bool(re.search(r"\bholidays?\b", low)) or holiday_named(low, date.min.replace(year=2000)) is not None
