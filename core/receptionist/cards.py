"""Cuts payment card numbers out of a text before anybody, the database included, sees it.

A card is 13 to 19 digits (ISO/IEC 7812) that pass the Luhn check: in any spacing and any script, with letters that look
like digits, small words, emoji or spelled-out digits among them. Phone numbers never count. What stands directly beside
a card (expiry, security code) goes too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers

#: What stands in the text where a card stood.
CUT = "[card number removed]"

_SHORTEST, _LONGEST = 13, 19
_SPELLED = {
    word: str(value)
    for value, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
} | {"oh": "0"}
_SPELLED |= {
    word: str(value)
    for value, word in enumerate(["cero", "uno", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"])
}
#: Letters that stand among digits for the digit they look like: "4O12".
_LOOKALIKES = str.maketrans("oOlI", "0011")
_PIECE = re.compile(
    r"(?<![^\W\d_])[oOlI]?\d(?:[\doOlI]*\d)?(?:[oOlI]+(?![^\W_]))?"
    rf"|(?i:(?<!last )(?<!first )\b(?:{'|'.join(_SPELLED)})\b)"
)
_MARKS = (
    r"[\s\u200b-\u200d\u2060\ufeff.\-‐‑‒–—―_·•*/|+~=>#\ufe0e\ufe0f\u20e3\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff"
    r"\U0001f000-\U0001faff]"
)
_FILLERS = (
    r"(?:and|then|next|dash|space|hyphen|dot|followed|by|(?:last|first)(?: four)?|second|third|digits|are|is|the|rest)"
)
_GAP = re.compile(
    rf"{_MARKS}{{0,12}}(?:[,:;]?{_MARKS}{{0,4}}\b{_FILLERS}\b[,:;]?{_MARKS}{{0,4}}){{0,5}}", re.IGNORECASE
)
#: Ten digits in the North American shape, where separators show the shape or the digits stand alone.
_PHONE = re.compile(
    r"(?<!\d)(?:\+?1[-. ]{0,2})?"
    r"(?:\([2-9]\d{2}\)[-. ]{0,2}[2-9]\d{2}[-. ]{0,2}|[2-9]\d{2}[-. ]{1,2}[2-9]\d{2}[-. ]{1,2}|[2-9]\d{2}[2-9]\d{2})"
    r"\d{4}(?!\d)"
)
#: Digits beside a phone number that may be an extension; more than these make it a card after all.
_EXTENSION = 4

_EXPIRY = r"(?:0?[1-9]|1[0-2])\s?[/\-. ]\s?(?:20\d\d|\d\d)"
_LABEL = r"(?:exp(?:iry|ires|iration|ire|\.)?(?: date)?|valid (?:thru|through)|cvv2?|cvc2?|csc|cid|security code|code)"
_JOINT = r"[\s,.;:/|()\-]*(?:(?:and|with|is|the|my|its|it's)\s+)*"
_BESIDE_AFTER = re.compile(
    rf"{_JOINT}(?:{_LABEL}[\s:#.=]*(?:is\s+)?(?:{_EXPIRY}|\d{{3,4}})|{_EXPIRY}|\d{{3,4}})(?![\d:])\)?", re.IGNORECASE
)
_BESIDE_BEFORE = re.compile(
    rf"(?:{_LABEL}[\s:#.=]*(?:is\s+)?(?:{_EXPIRY}|\d{{3,4}})|(?<!\d){_EXPIRY})[\s,.;:/|()\-]*$", re.IGNORECASE
)


_DIGITS = re.compile(rf"\d(?:{_MARKS}{{0,4}}\d)*")


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some digits of the text, and where they stand."""

    start: int
    end: int
    digits: str


def cut_cards(text: str) -> tuple[str, bool]:
    """Returns the text with `CUT` in place of every card, and whether there was one."""
    kept: list[str] = []
    done = 0
    for start, end in _cards(text):
        before = _BESIDE_BEFORE.sub("", text[done:start])
        kept += [before, CUT]
        done = _end_of_beside(text, end)
    return "".join([*kept, text[done:]]), done > 0


def split_card(texts: Sequence[str]) -> bool:
    """Whether a card only shows when texts sent one after the other are read as one."""
    return len(texts) > 1 and not any(cut_cards(text)[1] for text in texts) and cut_cards(" ".join(texts))[1]


def cut_digits(text: str) -> str:
    """A text that holds a part of a card, with `CUT` in place of all its digits."""
    return _DIGITS.sub(CUT, text)


def is_luhn(digits: str) -> bool:
    """The check of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _cards(text: str) -> list[tuple[int, int]]:
    phones = [match.span() for match in _PHONE.finditer(text)]
    found: list[tuple[int, int]] = []
    for run in _runs(text):
        first = 0
        while first < len(run):
            last = _longest_card(text, run, first, phones)
            if last is None:
                first += 1
            else:
                found.append((run[first].start, run[last].end))
                first = last + 1
    return found


def _runs(text: str) -> list[list[_Piece]]:
    """Pieces of digits with nothing but gaps between them."""
    runs: list[list[_Piece]] = []
    for match in _PIECE.finditer(text):
        piece = _Piece(match.start(), match.end(), _digits(match.group()))
        if runs and _GAP.fullmatch(text, runs[-1][-1].end, piece.start):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return runs


def _digits(written: str) -> str:
    """Plain digits, from whatever they were written with."""
    spelled = _SPELLED.get(written.casefold())
    return spelled or "".join(str(unicodedata.digit(one)) for one in written.translate(_LOOKALIKES))


def _longest_card(text: str, run: list[_Piece], first: int, phones: list[tuple[int, int]]) -> int | None:
    """Index of the last piece of the longest card that begins with piece `first`."""
    digits, best = "", None
    for last in range(first, len(run)):
        digits += run[last].digits
        if len(digits) > _LONGEST:
            break
        if len(digits) >= _SHORTEST and is_luhn(digits) and not _is_phone(text, run[first : last + 1], phones):
            best = last
    return best


def _is_phone(text: str, pieces: list[_Piece], phones: list[tuple[int, int]]) -> bool:
    """Whether these digits are phone numbers, but for an extension: two in a row, or one with a country code."""
    start, end = pieces[0].start, pieces[-1].end
    outside = [piece for piece in pieces if not any(low <= piece.start and piece.end <= high for low, high in phones)]
    others = sum(len(piece.digits) for piece in outside)
    return others <= _EXTENSION or _is_international(text, start, end)


def _is_international(text: str, start: int, end: int) -> bool:
    written = text[max(0, start - 1) : end].lstrip(" (")
    if not written.startswith(("+", "011", "00")):
        return False
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, "US"))
    except phonenumbers.NumberParseException:
        return False


def _end_of_beside(text: str, end: int) -> int:
    """Where the expiry and security code that follow a card end: at most three of them."""
    for _ in range(3):
        beside = _BESIDE_AFTER.match(text, end)
        if beside is None:
            break
        end = beside.end()
    return end
