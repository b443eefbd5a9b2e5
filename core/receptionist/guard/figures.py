"""Numbers in words, as digits: "two hundred dollars" is "200 dollars", "one-fifty" is "150", "five five five" is "
""555"."""

from __future__ import annotations

import re

_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | {"oh": 0}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"],
        start=2,
    )
} | {"fourty": 40}
_SCALES = {"hundred": 100, "thousand": 1000, "dozen": 12}
_ANY = "|".join(sorted((*_UNITS, *_TENS, *_SCALES), key=len, reverse=True))
_RUN = re.compile(
    rf"\b(?:(?:an? |half an? )?(?:{_ANY})|\d{{1,4}}(?= (?:hundred|thousand|dozen)\b))(?:(?:[ -]|"
    rf" and )(?:{_ANY})){{0,12}}\b",
    re.IGNORECASE,
)
_ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
            "eleventh",
            "twelfth",
            "thirteenth",
            "fourteenth",
            "fifteenth",
            "sixteenth",
            "seventeenth",
            "eighteenth",
            "nineteenth",
            "twentieth",
        ],
        start=1,
    )
} | {"thirtieth": 30}
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|"
    "aug|sept?|oct|nov|dec"
)
_NTH = rf"(?:(twenty|thirty)[ -])?({'|'.join(_ORDINALS)})"
_ORDINAL = re.compile(
    rf"\b(?P<before>(?:{_MONTHS})\.? (?:the )?){_NTH}\b|\bthe (?:(twenty|"
    rf"thirty)[ -])?({'|'.join(_ORDINALS)})(?P<after>(?: of)? (?:{_MONTHS})\b)|\b(?P<on>on the ){_NTH}(?=[,.!?;]|$)",
    re.IGNORECASE,
)
#: "one" is a number before these and a pronoun before all others.
_MEASURED = re.compile(
    r"\s?-?(?:dollars?|bucks?|percent|%|o'?clock|[ap]\.?m\b|hours?|minutes?|days?|weeks?|months?|years?|units?|"
    r"syringes?|sessions?|thirty|fifteen|k\b)",
    re.IGNORECASE,
)
_AT = re.compile(r"\b(?:at|by|until|till|before|after|around|past|to|from)\s$", re.IGNORECASE)
_CLOSES = re.compile(r"\s*(?:[,.!?;)]|$)")


def in_digits(text: str) -> str:
    """The text with its number words as digits. A lone "one" stays unless it measures something or tells a time."""
    text = _ORDINAL.sub(_nth, text)

    def written(found: re.Match[str]) -> str:
        words = found.group()
        if words.casefold() in ("one", "oh", "a one") and not _is_number(text, found):
            return words
        value = _value(re.findall(r"[a-z]+|\d+", words.casefold()))
        return value if value is not None else words

    return _RUN.sub(written, text)


def _is_number(text: str, found: re.Match[str]) -> bool:
    if found.group().casefold() == "oh":
        return False
    told = _AT.search(text, max(0, found.start() - 10), found.start()) and _CLOSES.match(text, found.end())
    return bool(_MEASURED.match(text, found.end()) or told)


def _nth(found: re.Match[str]) -> str:
    words = [group.casefold() for group in found.groups() if group]
    value = sum(_TENS.get(word, 0) + _ORDINALS.get(word, 0) for word in words)
    head = found["before"] or found["on"] or "the "
    return f"{head}{value}th{found['after'] or ''}"


def _value(words: list[str]) -> str | None:
    """Digits of a run of number words, read as people say them."""
    half = "half" in words
    words = [word for word in words if word not in ("and", "a", "an", "half")]
    if len(words) > 1 and all(word in _UNITS and _UNITS[word] < 10 for word in words):
        return "".join(str(_UNITS[word]) for word in words)
    total, part, said = 0, 0, ""
    for word in words:
        if word in _SCALES:
            scale = _SCALES[word]
            part = (part or 1) * scale
            if scale >= 1000:
                total, part = total + part, 0
        else:
            value = int(word) if word.isdigit() else _UNITS.get(word, _TENS.get(word, 0))
            part = _joined(part, value, said)
        said = word
    whole = total + part
    return str(whole // 2 if half else whole)


def _joined(part: int, value: int, before: str) -> int:
    """ "hundred five" adds, "twenty five" adds, "two fifty" and "nineteen ninety" stand side by side."""
    if not part:
        return value
    if before in _SCALES or (before in _TENS and value < 10):
        return part + value
    return part * 100 + value
