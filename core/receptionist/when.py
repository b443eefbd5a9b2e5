"""When a patient would like to come: a small frozen value with a plain-English rendering and a JSON form.

Dates and hours are the clinic's own local ones. A `When` says what was asked for and nothing wider: its bounds are
kept strict where the patient's were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

NOON = time(12)
EVENING = time(17)

_SHORT = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LONG = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def clock_text(at: time) -> str:
    """``16:00`` as ``4 pm``, ``09:30`` as ``9:30 am``, ``12:00`` as ``noon``."""
    if at == NOON:
        return "noon"
    if at >= time(23, 59):
        return "midnight"
    hour = at.hour % 12 or 12
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{hour}{minutes} {'pm' if at.hour >= 12 else 'am'}"


def weekday_text(weekday: int) -> str:
    """0 is Monday."""
    return _LONG[weekday]


def date_text(day: date) -> str:
    """``Tue, Mar 3``."""
    return f"{_SHORT[day.weekday()]}, {_MONTHS[day.month - 1]} {day.day}"


def listed(words: tuple[str, ...] | list[str], joint: str = "or") -> str:
    """``a``, ``a or b``, ``a, b or c``."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


@dataclass(frozen=True, slots=True)
class Daytime:
    """A stretch of a day. A bound that is `strict` is itself not meant: "after 4" is not 4."""

    start: time | None = None
    end: time | None = None
    start_strict: bool = False
    end_strict: bool = False
    #: "around 3": the bounds are one moment, not to be taken by the minute.
    about: bool = False

    def meets(self, opens: time, closes: time) -> bool:
        """Whether a visit could begin within both this stretch and opening hours (which end before `closes`)."""
        if self.start is not None and (self.start >= closes):
            return False
        if self.end is None:
            return True
        return self.end > opens if self.end_strict else self.end >= opens

    def both(self, other: Daytime) -> Daytime:
        """What satisfies the two: "afternoons" and "after 2". Where nothing does, the later statement."""
        result = self
        if other.start is not None and (self.start is None or other.start >= self.start):
            result = replace(result, start=other.start, start_strict=other.start_strict)
        if other.end is not None and (self.end is None or other.end <= self.end):
            result = replace(result, end=other.end, end_strict=other.end_strict)
        if result.start is not None and result.end is not None and result.start > result.end:
            return other
        return replace(result, about=self.about or other.about)

    def text(self, *, alone: bool) -> str:
        """In words; `alone` when no day stands before it."""
        part = _PARTS.get(self)
        if part:
            return f"{part}s" if alone else f"in the {part}"
        if self.start is not None and self.start == self.end:
            return f"{'around' if self.about else 'at'} {clock_text(self.start)}"
        if self.start is not None and self.end is not None:
            return f"between {clock_text(self.start)} and {clock_text(self.end)}"
        if self.start is not None:
            return f"after {clock_text(self.start)}" if self.start_strict else f"from {clock_text(self.start)} on"
        if self.end is not None:
            return f"{'before' if self.end_strict else 'until'} {clock_text(self.end)}"
        return ""


MORNING = Daytime(end=NOON, end_strict=True)
AFTERNOON = Daytime(start=NOON, end=EVENING, end_strict=True)
NIGHT = Daytime(start=EVENING)
_PARTS = {MORNING: "morning", AFTERNOON: "afternoon", NIGHT: "evening"}


@dataclass(frozen=True, slots=True)
class Window:
    """Days and hours that hold together. Nothing said of days is any day."""

    #: 0 is Monday; sorted.
    weekdays: tuple[int, ...] = ()
    #: The first and the last day that are meant; None is open.
    first: date | None = None
    last: date | None = None
    hours: Daytime | None = None

    def days(self, today: date, ahead: int = 21) -> list[date]:
        """The days it may mean from `today` on, at most `ahead` of them after its own beginning."""
        begin = max(self.first or today, today)
        end = min(self.last or begin + timedelta(days=ahead), begin + timedelta(days=ahead))
        span = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
        return [day for day in span if not self.weekdays or day.weekday() in self.weekdays]

    @property
    def text(self) -> str:
        day = " ".join(part for part in (_weekdays_text(self.weekdays), self._dates_text()) if part)
        if self.hours is None:
            return day
        part = _PARTS.get(self.hours)
        if day and part and not (self.first or self.last) and len(self.weekdays) < 3 and self.weekdays != (5, 6):
            return f"{day} {part}"
        alone = not day or (part is not None and self.first != self.last) or (part is not None and not self.first)
        return f"{day}{', ' if day and part and alone else ' ' if day else ''}{self.hours.text(alone=alone)}"

    def _dates_text(self) -> str:
        if self.first is None:
            return f"until {date_text(self.last)}" if self.last else ""
        if self.last is None:
            return f"from {date_text(self.first)} on"
        if self.first == self.last:
            return date_text(self.first)
        first = f"{_MONTHS[self.first.month - 1]} {self.first.day}"
        if (self.last - self.first).days == 6 and self.first.weekday() == 0:
            return f"{'in ' if self.weekdays else ''}the week of {first}"
        return f"{'between ' if self.weekdays else ''}{first} {'and' if self.weekdays else 'to'} " + (
            f"{_MONTHS[self.last.month - 1]} {self.last.day}"
        )


def _weekdays_text(weekdays: tuple[int, ...]) -> str:
    if not weekdays:
        return ""
    if weekdays == (0, 1, 2, 3, 4):
        return "weekdays"
    if weekdays == (5, 6):
        return "the weekend"
    missing = [day for day in range(7) if day not in weekdays]
    if len(missing) <= 2:
        return f"any day but {listed([_LONG[day] for day in missing])}" if missing else "any day"
    if len(weekdays) > 2 and weekdays[-1] - weekdays[0] == len(weekdays) - 1:
        return f"{_LONG[weekdays[0]]} to {_LONG[weekdays[-1]]}"
    return listed([_LONG[day] for day in weekdays])


@dataclass(frozen=True, slots=True)
class When:
    """One or more windows, or any time at all."""

    windows: tuple[Window, ...] = ()
    #: "As soon as possible".
    soon: bool = False
    #: As a member of staff wrote it.
    words: str = ""

    @property
    def text(self) -> str:
        """Plain English, e.g. ``Tuesday or Thursday after 4 pm``."""
        if self.words:
            return self.words
        said = listed([text for window in self.windows if (text := window.text)])
        if self.soon:
            return f"as soon as possible, {said}" if said else "as soon as possible"
        return said or "any time"

    def refined(self, later: When) -> When:
        """What holds after the patient added `later`: a day without hours keeps the hours, and the other way round."""
        if len(self.windows) != 1 or len(later.windows) != 1:
            return later
        old, new = self.windows[0], later.windows[0]
        has_days = bool(new.weekdays or new.first or new.last)
        if has_days and new.hours is None and old.hours is not None:
            return replace(later, windows=(replace(new, hours=old.hours),))
        if not has_days and new.hours is not None and (old.weekdays or old.first or old.last):
            return replace(later, windows=(replace(old, hours=new.hours),))
        return later

    def to_json(self) -> dict[str, Any]:
        """Only what was said, with the rendering under ``text`` for readers that need no more."""
        value: dict[str, Any] = {"text": self.text, "windows": [_window_json(window) for window in self.windows]}
        if self.soon:
            value["soon"] = True
        if self.words:
            value["words"] = self.words
        return value

    @classmethod
    def from_json(cls, value: Any) -> When | None:
        """Reads `to_json` back, or a line that staff wrote; None when nothing is said."""
        if not value:
            return None
        if not isinstance(value, Mapping):
            return cls(words=str(value))
        windows = tuple(_window(item) for item in value.get("windows", ()))
        return cls(windows, bool(value.get("soon")), str(value.get("words", "")))


def _window_json(window: Window) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if window.weekdays:
        value["weekdays"] = list(window.weekdays)
    if window.first is not None:
        value["first"] = window.first.isoformat()
    if window.last is not None:
        value["last"] = window.last.isoformat()
    if window.hours is not None:
        hours = window.hours
        value["hours"] = {
            "start": hours.start.isoformat() if hours.start is not None else None,
            "end": hours.end.isoformat() if hours.end is not None else None,
            "start_strict": hours.start_strict,
            "end_strict": hours.end_strict,
            "about": hours.about,
        }
    return value


def _window(value: Mapping[str, Any]) -> Window:
    hours = value.get("hours")
    return Window(
        weekdays=tuple(value.get("weekdays", ())),
        first=date.fromisoformat(value["first"]) if value.get("first") else None,
        last=date.fromisoformat(value["last"]) if value.get("last") else None,
        hours=Daytime(
            **dict(hours)
            | {
                "start": time.fromisoformat(hours["start"]) if hours.get("start") else None,
                "end": time.fromisoformat(hours["end"]) if hours.get("end") else None,
            }
        )
        if hours
        else None,
    )
