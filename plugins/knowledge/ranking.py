"""Ranks entries by the words they share with a question: BM25 over stems, typos forgiven, scores from 0 to 1.

A score is the share of the question's weight that an entry covers: rare words weigh more (inverse document
frequency), a word in a wording of the entry's question counts in full, one in its text for less. Among entries that
cover the same, the one whose wording is closest to the question wins. Deterministic.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence

from rapidfuzz.distance import OSA

from plugins.knowledge.texting import spelt_out

#: BM25: how soon more of the same word stops to matter, and how much longer texts are held back.
_K1, _B = 1.2, 0.5
#: A word in a heading or a further wording counts as often in the text.
_IN_QUESTION = 4
#: Weight of a misspelt word against a right one.
_MISSPELT = 0.85
#: Share of a score that depends on how close the whole question is to a wording.
_CLOSENESS = 0.2

_STOP = frozenset(
    re.findall(
        r"\w+",
        """
        a about after all am an and any anybody anyone anything are arent as ask at be been but by can cant could do
        does doesnt doing dont for from get gonna got had has have havent having he hello her here hey hi his how i id
        if ill im in into is isnt it its ive just kind know let like me might mine my need no not of off ok okay on one
        or our please pls should so some sort still tell than thank thanks that thats the their them then there theres
        these they thing this those to too u up ur us very want wanna was wasnt we were weve what whats when where which
        while who whos why will with wondering would yall yes you your youre
        """,
    )
)


def words(text: str) -> list[str]:
    """The words of a text, lower case, without accents and apostrophes."""
    folded = unicodedata.normalize("NFKD", re.sub(r"['’]", "", text.casefold()))
    return re.findall(r"[a-z0-9]+", "".join(letter for letter in folded if not unicodedata.combining(letter)))


def stem(word: str) -> str:
    """Takes off plural, -ing, -ed, -ment and -ation; lightly, and the same way for questions and notes."""
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        word = word[:-1]
    for ending, least in (("ation", 9), ("ment", 8), ("ing", 6), ("ed", 6)):
        if word.endswith(ending) and len(word) >= least:
            word = word[: -len(ending)]
            break
    word = word[:-1] if len(word) > 4 and word.endswith("e") else word
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou" else word


class Ranking:
    """An index over entries, each given as the wordings of its question and its text."""

    def __init__(self, entries: Sequence[tuple[Sequence[str], str]]) -> None:
        self._wordings = [[set(words(wording)) for wording in wordings] for wordings, _ in entries]
        self._counts = [_counted(wordings, text) for wordings, text in entries]
        lengths = [sum(counts.values()) for counts in self._counts]
        average = sum(lengths) / len(lengths) if lengths else 1.0
        self._holds = [_K1 * (1 - _B + _B * length / average) for length in lengths]
        #: Where each word stands.
        self._places: dict[str, list[int]] = {}
        for place, counts in enumerate(self._counts):
            for known in counts:
                self._places.setdefault(known, []).append(place)
        self._weights = {known: math.log(1 + len(entries) / len(places)) for known, places in self._places.items()}
        #: A word that no entry knows weighs as much as the rarest: the question is about something else.
        self._unknown = math.log(1 + len(entries))
        spelt = {word for wordings, text in entries for word in _meaning([*wordings, text])}
        self._spellings = {word: stem(word) for word in sorted(spelt) if len(word) > 3}

    def rank(self, question: str) -> list[tuple[int, float]]:
        """Places of the entries that share a word with `question`, with scores from 0 to 1, best first."""
        question = spelt_out(question)
        asked = dict(self._known(word) for word in _meaning([question]))
        whole = sum(self._weights.get(word, self._unknown) for word in asked)
        if not whole:
            return []
        places = {place for word, trust in asked.items() if trust for place in self._places[word]}
        covered = [(place, self._covered(place, asked) / whole) for place in places]
        said = set(words(question))
        scores = [(place, share * self._closeness(place, said)) for place, share in covered if share > 0]
        return sorted(scores, key=lambda found: (-found[1], found[0]))

    def _covered(self, place: int, asked: dict[str, float]) -> float:
        """The weight of the question's words that an entry holds."""
        return sum(self._weights[word] * trust * self._share(place, word) for word, trust in asked.items() if trust)

    def _share(self, place: int, word: str) -> float:
        """How much of a word's weight an entry earns: all of it when the entry's question names it."""
        count, hold = self._counts[place][word], self._holds[place]
        full = _IN_QUESTION / (_IN_QUESTION + hold)
        return min(1.0, count / (count + hold) / full)

    def _closeness(self, place: int, said: set[str]) -> float:
        """1 for a question worded as the entry words it, down to 1 - `_CLOSENESS`."""
        best = max(2 * len(said & wording) / (len(said) + len(wording) or 1) for wording in self._wordings[place])
        return 1 - _CLOSENESS * (1 - best)

    def _known(self, word: str) -> tuple[str, float]:
        """The stem that a question's word stands for, and how far to trust it: 0 for a word nobody knows."""
        plain = stem(word)
        if plain in self._weights:
            return plain, 1.0
        slips = 0 if len(word) < 4 or word.isdigit() else 1 if len(word) < 8 else 2
        near = ((OSA.distance(word, spelt, score_cutoff=slips), spelt) for spelt in self._spellings)
        best = min(((distance, spelt) for distance, spelt in near if distance <= slips), default=None)
        return (self._spellings[best[1]], _MISSPELT) if best and slips else (plain, 0.0)


def _meaning(texts: Iterable[str]) -> list[str]:
    """The words that matter, each once, in order."""
    return list(dict.fromkeys(word for text in texts for word in words(text) if word not in _STOP))


def _counted(wordings: Sequence[str], text: str) -> Counter[str]:
    counts = Counter(stem(word) for word in words(text) if word not in _STOP)
    for word in {stem(word) for word in _meaning(wordings)}:
        counts[word] += _IN_QUESTION
    return counts
