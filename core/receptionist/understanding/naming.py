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
    found = _corrected(text, not_names, known) or (_listed(text, not_names) if facts else None)
    found = found or _replied(text, not_names, pending)
    return [found] if found else []


def _corrected(text: str, not_names: frozenset[str], known: Known) -> Name | None:
    """ "I mean Mark White", after "Mark Wite": close to the name that is known, and so meant for it."""
    star = len(text) - len(text.lstrip(" *"))
    said = name_in_reply(text[star:], not_names, wants="name") if known.first_name else None
    said = replace(said, start=said.start + star, end=said.end + star) if said else None
    if said is None or f"{said.first} {said.last}".strip().casefold() in known.full_name.casefold():
        return None
    if said.last:
        near = _close(said.first, known.first_name) or _close(said.last, known.last_name)
        return said if near else None
    if _close(said.first, known.last_name):
        return replace(said, first="", last=said.first)
    return replace(said, last=known.last_name) if _close(said.first, known.first_name) else None


def _close(said: str, known: str) -> bool:
    """The same but for a slip, or two in a long name: "Maya" is no slip of "Dana"."""
    slips = 1 if len(known) < 6 else 2
    return bool(known) and OSA.distance(said.casefold(), known.casefold()) <= slips


def _listed(text: str, not_names: frozenset[str]) -> Name | None:
    """ "Dana Cole, botox, first time": a whole name with capitals, alone between commas."""
    for found in re.finditer(r"[^,\n]+", text) if "," in text else ():
        name = _whole_name(found, not_names)
        if name and not words(text[name.end : found.end()]):
            return name
    return None


def _whole_name(found: re.Match[str], not_names: frozenset[str]) -> Name | None:
    """First and last with capitals, at the beginning of a stretch of the text."""
    name = name_in_reply(found.group(), not_names, wants="name")
    if name is None or not name.last:
        return None
    typed = found.group()[name.start : name.end].split()
    if not (typed[0][0].isupper() and typed[-1][0].isupper()):
        return None
    return replace(name, start=name.start + found.start(), end=name.end + found.start())


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
    """ "Ok sign me up, Hal Reed": a whole name with capitals that begins a stretch of the text."""
    stretches = (_whole_name(found, not_names) for found in re.finditer(r"[^,.;!?\n]+", text))
    return next((name for name in stretches if name), None)


def _nothing_else(line: str, name: Name) -> bool:
    """A name and no more: of two words, or written with a capital."""
    whole = not words(plain(line[: name.start] + line[name.end :]))
    return whole and (bool(name.first and name.last) or line[name.start].isupper())
