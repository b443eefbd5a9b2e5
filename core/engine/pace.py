"""The pace that carriers allow a number or a campaign. Pure: marks in, marks out; the store keeps them.

By the second and the minute, a fifth of a limit may go at once and the rest follows evenly, so that no second or
minute, wherever it begins, holds more than the limit. By the day a count begins anew at midnight Pacific time, as
T-Mobile's does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from deskbell import SendingLimit

_PERIODS = {"second": timedelta(seconds=1), "minute": timedelta(minutes=1)}
#: Of a limit, the part that may go at once after a rest.
_AT_ONCE = 5
_COUNTED_IN = ZoneInfo("America/Los_Angeles")


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a limit is used: by the second or minute, when the next may go; by the day, which day and how much."""

    free_at: datetime
    used: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """When a text may go. Not `reserved`, it has to ask again then."""

    at: datetime
    reserved: bool
    marks: Mapping[str, Mark]


def name(limit: SendingLimit, binding: str) -> str:
    """What a limit's mark is kept under: all bindings of a campaign share one."""
    unit = "segments" if limit.texts is None else "texts"
    return f"{limit.campaign or binding}/{unit}/{limit.per}"


def reserve(limits: Mapping[str, SendingLimit], marks: Mapping[str, Mark], segments: int, now: datetime) -> Place:
    """A text's place in line under all of its limits, and the marks after it. `limits` and `marks` by name."""
    full = [when for key, limit in limits.items() if (when := _full_until(limit, marks.get(key), segments, now))]
    if full:
        # No place is reserved: it would keep those waiting who share the other limits and not this one.
        return Place(max(full), False, {})
    places = {key: _place(limit, marks.get(key), segments, now) for key, limit in limits.items()}
    return Place(max([now, *(at for at, _ in places.values())]), True, {key: mark for key, (_, mark) in places.items()})


def _full_until(limit: SendingLimit, mark: Mark | None, segments: int, now: datetime) -> datetime | None:
    """When the next day begins, where this one has no room for a text."""
    today = _day(now)
    if limit.per != "day" or mark is None or mark.free_at < today or mark.used == 0:
        return None
    most, amount = _measured(limit, segments)
    return _day(now, 1) if mark.used + amount > most else None


def _place(limit: SendingLimit, mark: Mark | None, segments: int, now: datetime) -> tuple[datetime, Mark]:
    most, amount = _measured(limit, segments)
    if limit.per == "day":
        today = _day(now)
        used = mark.used if mark and mark.free_at >= today else 0
        return now, Mark(today, used + amount)
    at_once = max(1, most // _AT_ONCE)
    step = _PERIODS[limit.per] / (most - at_once + 1)
    rested = now - step * (at_once - 1)
    first = max(mark.free_at, rested) if mark else rested
    return max(now, first + step * (amount - 1)), Mark(first + step * amount)


def _measured(limit: SendingLimit, segments: int) -> tuple[int, int]:
    """The limit, and what a text takes of it."""
    return (limit.texts, 1) if limit.texts is not None else (limit.segments or 1, segments)


def _day(now: datetime, later: int = 0) -> datetime:
    """When the carriers' day of `now` began, or one so many days later."""
    date = now.astimezone(_COUNTED_IN).date() + timedelta(days=later)
    return datetime.combine(date, time(), _COUNTED_IN).astimezone(now.tzinfo)


def named(limits: Sequence[SendingLimit], binding: str) -> dict[str, SendingLimit]:
    """A binding's limits by the names of their marks; of two under one name the stricter holds."""
    found: dict[str, SendingLimit] = {}
    for limit in limits:
        key = name(limit, binding)
        other = found.get(key)
        if other is None or _measured(limit, 1)[0] < _measured(other, 1)[0]:
            found[key] = limit
    return found
