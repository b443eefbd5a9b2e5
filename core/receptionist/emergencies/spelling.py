"""The words of emergencies that a slip must not hide."""

from __future__ import annotations

from core.receptionist.spelling import Spelling

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
    "breeth": "breathe",
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
    "n": "and",
    "r": "are",
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

plain = Spelling(_WORDS, real=_REAL, slips=_SLIPS).plain
