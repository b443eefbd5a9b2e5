"""Whether a text is in a language of the clinic's. The polite line to whoever writes in another one is in two."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from core.receptionist.guard.legible import sentences
from core.receptionist.understanding.languages import SPANISH, foreign
from core.receptionist.understanding.words import word_set, words

#: Small words of other languages; of one text, this many tell.
_OTHERS = word_set(
    """
    je vous nous est les des une pour avec merci bonjour oui votre vos dans sur ich sie wir und der das ist nicht
    haben danke guten mit fur bitte ihre ihren termin bom obrigado obrigada voce para nao sim sua seu uma grazie ciao
    per sono siamo della che il lo gli vostro buongiorno
    """
)
_LEAST = 3
#: Our own words to whoever writes Spanish, that a person will answer.
_POLITE = re.compile(r"\bgracias por escribirnos\b|\buna persona de nuestro equipo\b|\bnuestro tel\b")


def in_a_language_of(low: str, languages: tuple[str, ...], names: Iterable[str] = ()) -> bool:
    """Whether a folded text is written in one of them, as far as small words and letters tell.

    `names` are words of the patient's name, which may be written in letters of its own.
    """
    for name in names:
        low = low.replace(name, " ") if not name.isascii() else low
    if not _latin(low):
        return False
    spanish = [one for one in sentences(low) if not _POLITE.search(one) and foreign(one) == SPANISH]
    if spanish and SPANISH not in languages:
        return False
    said = words(low)
    others = {word for word in said if word in _OTHERS}
    return SPANISH in languages or len(others) < _LEAST or len(others) * 4 < len(set(said))


def _latin(low: str) -> bool:
    letters = [one for one in low if one.isalpha() and not one.isascii()]
    return all("LATIN" in unicodedata.name(one, "LATIN") for one in letters[:200])
