"""Health details in a text: what must go no further than the clinic, and what of the text may.

Pure. A detail is somebody's condition, medicine, pregnancy, allergy, surgery, diagnosis, mind or symptoms. When in
doubt the words are withheld: the facts of a booking are read from the whole text all the same.
"""

from __future__ import annotations

import re

from core.receptionist.health.signs import FELT, GENERAL, LISTS, NAMED, OWN, TOLD
from core.receptionist.health.spelling import plain
from core.receptionist.passages import Passages
from deskbell.clinic import Clinic

#: Words of what goes on a list: "allergic to latex and lidocaine".
_LISTED = 3
_NOT_LISTED = re.compile(
    r"\b(?:want|wanna|book|like|need|can|could|is|are|do|does|how|what|when|looking|interested|please|thanks?|i|im|id|"
    r"\w*days?|tomorrow|today|am|pm|\d+)\b"
)


def tells(words: str) -> bool:
    """Whether a few words, such as a name that was read, are a health detail by themselves."""
    spelled = plain(words)
    return any(sign.search(spelled) for sign in (TOLD, NAMED, FELT))


class HealthRules:
    """Finds health details in the texts of one clinic's patients; what its menu names is no condition here."""

    def __init__(self, clinic: Clinic) -> None:
        named = [word for one in clinic.services for word in (one.name, *one.aliases, *one.concerns)]
        menu = sorted({plain(word) for word in named} - {""}, key=len, reverse=True)
        self._menu = re.compile(rf"\b(?:{'|'.join(map(re.escape, menu))})(?!\w)") if menu else None
        self._passages = Passages(self.holds, self._goes_on)

    def holds(self, text: str) -> bool:
        """Whether a health detail stands in the text."""
        words = plain(text)
        if TOLD.search(words) or NAMED.search(self._menu.sub(" ", words) if self._menu else words):
            return True
        return bool(FELT.search(words)) and (not GENERAL.search(words) or bool(OWN.search(words)))

    def without(self, text: str) -> str | None:
        """The text without the clauses that hold details; None when it holds none."""
        return self._passages.without(text)

    def _goes_on(self, before: str, clause: str) -> bool:
        """Whether a clause goes on with the list that the one before it began."""
        words = plain(clause)
        listed = 0 < len(words.split()) <= _LISTED and not _NOT_LISTED.search(words)
        return listed and bool(LISTS.search(plain(before)))
