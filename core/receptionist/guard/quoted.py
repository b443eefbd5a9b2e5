"""The values that a text quotes: money, times, dates, links, phone numbers. Compared as values, not as spellings.

Pure. "9am", "9:00 AM" and "09:00" are one time; "$1,200" and "1200 dollars" one amount.
"""

from __future__ import annotations

import re

#: Year and month are None where a text leaves them open.
Day = tuple[int | None, int | None, int]

_AMOUNT = r"(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?\s?(k)?(?![\d%])"
_MONEY = re.compile(
    rf"(?:\$|\busd\s?)\s?{_AMOUNT}"
    rf"|\b{_AMOUNT}\s?(?:dollars?|bucks|usd)\b"
    rf"|\b{_AMOUNT}\s?(?:-|–|to|or)\s?\d[\d,.]*\s?(?:dollars?|bucks|usd)\b",
    re.IGNORECASE,
)
#: The second of "$13-15"; the first is found above.
_UP_TO = re.compile(
    rf"\$[\d,.]+\s?(?:-|–|—|to|or|and)\s?{_AMOUNT}(?!\s?(?:[ap]\.?m\b|units?|min|days?|weeks?|sessions?))",
    re.IGNORECASE,
)
_SPELLED_MONEY = re.compile(
    r"\b(?:(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|thousand|and|a)[ -]){1,10}(?:dollars|bucks)\b",
    re.IGNORECASE,
)
_FREE = re.compile(
    r"\bfor free\b|\bfree of charge\b|\b(?:no|without) (?:extra )?(?:charge|cost|fee)\b|\bcomplimentary\b"
    r"|\bfree (?:consult\w*|exam\w*|visit|parking|treatment|session|whitening|cleaning)\b"
    r"|\b(?:is|are|it's|completely|totally) free\b(?! (?:on|at|to|for|time|tomorrow|today|\w+day))",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"\b(\d+(?:\.\d+)?)\s?(?:%|percent\b)", re.IGNORECASE)

_TIME = re.compile(
    r"(?<![\d:.$/])(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?::\d{2})?\s?(?P<half>[ap])\.?\s?m\b"
    r"|(?<![\d:.$/])(?P<hour24>\d{1,2}):(?P<minute24>\d{2})(?::\d{2})?(?!\d)"
    r"|\b(?P<word>noon|midday|midnight)\b",
    re.IGNORECASE,
)
_HOUR = r"(?<![\d:.$/])(\d{1,2})(?::(\d{2}))?"
_WEEKDAY = r"(?:mon|tues?|wed|thu|thurs?|fri|sat|sun|\w+days?)"
_BARE_HOUR = re.compile(
    rf"\b(?:at|by|until|till|before|after|around|from|about)\s{_HOUR}"
    r"(?=\s*(?:[.,;!?)]|$|-|–|(?:to|and|or|on|this|next|tomorrow|today|tonight|sharp|\w+day)\b))"
    rf"|{_HOUR}\s?o'?clock"
    rf"|{_HOUR}\s?(?:-|–|to|until|till|and)\s?(?=\d{{1,2}}(?::\d\d)?\s?[ap]\.?m\b)"
    rf"|\b(?:open|hours|daily|{_WEEKDAY})[:,]?\s(?:from )?{_HOUR}\s?(?:-|–|to)\s?{_HOUR}(?![\d%])"
    r"(?!\s?(?:days?|weeks?|months?|hours?|minutes?|min|units?))",
    re.IGNORECASE,
)

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)"
)
_NTH = r"(?:st|nd|rd|th)"
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})")
_SLASHED = re.compile(r"(?<![\d/])(0?[1-9]|1[0-2])/([0-2]?\d|3[01])(?:/(\d{4}|\d{2}))?(?![\d/])")
_FRACTIONS = {(1, 2), (1, 3), (1, 4), (2, 3), (3, 4)}
_MONTH_DAY = re.compile(rf"\b{_MONTH}\.?\s(\d{{1,2}}){_NTH}?\b(?!:\d|\s?[ap]\.?m\b)(?:,?\s(\d{{4}}))?", re.IGNORECASE)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}}){_NTH}?\s(?:of\s)?{_MONTH}\b(?:,?\s(\d{{4}}))?", re.IGNORECASE)
_NTH_DAY = re.compile(rf"\bthe (\d{{1,2}}){_NTH}\b(?! (?:floor|street|st\b|ave|time|visit|session|syringe|molar))")

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"']+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}\b"
    r"|(?<![\w.-])(?:[a-z0-9-]{1,63}\.){1,5}"
    r"(?:com|net|org|io|co|us|biz|info|app|link|ly|me|health|clinic|example)\b(?:/[^\s<>\"']*)?",
    re.IGNORECASE,
)
_PHONE = re.compile(
    r"\+\d[\d\-.() ]{6,}\d"
    r"|(?<!\d)(?:1[-. ]?)?\(?\d{3}\)?[-. ]?\d{3}[-. ]?\d{4}(?!\d)"
    r"|(?<!\d)\d{3}[-.]\d{4}(?!\d)|(?<!\d)\d{7,}"
)
_SHORT_NUMBER = re.compile(
    r"\b(?:call|dial|text|phone|ring)(?: or (?:call|text))? (\d{3,6})\b(?![-.\d])", re.IGNORECASE
)


def cents(text: str) -> list[int]:
    """Amounts of money, in cents."""
    found = [match.groups() for pattern in (_MONEY, _UP_TO) for match in pattern.finditer(text)]
    amounts = [groups[at : at + 3] for groups in found for at in range(0, len(groups), 3) if groups[at]]
    return [(int(whole.replace(",", "")) * 100 + int(part or 0)) * (1000 if k else 1) for whole, part, k in amounts]


def spelled_money(text: str) -> list[str]:
    """Amounts in words, as written, lower case: ``two hundred dollars``."""
    return [found.group().casefold() for found in _SPELLED_MONEY.finditer(text)]


def says_free(text: str) -> bool:
    """Whether something is said to cost nothing ("feel free" is not that)."""
    return _FREE.search(text) is not None


def percents(text: str) -> list[str]:
    """Percentages, as digits."""
    return _PERCENT.findall(text)


def times(text: str) -> list[frozenset[int]]:
    """Times, each as the minutes of the day that it may mean: "at 5" is 5 in the morning or in the afternoon."""
    named = [_clock(found) for found in _TIME.finditer(text)]
    for found in _BARE_HOUR.finditer(text):
        groups = found.groups()
        pairs = [(int(groups[at]), int(groups[at + 1] or 0)) for at in range(0, len(groups), 2) if groups[at]]
        named += [_either_half(hour, minute) for hour, minute in pairs if 1 <= hour <= 12]
    return named


def days(text: str) -> list[Day]:
    """Calendar dates."""
    named: list[Day] = [(int(year), int(month), int(day)) for year, month, day in _ISO.findall(text)]
    for month, day, year in _SLASHED.findall(text):
        if year or (int(month), int(day)) not in _FRACTIONS:
            named.append((_year(year), int(month), int(day)))
    named += [(_year(year), _month(month), int(day)) for month, day, year in _MONTH_DAY.findall(text)]
    named += [(_year(year), _month(month), int(day)) for day, month, year in _DAY_MONTH.findall(text)]
    return named + [(None, None, int(day)) for day in _NTH_DAY.findall(text)]


def links(text: str) -> list[str]:
    """Links and mail addresses, without scheme, ``www.`` and closing punctuation."""
    found = (match.group().casefold() for match in _LINK.finditer(text))
    return [re.sub(r"^(?:https?://)?(?:www\.)?", "", link).rstrip("/.,;:!?)]") for link in found]


def phones(text: str) -> list[str]:
    """Phone numbers as digits, and the short ones that a text says to call."""
    rest = _ISO.sub(" ", _LINK.sub(" ", text))
    return [re.sub(r"\D", "", found.group()) for found in _PHONE.finditer(rest)] + _SHORT_NUMBER.findall(rest)


def _clock(found: re.Match[str]) -> frozenset[int]:
    if found["word"]:
        return frozenset({0 if found["word"].casefold() == "midnight" else 720})
    if found["half"]:
        hour = int(found["hour"]) % 12 + (12 if found["half"] in "pP" else 0)
        return frozenset({hour * 60 + int(found["minute"] or 0)})
    hour, minute = int(found["hour24"]), int(found["minute24"])
    return _either_half(hour, minute) if 1 <= hour <= 12 else frozenset({hour % 24 * 60 + minute})


def _either_half(hour: int, minute: int) -> frozenset[int]:
    return frozenset({hour % 12 * 60 + minute, (hour % 12 + 12) * 60 + minute})


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].casefold()) + 1


def _year(digits: str) -> int | None:
    if not digits:
        return None
    return int(digits) if len(digits) == 4 else 2000 + int(digits)
