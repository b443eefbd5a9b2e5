"""The clinic's menu, as a text names it: which service a price or a length of time in a sentence belongs to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.receptionist.guard.legible import folded, legible
from deskbell.clinic import Clinic, Service

#: Between a figure and the service it is for: "$13 per unit for Botox", "a 45-minute HydraFacial".
_FOR = re.compile(r"(?:-|\s|per \w+|an? (?:\w+ )?|for|of|on|the|your|our|each|is what|gets you)*", re.IGNORECASE)
#: In a longer stretch, a figure is no longer about the service before it.
_NEAR = 120


@dataclass(frozen=True, slots=True)
class Menu:
    """Names and aliases of the services, longest first."""

    services: tuple[Service, ...]
    named: Mapping[str, Service]
    pattern: re.Pattern[str]

    @classmethod
    def of(cls, clinic: Clinic) -> Menu:
        named: dict[str, Service] = {}
        for service in clinic.services:
            for name in (service.name, *service.aliases):
                named.setdefault(folded(legible(name)), service)
        longest = sorted(named, key=len, reverse=True)
        return cls(
            clinic.services,
            named,
            re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?=e?s?(?!\w))", re.IGNORECASE),
        )

    def mentions(self, text: str) -> list[tuple[int, int, Service]]:
        """The services that a legible text names, with begin and end."""
        return [(*one.span(), self.named[one.group().casefold()]) for one in self.pattern.finditer(text)]

    def owner(self, text: str, begin: int, end: int) -> Service | None:
        """The service that a figure at this place is about: the one right behind it, else the last one before it."""
        low, high = bounds(text, begin)
        named = self.mentions(text[low:high])
        for start, _, service in named:
            if low + start >= end and _FOR.fullmatch(text, end, low + start):
                return service
        before = [(low + stop, service) for _, stop, service in named if low + stop <= begin]
        return before[-1][1] if before and begin - before[-1][0] < _NEAR else None


def bounds(text: str, place: int) -> tuple[int, int]:
    """Begin and end of the sentence around a place; a point inside a figure or after a title ends none."""
    low = max((one.end() for one in _END.finditer(text, 0, place)), default=0)
    high = _END.search(text, place)
    return low, high.end() if high else len(text)


_END = re.compile(r"(?<!\bdr)(?<!\bmr)(?<!\bms)[.!?]+(?=\s|$)|\n+", re.IGNORECASE)
