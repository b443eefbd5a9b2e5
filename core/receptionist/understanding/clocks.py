"""Times of day as people write them: ``4``, ``4pm``, ``half past three``, ``noon``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Literal

_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
#: An hour without minutes, in figures or as a word.
HOUR = rf"(?:1[0-9]|2[0-3]|0?[1-9]|{'|'.join(_WORDS)})"
_NO_COUNT = (
    r"(?!\s*(?:%|/|\d|units?\b|syringes?\b|vials?\b|sessions?\b|areas?\b|people\b|persons?\b|of\b|years?\b|yrs?\b|"
    r"yo\b|months?\b|"
    r"weeks?\b|days?\b|hours?\b|hrs?\b|min(?:ute)?s?\b|ml\b|cc\b|mg\b|dollars?\b|bucks\b|k\b|st\b|nd\b|rd\b|th\b|"
    r"times\b|"
    r"friends?\b|kids\b|lbs?\b|pounds?\b|treatments?\b|appointments?\b|questions?\b|more\b|other\b|else\b|thing\b|"
    r"spots?\b))"
)
#: One time of day, without groups, for use inside other patterns.
CLOCK = (
    r"(?:noon\b|midday\b|midnight\b"
    rf"|(?:half\spast|quarter\spast|quarter\sto|quarter\still)\s{HOUR}\b"
    rf"|{HOUR}(?:[:.][0-5]\d|[0-5]\d(?=\s?[ap]\.?m)|[ -](?:thirty|fifteen|forty[- ]?five))?"
    r"(?:\s?-?ish\b)?(?:\s?[ap]\.?m\b\.?|[ap]\b|\s?o'?\s?clock\b)?(?:\s?-?ish\b)?(?![a-z0-9])" + _NO_COUNT + r")"
)
_PARTS = re.compile(
    rf"(?:(?P<lead>half past|quarter past|quarter to|quarter till)\s)?(?P<hour>{HOUR})"
    r"(?:[:.]?(?P<minute>[0-5]\d)|[ -](?P<words>thirty|fifteen|forty[- ]?five))?"
    r"(?:\s?-?ish)?\s?(?P<meridiem>[ap])?"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day as written; without a meridiem it may mean two."""

    hour: int
    minute: int
    meridiem: Literal["am", "pm"] | None
    about: bool
    #: Written so that it can be nothing but a time of day.
    sure: bool

    def resolved(self, opening: tuple[time, time] | None, part: str | None, *, lower: bool = False) -> time:
        """The one moment meant: as written, by the part of day said next to it, else the one in opening hours.

        `lower`: it is an "after", which says nothing when it lies before the opening.
        """
        if self.hour > 12 or self.hour == 0:
            return time(self.hour, self.minute)
        morning, later = time(self.hour % 12, self.minute), time(self.hour % 12 + 12, self.minute)
        meridiem = self.meridiem or part
        if meridiem:
            return morning if meridiem == "am" else later
        if opening:
            fits = [one for one in (morning, later) if opening[0] <= one <= opening[1]]
            if len(fits) == 1:
                return fits[0]
            if not fits and lower:
                return later
        return morning if 7 <= self.hour < 12 else later


def read_clock(words: str) -> Clock:
    """Reads what `CLOCK` matched."""
    if words.startswith(("noon", "midday")):
        return Clock(12, 0, "pm", False, True)
    if words.startswith("midnight"):
        return Clock(0, 0, None, False, True)
    found = _PARTS.match(words)
    if found is None:
        raise ValueError("not a time of day: only what CLOCK matched may be read")
    hour = int(found["hour"]) if found["hour"].isdigit() else _WORDS.index(found["hour"]) + 1
    minute = int(found["minute"] or 0) or {"t": 30, "f": 15}.get((found["words"] or " ")[0], 0)
    if (found["words"] or "").startswith("forty"):
        minute = 45
    lead = found["lead"] or ""
    if lead:
        minute = 30 if lead.startswith("half") else 15
        if lead.startswith(("quarter to", "quarter till")):
            hour, minute = (hour - 1) or 12, 45
    meridiem: Literal["am", "pm"] | None = None
    if found["meridiem"]:
        meridiem = "am" if found["meridiem"] == "a" else "pm"
    sure = bool(meridiem or lead or found["words"] or ":" in words or "clock" in words or "ish" in words)
    return Clock(hour, minute, meridiem, "ish" in words, sure)
