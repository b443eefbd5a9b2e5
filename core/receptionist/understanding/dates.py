"""Days and dates that the words of time mean, against today in the clinic's zone."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from core.receptionist.understanding.timewords import DAY, DAY_NUMBERS, MONTH, MONTHS, NUMBERS

#: What stands before or after a day and opens it to one side.
_FROM_AFTER = re.compile(r"\b(?:after|past)\s(?:the\s)?$")
_FROM_ON = re.compile(r"\b(?:from|starting|beginning|not before|no earlier than)\s(?:on\s)?(?:the\s)?$")
_ON_FROM = re.compile(r"\s(?:(?:or|and)\s(?:later|after(?!\s\d)|beyond|onwards?)\b|onwards?\b|on\s*$)")
_UP_TO_BEFORE = re.compile(r"\bbefore\s(?:the\s)?$")
_UP_TO = re.compile(r"\b(?:by|until|til+|no later than|up to|to|through|thru)\s(?:the\s)?$")
_OR_EARLIER = re.compile(r"\s(?:or|and)\s(?:earlier|before(?!\s(?:\d|noon))|sooner)\b")


def _weekday(word: str) -> int:
    return next(number for number, pattern in DAY_NUMBERS if pattern.match(word))


def weekdays_of(found: re.Match[str], kind: str, today: date) -> tuple[set[int], date | None]:
    """The weekdays an item names, or the one date that "this Friday" and "next Friday" mean."""
    if kind == "weekdays":
        return set(range(5)), None
    if kind == "weekends":
        return {5, 6}, None
    named = [_weekday(word) for word in re.findall(DAY + r"\b", found.group())]
    if kind == "days":
        first, last = named[0], named[-1]
        if re.search(r"\band\b", found.group()):
            return {first, last}, None
        return {(first + step) % 7 for step in range((last - first) % 7 + 1)}, None
    if not found["near"]:
        return {named[0]}, None
    if found["near"] in ("next", "following"):
        return set(), today - timedelta(days=today.weekday()) + timedelta(days=7 + named[0])
    return set(), today + timedelta(days=(named[0] - today.weekday()) % 7)


def spans_of(found: re.Match[str], kind: str, today: date) -> list[tuple[date, date]]:
    """First and last day of each stretch that an item names."""
    if kind == "date":
        return _dates_of(found, today)
    span = _span_of(found, kind, today)
    return [span] if span else []


def _dates_of(found: re.Match[str], today: date) -> list[tuple[date, date]]:
    """``March 10``, ``March 10 or 12`` (two stretches), ``March 10-12`` (one)."""
    also = found["also"] or ""
    first = _calendar_date(found.group().removesuffix(also), today)
    if first is None:
        return []
    number = re.search(r"\d{1,2}", also)
    if not number or not 0 < int(number.group()) <= monthrange(first.year, first.month)[1]:
        return [(first, first)]
    second = first.replace(day=int(number.group()))
    if re.search(r"-|\bto\b", also) and first < second:
        return [(first, second)]
    return [(first, first), (second, second)]


def _span_of(found: re.Match[str], kind: str, today: date) -> tuple[date, date] | None:
    """First and last day of an item that names a stretch of the calendar."""
    monday = today - timedelta(days=today.weekday())
    if kind == "week":
        return _week_of(found, monday, today)
    if kind == "tomorrow":
        day = today + timedelta(days=2 if found["after"] else 1)
        return day, day
    if kind == "today":
        return today, today
    if kind == "ahead":
        count = NUMBERS.get(found["count"]) or int(found["count"])
        if found["unit"].startswith("day"):
            day = today + timedelta(days=count)
            return day, day
        begin = monday + timedelta(days=7 * count if found["unit"].startswith("week") else 30 * count)
        return begin, begin + timedelta(days=6)
    if kind == "nextmonth":
        return _month_span((today.month % 12) + 1, today)
    if kind == "month":
        word = re.findall(MONTH, found.group())[-1]
        return _month_span(next(n for n, name in enumerate(MONTHS, 1) if name.startswith(word[:3])), today)
    return None


def _week_of(found: re.Match[str], monday: date, today: date) -> tuple[date, date]:
    if not found["which"]:
        return max(today, monday + timedelta(days=3)), monday + timedelta(days=4 if today.weekday() < 5 else 6)
    begin = monday + timedelta(days=7 if found["which"] in ("next", "following") else 0)
    if found["end"]:
        return begin + timedelta(days=5), begin + timedelta(days=6)
    if found["early"]:
        return max(today, begin), begin + timedelta(days=2)
    if found["late"]:
        return max(today, begin + timedelta(days=3)), begin + timedelta(days=6)
    return max(today, begin), begin + timedelta(days=6)


def _month_span(month: int, today: date) -> tuple[date, date]:
    year = today.year + (month < today.month)
    first = date(year, month, 1)
    following = date(year + (month == 12), month % 12 + 1, 1)
    return max(first, today), following - timedelta(days=1)


def _next_nth(number: int, today: date) -> date | None:
    """The coming day of that number; None when no month has it."""
    days = (today + timedelta(days=ahead) for ahead in range(62))
    return next((day for day in days if day.day == number), None)


@lru_cache(maxsize=1024)
def _calendar_date(words: str, today: date) -> date | None:
    """Remembered: a date takes a millisecond to parse, and one text is looked at more than once."""
    nth = re.fullmatch(r"(?:the\s)?(\d{1,2})(?:st|nd|rd|th)", words)
    if nth:
        return _next_nth(int(nth[1]), today)
    import dateparser  # slow to load, and most texts name no date

    found = dateparser.parse(
        words,
        languages=["en"],
        settings={
            "RELATIVE_BASE": datetime.combine(today, time()),
            "PREFER_DATES_FROM": "future",
            "DATE_ORDER": "MDY",
        },
    )
    return found.date() if found else None


def opened(first: date, last: date, before: str, after: str) -> tuple[date | None, date | None]:
    """A day or a stretch as a bound, by the words around it: "after the 15th", "by Friday", "March 20 or later".

    The first and the last day that are meant; both None when it is no bound.
    """
    if _FROM_AFTER.search(before):
        return last + timedelta(days=1), None
    if _FROM_ON.search(before) or _ON_FROM.match(after):
        return first, None
    if _UP_TO_BEFORE.search(before):
        return None, first - timedelta(days=1)
    if _UP_TO.search(before) or _OR_EARLIER.match(after):
        return None, last
    return None, None
