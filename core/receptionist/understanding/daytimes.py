"""Stretches of a day that the words of time mean: its parts, and hours with a bound."""

from __future__ import annotations

import re
from datetime import time

from core.receptionist.understanding.clocks import Clock
from core.receptionist.understanding.timewords import JOINS
from core.receptionist.when import AFTERNOON, EVENING, MORNING, NIGHT, NOON, Daytime


def without_lead(words: str) -> str:
    return re.sub(r"^(?:\W*(?:from|between|since|by|at|no|not|about|like)\b)+", "", words)


def part_of(name: str, edge: str | None) -> Daytime:
    if name.startswith(("morning", "am")):
        return Daytime(end=time(10)) if edge == "early" else Daytime(time(10), time(12)) if edge else MORNING
    if name.startswith("afternoon"):
        return (
            Daytime(time(15), time(17))
            if edge == "late"
            else Daytime(time(12), time(14))
            if edge == "early"
            else AFTERNOON
        )
    if name.startswith(("evening", "night")):
        return NIGHT
    if name.startswith("lunch") or name == "midday":
        return Daytime(time(12), time(12), about=True)
    return {
        "after lunch": Daytime(start=time(13)),
        "after school": Daytime(start=time(15)),
        "before work": Daytime(end=time(9)),
        "before noon": MORNING,
    }.get(name, NIGHT)


def without(name: str) -> tuple[Daytime, ...]:
    """What is left of a day without one of its parts."""
    if name.startswith("morning"):
        return (Daytime(start=NOON),)
    if name.startswith("afternoon"):
        return (MORNING, NIGHT)
    if name.startswith(("lunch", "midday")):
        return (MORNING, Daytime(start=time(13)))
    return (Daytime(end=EVENING, end_strict=True),)


def part_near(text: str, found: re.Match[str]) -> str | None:
    """Morning or later, as the words next to a bare hour say: "tomorrow morning at 9", "8 at night"."""
    before = JOINS.split(text[max(0, found.start() - 14) : found.start()])[-1]
    around = before + " " + JOINS.split(text[found.end() : found.end() + 17])[0]
    if re.search(r"\bmorning", around):
        return "am"
    return "pm" if re.search(r"\b(?:afternoon|evening|night|tonight)", around) else None


def open_ended(at: time, plus: str, clock: Clock) -> Daytime:
    if "earlier" in plus:
        return Daytime(end=at)
    return Daytime(start=at) if plus else Daytime(at, at, about=clock.about)


def bounded(at: time, found: re.Match[str], clock: Clock) -> Daytime:
    """A clock with its bound: strict as said, and turned round by a "not"."""
    side, negated = found["side"].replace("aftr", "after"), bool(found["no"])
    if side in ("after", "past", "later than"):
        if negated:
            return Daytime(end=at)
        return Daytime(start=at, start_strict=not found["on"])
    if side in ("before", "earlier than"):
        return Daytime(start=at) if negated else Daytime(end=at, end_strict=True)
    if side in ("from", "since") or found["on"]:
        return Daytime(start=at)
    if side == "by" or side.startswith(("until", "til")):
        return Daytime(end=at)
    return Daytime(at, at, about=clock.about or side in ("around", "about", "approximately", "like"))
