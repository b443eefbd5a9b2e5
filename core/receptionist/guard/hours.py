"""Whether what a text says of being open and closed is what the clinic's hours say, day by day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from core.receptionist.guard.ground import Ground, minute_of
from core.receptionist.guard.legible import sentences
from core.receptionist.guard.moments import Day, days, times
from core.receptionist.holidays import holiday_named
from deskbell.clinic import WEEKDAYS, Hours

_NAME = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:days?)?"
_DAYS = re.compile(
    rf"\b(?P<first>{_NAME})\b\.?(?:\s?(?:-|to|through|thru|until)\s?(?P<last>{_NAME})\b)?|\b(?P<weekdays>weekdays?)\b|"
    r"\b(?P<weekends>weekends?)\b|\b(?P<all>24/7|7 days(?: a week)?|every ?day|daily|all week|all days|"
    r"around the clock|24 hours(?: a day)?|never close|always open|all day every day|365|holidays|any day)\b|"
    r"\b(?P<today>today|tonight|this (?:morning|afternoon|evening))\b|\b(?P<tomorrow>tomorrow)\b|\b(?P<now>(?:right |"
    r"just )?now|currently|at the moment|as we speak)\b"
)
_STATE = re.compile(
    r"\b(?P<closed>closed|(?:not|aren't|isn't|never|won't be|don't) (?:\w+ )?open|close (?=on|for)|no (?:\w+ )?hours|"
    r"not (?:\w+ )?here)\b|\b(?P<open>nearest|earliest|open(?:s|ed|ing)?(?! (?:to|up|time|slot|spot|appointment|"
    r"question)s?)|close[sd]?(?= (?:at|by|\d|early|late|around))|(?<!\d )hours|never close|always open|(?:visit|see|"
    r"find|come see|swing by|stop by|drop by) (?:us )?(?=on|\w*day)|(?:we're|we 're|someone's|team's|here) (?:here |"
    r"in |available |around )(?=on|until|till|from|\d|every|all|24|7|daily|mon|tue|wed|thu|fri|sat|sun|today|tomorrow|"
    r"week))\b"
)
_PIECE = re.compile(r"[,;](?!\d)|\bbut\b|\band (?=closed|open|we)")


def hours_stand(low: str, on: Ground) -> bool:
    """Whether a folded text keeps to the opening hours. Without hours, it may not speak of open and closed."""
    return all(_keeps(one, on) for one in sentences(low) if _STATE.search(one) and one.strip() not in on.told.words)


def _keeps(sentence: str, on: Ground) -> bool:
    if sentence.endswith("?"):
        return True
    hours = on.clinic.hours
    dated = days(sentence)
    named = list(_DAYS.finditer(sentence))
    if hours is None:
        return not (named or dated or times(sentence))
    for open_, day in _said(sentence, dated, named, hours, on.today):
        if not _told_of(day, hours) or bool(hours.spans(day)) is not open_:
            return False
    return _nowadays(sentence, on) and all(_times_fit(piece, hours, on) for piece in _PIECE.split(sentence))


def _told_of(day: date, hours: Hours) -> bool:
    """Whether the clinic has written the holidays of that year."""
    return not hours.closed_on or day.year in {closed.year for closed in hours.closed_on}


def _said(
    sentence: str, dated: list[tuple[Day, re.Match[str]]], named: list[re.Match[str]], hours: Hours, today: date
) -> Iterator[tuple[bool, date]]:
    """Days with whether the sentence calls them open; a day goes with the state word last before it, else the first."""
    states = [(found.start(), bool(found["open"])) for found in _STATE.finditer(sentence)]

    def state(place: int) -> bool:
        before = [is_open for at, is_open in states if at <= place]
        return before[-1] if before else states[0][1]

    for (year, month, day), found in dated:
        if month is not None:
            yield from _dated(state(found.start()), year, month, day, today)
    holiday = holiday_named(sentence, today)
    if holiday is not None and not dated:
        yield state(sentence.find(holiday[0].casefold().split()[0])), holiday[1]
    for found in named:
        if any(0 <= one.start() - found.end() <= 3 for _, one in dated):
            continue
        is_open = state(found.start())
        if found["today"] or found["tomorrow"]:
            yield is_open, today + timedelta(1 if found["tomorrow"] else 0)
            continue
        for weekday in _weekdays(found):
            ordinary = bool(getattr(hours, WEEKDAYS[weekday]))
            coming = today + timedelta((weekday - today.weekday()) % 7)
            if ordinary is not is_open and bool(hours.spans(coming)) is not is_open:
                yield is_open, coming


def _dated(is_open: bool, year: int | None, month: int, day: int, today: date) -> Iterator[tuple[bool, date]]:
    try:
        meant = date(year or today.year, month, day)
    except ValueError:
        return
    yield is_open, meant.replace(year=today.year + 1) if year is None and meant < today else meant


def _weekdays(found: re.Match[str]) -> list[int]:
    if found["all"]:
        return list(range(7))
    if found["weekdays"]:
        return [0, 1, 2, 3, 4]
    if found["weekends"]:
        return [5, 6]
    if not found["first"]:
        return []
    first = _number(found["first"])
    last = _number(found["last"]) if found["last"] else first
    return [(first + ahead) % 7 for ahead in range((last - first) % 7 + 1)]


def _number(name: str) -> int:
    return next(at for at, weekday in enumerate(WEEKDAYS) if weekday.startswith(name[:3]))


def _nowadays(sentence: str, on: Ground) -> bool:
    """ "Open now" holds for this minute."""
    if not any(found["now"] for found in _DAYS.finditer(sentence)):
        return True
    first = _STATE.search(sentence)
    return first is None or on.open_now is bool(first["open"])


def _times_fit(piece: str, hours: Hours, on: Ground) -> bool:
    """Hours named with weekdays are the hours of one of these weekdays."""
    weekdays = {day for found in _DAYS.finditer(piece) for day in _weekdays(found)}
    if not weekdays or (not _STATE.search(piece) and not times(piece)):
        return True
    known = {
        minute_of(moment)
        for day in weekdays
        for span in getattr(hours, WEEKDAYS[day])
        for moment in (span.opens, span.closes)
    }
    known |= on.told.minutes | on.wished.minutes
    return all(minutes & known for minutes, _ in times(piece))
