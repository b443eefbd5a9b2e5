"""Times, dates and lengths of time of a legible text, as values and not as spellings: "9am" and "09:00" are one."""

from __future__ import annotations

import re

#: Year and month are None where a text leaves them open.
Day = tuple[int | None, int | None, int]

_TIME = re.compile(
    r"(?<![\d:.$/])(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2}))?(?::\d{2})?\s?-?(?P<half>[ap])(?:\.\s?|\s)?m\b|"
    r"(?<![\d:.$/])(?P<hour24>\d{1,2}):(?P<minute24>\d{2})(?::\d{2})?(?!\d)|\b(?P<word>noon|midday|midnight)\b|"
    r"\b(?P<part>half|quarter) (?P<side>past|to|after|before|of|til) (?P<whole>\d{1,2})\b|\b(?P<told>(?:[01]\d|"
    r"2[0-3])[0-5]\d) (?:hours|hrs)\b",
    re.IGNORECASE,
)
_HOUR = r"(?<![\d:.$/])(\d{1,2})(?::(\d{2}))?"
_WEEKDAY = r"(?:mon|tues?|wed|thu|thurs?|fri|sat|sun|\w+days?)"
_BARE_HOUR = re.compile(
    rf"\b(?:at|@|by|until|till|til|before|after|around|from|about|past)\s{_HOUR}(?:\s([0-5]\d))?"
    r"(?=\s*(?:[.,;!?)]|$|-|(?:to|and|or|on|this|next|tomorrow|today|tonight|sharp|in|for|with|if|it|is|works?|"
    r"\w+day)\b))"
    rf"|{_HOUR}(\s[0-5]\d)?\s?o'?clock|{_HOUR}()\s?(?:-|to|until|till|and)\s?(?=\d{{1,2}}(?::\d\d)?\s?[ap]\.?m\b)|"
    rf"\b(?:open|hours|daily|{_WEEKDAY})[:,]?\s(?:from |at )?{_HOUR}()\s?(?:-|to)\s?{_HOUR}()(?![\d%])|"
    rf"\b{_WEEKDAY}\s{_HOUR}()(?=\s*[.,;!?)]|$)|{_HOUR}()-?ish\b",
    re.IGNORECASE,
)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_NTH = r"(?:st|nd|rd|th)"
_ISO = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_SLASHED = re.compile(r"(?<![\d/])(0?[1-9]|1[0-2])[/](0?[1-9]|[12]\d|3[01])(?:/(\d{4}|\d{2}))?(?![\d/])")
_DOTTED = re.compile(r"(?<![\d.])(0?[1-9]|1[0-2])[.-](0?[1-9]|[12]\d|3[01])[.-](\d{4})(?!\d)")
_FRACTIONS = {(1, 2), (1, 3), (1, 4), (2, 3), (3, 4)}
_MONTH_DAY = re.compile(
    rf"\b{_MONTH}\.?\s(?:the )?(\d{{1,2}}){_NTH}?\b(?!:\d|\s?[ap]\.?m\b)(?:,?\s(\d{{4}}))?", re.IGNORECASE
)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}}){_NTH}?[\s-](?:of\s)?{_MONTH}\b(?:,?\s(\d{{4}}))?", re.IGNORECASE)
_NTH_DAY = re.compile(
    rf"\b(?:the|on) (\d{{1,2}}){_NTH}\b(?! (?:floor|street|st\b|ave|time|visit|session|syringe|molar))", re.IGNORECASE
)

_LENGTHS = {"min": 1, "hour": 60, "hr": 60, "day": 1440, "night": 1440, "week": 10080, "wk": 10080, "month": 43200}
_YEAR = 525600
_UNIT = r"(min(?:ute)?s?|hours?|hrs?|days?|nights?|weeks?|wks?|months?|years?|yrs?)\b"
_LENGTH = re.compile(
    rf"(?<![\d.$])(?!\d{{4}} h)(\d+)(?:\.(\d))?(?:\s?(?:-|to|or|and)\s?(\d+)(?:\.\d)?)?[ -]?(?:\w+ )?{_UNIT}|\b(?:in|"
    rf"within|for|after|lasts?|takes?|about|around|under|every|next) (?:about |only |just |up to )?(half an?|an?|"
    rf"an? few|few|a couple(?: of)?|several) {_UNIT}",
    re.IGNORECASE,
)


def times(text: str) -> list[tuple[frozenset[int], re.Match[str]]]:
    """Times, each as the minutes of the day that it may mean: "at 5" is 5 in the morning or in the afternoon."""
    named = [(_clock(found), found) for found in _TIME.finditer(text)]
    for found in _BARE_HOUR.finditer(text):
        groups = found.groups()
        for at in range(0, len(groups), 3):
            if groups[at] and 1 <= int(groups[at]) <= 12:
                named.append((_either_half(int(groups[at]), int(groups[at + 1] or groups[at + 2] or 0)), found))
    return named


def days(text: str) -> list[tuple[Day, re.Match[str]]]:
    """Calendar dates."""
    named: list[tuple[Day, re.Match[str]]] = [
        ((int(one[1]), int(one[2]), int(one[3])), one) for one in _ISO.finditer(text)
    ]
    for pattern in (_SLASHED, _DOTTED):
        for one in pattern.finditer(text):
            if one[3] or (int(one[1]), int(one[2])) not in _FRACTIONS:
                named.append(((_year(one[3]), int(one[1]), int(one[2])), one))
    named += [((_year(one[3]), _month(one[1]), int(one[2])), one) for one in _MONTH_DAY.finditer(text)]
    named += [((_year(one[3]), _month(one[2]), int(one[1])), one) for one in _DAY_MONTH.finditer(text)]
    return named + [((None, None, int(one[1])), one) for one in _NTH_DAY.finditer(text)]


def lengths(text: str) -> list[tuple[int, re.Match[str]]]:
    """Lengths of time in minutes; vague ones ("a few days") as their unit below zero."""
    named = []
    for found in _LENGTH.finditer(text):
        if found[1] is None:
            unit = _minutes(found[6])
            many = found[5].casefold()
            named.append(({"a": unit, "an": unit, "half a": unit // 2, "half an": unit // 2}.get(many, -unit), found))
            continue
        unit = _minutes(found[4])
        named.append((int(found[1]) * unit + unit * int(found[2] or 0) // 10, found))
        if found[3]:
            named.append((int(found[3]) * unit, found))
    return named


def _minutes(unit: str) -> int:
    low = unit.casefold()
    return next((size for word, size in _LENGTHS.items() if low.startswith(word)), _YEAR)


def _clock(found: re.Match[str]) -> frozenset[int]:
    if found["word"]:
        return frozenset({0 if found["word"].casefold() == "midnight" else 720})
    if found["part"]:
        part = 30 if found["part"].casefold() == "half" else 15
        sign = 1 if found["side"].casefold() in ("past", "after") else -1
        return frozenset((at + sign * part) % 1440 for at in _either_half(int(found["whole"]), 0))
    if found["told"]:
        return frozenset({int(found["told"][:2]) * 60 + int(found["told"][2:])})
    if found["half"]:
        hour = int(found["hour"]) % 12 + (12 if found["half"] in "pP" else 0)
        return frozenset({hour * 60 + int(found["minute"] or 0)})
    hour, minute = int(found["hour24"]), int(found["minute24"])
    return _either_half(hour, minute) if 1 <= hour <= 12 else frozenset({hour % 24 * 60 + minute})


def _either_half(hour: int, minute: int) -> frozenset[int]:
    return frozenset({hour % 12 * 60 + minute, (hour % 12 + 12) * 60 + minute})


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].casefold()) + 1


def _year(digits: str | None) -> int | None:
    if not digits:
        return None
    return int(digits) if len(digits) == 4 else 2000 + int(digits)
