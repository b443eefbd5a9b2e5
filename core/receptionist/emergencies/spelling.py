"""Brings a text to the plain spelling that the signs are written in, small typos mended."""

from __future__ import annotations

import re
import unicodedata

from rapidfuzz.distance import OSA

#: Words whose misspelling must not hide a sign; one slip is forgiven, never in the first letter.
_WORDS = (
    "breathe",
    "breathing",
    "vision",
    "blurry",
    "suicide",
    "suicidal",
    "swelling",
    "swollen",
    "swallow",
    "allergic",
    "reaction",
    "overdose",
    "overdosed",
    "anaphylaxis",
    "unconscious",
    "seizure",
    "bleeding",
    "slurring",
    "wheezing",
    "choking",
    "turning",
    "spreading",
    "emergency",
    "ambulance",
)
#: Real words that lie one slip from one of the above.
_REAL = frozenset(
    [
        "breath",
        "breaths",
        "breather",
        "breathed",
        "wheeling",
        "breeding",
        "spelling",
        "selling",
        "version",
        "tuning",
        "chocking",
        "visions",
    ]
)
_SLIPS = {
    "alergic": "allergic",
    "atack": "attack",
    "beathe": "breathe",
    "blury": "blurry",
    "braethe": "breathe",
    "breahte": "breathe",
    "breth": "breathe",
    "brethe": "breathe",
    "cest": "chest",
    "cheast": "chest",
    "chets": "chest",
    "chst": "chest",
    "cnat": "cant",
    "cnt": "cant",
    "eyesite": "eyesight",
    "hart": "heart",
    "overdoes": "overdose",
    "stoke": "stroke",
    "storke": "stroke",
    "sucidal": "suicidal",
    "suicidle": "suicidal",
    "thoat": "throat",
    "thraot": "throat",
    "throte": "throat",
    "tonge": "tongue",
    "tounge": "tongue",
}


#: Letters of a text that are read: more than the longest SMS has, and a bound for what a hostile one may cost.
_LONGEST = 2000


def plain(text: str) -> str:
    """Lower case, no accents or apostrophes, "cannot" as "cant", letters drawn out made short, single spaces."""
    folded = unicodedata.normalize("NFKD", text[:_LONGEST].casefold())
    words = "".join(letter for letter in folded if not unicodedata.combining(letter))
    words = re.sub(r"['’‘`´]", "", words)
    words = re.sub(r"([a-z])\1{2,}", r"\1", words)
    words = re.sub(r"[^a-z0-9.,!?;\n]+", " ", words)
    words = re.sub(r"[a-z]+", lambda word: _mended(word.group()), words)
    words = re.sub(r"\b(my|him|her|them) (self|selves)\b", r"\1\2", words)
    return re.sub(r"\b(?:can not|cannot|can t)\b", "cant", words).strip()


def _mended(word: str) -> str:
    if word in _SLIPS:
        return _SLIPS[word]
    if len(word) < 5 or word in _REAL or word in _WORDS:
        return word
    near = (right for right in _WORDS if word[0] == right[0] and OSA.distance(word, right, score_cutoff=1) == 1)
    return next(near, word)
