"""Cuts what may go no further out of a text, a clause or a sentence at a time; the rest stays as it was written."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

_SENTENCE_END = re.compile(r"[!?;\n\r…]+\s*|(?<!\bdr)(?<!\bmr)(?<!\bms)(?<!\bmrs)\.+(?=\s|$)\s*", re.IGNORECASE)
_CLAUSE_END = re.compile(
    r"\s*,\s*|\s+[-–—]+\s+|\s*[()|/]\s*"
    r"|\s+(?:and|but|so|also|plus|because|cuz|cause|bc|though|although|while|which|then|pero|y|tambien|también)\s+"
    r"|\s+(?=(?:can|could|may|would|will|do|does|is|are) (?:i|we|u|you|it|that|this|there|someone)\b)",
    re.IGNORECASE,
)
_JOINTS = re.compile(r"^(?:\s*(?:[,.;:|/)\-–—]|(?:and|but|so|also|plus|because|then|y|pero)\b))+\s*", re.IGNORECASE)

_BLANKS = re.compile(r"[^\S\n]{2,}")
#: Letters of a text that a rule reads; what stands behind them was not looked at and goes no further.
READ = 2000

Holds = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some words, with what stands before them."""

    joint: str
    words: str


class Passages:
    """Cuts by a rule: `holds` says whether words may not go on, `goes_on` whether a clause belongs to a cut one.

    With `across`, the first clause of the next sentence may still belong to it.
    """

    def __init__(self, holds: Holds, goes_on: Callable[[str, str], bool], *, across: bool = False) -> None:
        self._holds = holds
        self._goes_on = goes_on
        self._across = across

    def without(self, text: str) -> str | None:
        """What is left of the text, perhaps nothing; None when all of it may go on.

        What is left never holds anything: where clauses do not suffice a sentence goes, and else the whole text.
        """
        text, whole = _BLANKS.sub(" ", text[:READ]), text
        if not self._holds(text):
            return text if len(whole) > READ else None
        kept: list[_Piece] = []
        cut = ""
        for piece in _pieces(_SENTENCE_END, text):
            left, cut = self._sentence(piece, cut)
            kept.append(left)
        rest = _joined(kept)
        if rest and self._holds(rest):
            rest = _joined([piece for piece in _pieces(_SENTENCE_END, text) if not self._holds(piece.words)])
        return "" if self._holds(rest) else rest

    def _sentence(self, sentence: _Piece, before: str) -> tuple[_Piece, str]:
        """What may go on of a sentence, and the clause that was cut at its end, if one was."""
        cut = before if self._across else ""
        held = self._holds(sentence.words)
        if not held and not cut:
            return sentence, ""
        pieces = _pieces(_CLAUSE_END, sentence.words)
        kept: list[_Piece] = []
        for piece in pieces:
            if self._holds(piece.words) or (cut and piece.words.strip() and self._goes_on(cut, piece.words)):
                cut = piece.words
            else:
                kept.append(piece)
                cut = "" if piece.words.strip() else cut
        if not held and len(kept) == len(pieces):
            return sentence, cut
        rest = _joined(kept)
        if len(kept) == len(pieces) or self._holds(rest):
            return _Piece(sentence.joint, ""), sentence.words
        return _Piece(sentence.joint, rest), cut


def _pieces(ends: re.Pattern[str], text: str) -> list[_Piece]:
    pieces, start, joint = [], 0, ""
    for found in ends.finditer(text):
        pieces.append(_Piece(joint, text[start : found.start()]))
        joint, start = found.group(), found.end()
    return [*pieces, _Piece(joint, text[start:])]


def _joined(pieces: list[_Piece]) -> str:
    """The pieces that have words, with what stood between them; nothing dangles at either end."""
    kept = [piece for piece in pieces if piece.words.strip()]
    if not kept:
        return ""
    first, *others = kept
    text = first.words + "".join(piece.joint + piece.words for piece in others)
    last = pieces[-1]
    closing = last.joint.strip() if not last.words.strip() and pieces[-2:-1] == kept[-1:] else ""
    return _JOINTS.sub("", text).strip() + closing
