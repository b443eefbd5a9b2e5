"""How patients shorten words in texts, spelt out, so that a question shares words with the answer."""

from __future__ import annotations

import re

_LONG = {
    "abt": "about",
    "addy": "address",
    "appt": "appointment",
    "appts": "appointments",
    "asap": "soon",
    "b4": "before",
    "bc": "because",
    "bday": "birthday",
    "bf": "boyfriend",
    "bff": "friend",
    "diff": "difference",
    "fri": "friday",
    "gf": "girlfriend",
    "hubby": "husband",
    "info": "information",
    "insta": "instagram",
    "min": "minutes",
    "mins": "minutes",
    "mon": "monday",
    "pls": "please",
    "plz": "please",
    "ppl": "people",
    "r": "are",
    "rn": "right now",
    "sat": "saturday",
    "smth": "something",
    "str8": "straight",
    "sun": "sunday",
    "thru": "through",
    "thurs": "thursday",
    "thx": "thanks",
    "tmrw": "tomorrow",
    "tues": "tuesday",
    "u": "you",
    "ur": "your",
    "w": "with",
    "w/o": "without",
    "wed": "wednesday",
    "wld": "would",
    "yall": "you all",
    "yr": "year",
    "yrs": "years",
}
_WORD = re.compile(r"(?<![\w$'’-])(?:w/o|\w+)(?![\w'’-])")


def spelt_out(text: str) -> str:
    """The text with the shortenings of texting spelt out; everything else as it was."""
    return _WORD.sub(lambda word: _LONG.get(word.group().casefold(), word.group()), text)
