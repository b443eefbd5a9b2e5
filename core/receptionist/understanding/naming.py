"""Whose name a text gives: announced, put right, at the head of a list of facts, or in reply to our question."""

from __future__ import annotations

import re
from dataclasses import replace

from rapidfuzz.distance import OSA

from core.receptionist.facts import Known
from core.receptionist.memory import Pending
from core.receptionist.understanding import replies
from core.receptionist.understanding.names import Name, find_names, name_in_reply
from core.receptionist.understanding.words import plain, words

NAME_FIELDS = ("name", "first_name", "last_name")


def names_said(text: str, not_names: frozenset[str], pending: Pending, known: Known, *, facts: bool) -> list[Name]:
    """Every name, in order. `facts`: the text tells other things, so that a list may begin with a name."""
    announced = find_names(text, plain(text), not_names)
    if announced:
        return announced
    found = _corrected(text, not_names, known) or (_heading(text, not_names) if facts else None)
    found = found or _replied(text, not_names, pending)
    return [found] if found else []


def _corrected(text: str, not_names: frozenset[str], known: Known) -> Name | None:
    """ "I mean Mark White", after "Mark Wite": close to the name that is known, and so meant for it."""
    said = name_in_reply(text, not_names, wants="name") if known.first_name else None
    if said is None or f"{said.first} {said.last}".strip().casefold() in known.full_name.casefold():
        return None
    if said.last:
        near = _close(said.first, known.first_name) or _close(said.last, known.last_name)
        return said if near else None
    if _close(said.first, known.last_name):
        return replace(said, first="", last=said.first)
    return replace(said, last=known.last_name) if _close(said.first, known.first_name) else None


def _close(said: str, known: str) -> bool:
    """The same but for a slip or two."""
    slips = 1 if len(known) < 4 else 2
    return bool(known) and OSA.distance(said.casefold(), known.casefold()) <= slips


def _heading(text: str, not_names: frozenset[str]) -> Name | None:
    """ "Dana Cole, botox, first time": a whole name with capitals, alone before the first comma."""
    head, comma, _ = text.partition(",")
    name = name_in_reply(head, not_names, wants="name") if comma else None
    if name is None or not name.last or not all(part[0].isupper() for part in head.split()):
        return None
    return name if _nothing_else(head, name) else None


def _replied(text: str, not_names: frozenset[str], pending: Pending) -> Name | None:
    """In a short reply to our question; to an earlier one, when it is a name and no more."""
    asked = [one for one in (pending.field, *pending.earlier) if one in NAME_FIELDS]
    if not asked:
        return None
    start = 0
    for line in text.split("\n"):
        reply = None if replies.is_filler(plain(line)) else name_in_reply(line, not_names, wants=asked[0])
        if reply and pending.field not in NAME_FIELDS and not _nothing_else(line, reply):
            return None
        if reply:
            return replace(reply, start=reply.start + start, end=reply.end + start)
        start += len(line) + 1
    return _segment(text, not_names)


def _segment(text: str, not_names: frozenset[str]) -> Name | None:
    """ "Ok sign me up, Hal Reed": a whole name with capitals that stands by itself."""
    for found in re.finditer(r"[^,.;!?\n]+", text):
        name = name_in_reply(found.group(), not_names, wants="name")
        capitals = all(part[0].isupper() for part in found.group().split())
        if name and name.last and capitals and _nothing_else(found.group(), name):
            return replace(name, start=name.start + found.start(), end=name.end + found.start())
    return None


def _nothing_else(line: str, name: Name) -> bool:
    """A name and no more: of two words, or written with a capital."""
    whole = not words(plain(line[: name.start] + line[name.end :]))
    return whole and (bool(name.first and name.last) or line[name.start].isupper())
