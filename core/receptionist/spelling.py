"""The plain spelling in which texts are searched for signs: folded, small typos mended. Pure.

Whoever searches names the words that a slip must not hide; a `Spelling` is that table, and `plain` brings a text to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

#: Letters of a text that are read: more than the longest SMS has, and a bound for what a hostile one may cost.
_LONGEST = 2000
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_OTHER = re.compile(r"[^a-z0-9.,!?;\n]+")
_WORD = re.compile(r"[a-z]+")
_CANNOT = re.compile(r"\b(?:can not|cannot|can t)\b")
_SELF = re.compile(r"\b(my|him|her|them) (self|selves)\b")


class Spelling:
    """Words whose misspelling must not hide a sign: one slip is forgiven, never in the first letter."""

    def __init__(
        self,
        words: Iterable[str],
        *,
        real: Iterable[str] = (),
        slips: Mapping[str, str] | None = None,
        shortest: int = 5,
    ) -> None:
        """`real`: words of the language that lie one slip from one of `words`. `slips`: known misspellings.

        Of fewer letters than `shortest` a word is one slip from too many others.
        """
        self._shortest = shortest
        self._known = frozenset(words) | frozenset(real)
        self._slips = dict(slips or {})
        self._by_letter: dict[str, list[str]] = {}
        for word in words:
            self._by_letter.setdefault(word[0], []).append(word)

    def plain(self, text: str) -> str:
        """Lower case, no accents or apostrophes, "cannot" as "cant", letters drawn out made short, single spaces."""
        folded = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
        letters = "".join(letter for letter in folded if not unicodedata.combining(letter))
        letters = _DRAWN_OUT.sub(r"\1", _APOSTROPHES.sub("", letters))
        words = _WORD.sub(lambda word: self._mended(word.group()), _OTHER.sub(" ", letters))
        return _CANNOT.sub("cant", _SELF.sub(r"\1\2", words)).strip()

    def _mended(self, word: str) -> str:
        if word in self._slips:
            return self._slips[word]
        near = self._by_letter.get(word[0])
        if near is None or len(word) < self._shortest or word in self._known:
            return word
        found = extractOne(word, near, scorer=OSA.distance, score_cutoff=1)
        return found[0] if found else word
