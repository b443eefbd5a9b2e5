"""Every value that a legible text quotes, each read once and in the kind it is written as."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from core.receptionist.guard import addresses, moments, money

#: What amounts of treatment are counted in; a number of these is a dose or a plan, however small.
_COUNTED = (
    r"(unit|syringe|vial|session|treatment|visit|appointment|tooth|teeth|area|injection|shot|pill|tablet|capsule|dose|"
    r"crown|implant|filling|veneer|cc|ml|mg|mcg|cm|mm|cup|drop|spf|time|patient|client|review|star|provider|"
    r"location)s?"
)
_COUNT = re.compile(rf"(?<![\d.$])(\d+)(?:\s?(?:-|to|or|and)\s?(\d+))?[ -]?(?:\w+ )?{_COUNTED}\b", re.IGNORECASE)
_PERCENT = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)\s?(?:%|percent\b|pct\b)", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?:st|nd|rd|th)?(?!\d)")
_AROUND_THE_CLOCK = re.compile(r"\b24/7\b")
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class Quoted:
    """What stands in a text, with its places."""

    links: tuple[str, ...]
    phones: tuple[str, ...]
    amounts: tuple[money.Amount, ...]
    percents: tuple[str, ...]
    days: tuple[tuple[moments.Day, int], ...]
    times: tuple[tuple[frozenset[int], int], ...]
    lengths: tuple[tuple[int, int], ...]
    #: Numbers of things that treatment is counted in, e.g. ``("20", "unit")``.
    counts: tuple[tuple[str, str], ...]
    #: Numbers of no kind.
    numbers: tuple[str, ...]


def read(text: str) -> Quoted:
    """Reads a legible text; what was read as one kind is not read again as another."""
    rest = _AROUND_THE_CLOCK.sub("    ", text)
    links, rest = _taken(rest, addresses.links(rest))
    amounts = money.amounts(rest)
    rest = _blank(rest, ((one.start, one.end) for one in amounts))
    iso, rest = _taken(
        rest, [one for one in moments.days(rest) if len(one[1].group()) >= 8 and one[1].group()[0].isdigit()]
    )
    phones, rest = _taken(rest, addresses.phones(rest))
    percents, rest = _taken(rest, [(found[1], found) for found in _PERCENT.finditer(rest)])
    days, rest = _taken(rest, moments.days(rest))
    lengths, rest = _taken(rest, moments.lengths(rest))
    counts, rest = _taken(
        rest,
        [
            ((number, found[3].casefold()), found)
            for found in _COUNT.finditer(rest)
            for number in found.groups()[:2]
            if number
        ],
    )
    times, rest = _taken(rest, moments.times(rest))
    return Quoted(
        links=tuple(value for value, _ in links),
        phones=tuple(value for value, _ in phones),
        amounts=tuple(amounts),
        percents=tuple(value for value, _ in percents),
        days=(*iso, *days),
        times=times,
        lengths=lengths,
        counts=tuple(value for value, _ in counts),
        numbers=tuple(re.sub(r"(?:st|nd|rd|th)$|,", "", found.group()) for found in _NUMBER.finditer(rest)),
    )


def _taken(text: str, found: list[tuple[_Value, re.Match[str]]]) -> tuple[tuple[tuple[_Value, int], ...], str]:
    """The values with their places, and the text without them."""
    values = tuple((value, match.start()) for value, match in found)
    return values, _blank(text, (match.span() for _, match in found))


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with spaces for what was read, so that places stay."""
    for begin, end in spans:
        text = text[:begin] + " " * (end - begin) + text[end:]
    return text
