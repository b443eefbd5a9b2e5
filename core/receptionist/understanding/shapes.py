"""The shapes of values: what may be a word of a name, and what is an e-mail address.

Whoever proposes a value, a patient's text, a model or a member of staff, it has to look like one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_NAME_WORDS = 5
_NAME_LENGTH = 60
_JOINTS = frozenset("'-.")
_EMAIL = re.compile(
    r"(?<![\w.%+@-])[a-z0-9_][a-z0-9._%+-]{0,63}@(?:[a-z0-9](?:[a-z0-9-]{0,62})\.){1,4}[a-z]{2,24}(?![\w@-]|\.\w)",
    re.ASCII | re.IGNORECASE,
)


def of_letters(word: str) -> bool:
    """Letters of some alphabet, with what joins them: no digits in circles, no ornamental letters, no emoji.

    Latin ones hold a vowel: a hand on the keyboard makes no name. "Ng" is one.
    """
    composed = unicodedata.normalize("NFC", word)
    letters = [one for one in composed if one not in _JOINTS]
    return bool(letters) and all(_is_letter(one) for one in letters) and (len(letters) < 3 or _is_spoken(letters))


def _is_spoken(letters: Sequence[str]) -> bool:
    bare = {unicodedata.normalize("NFD", one)[0].lower() for one in letters}
    return bool(bare & set("aeiouyøæœı")) or not bare <= set("abcdefghijklmnopqrstuvwxyz")


def _is_letter(one: str) -> bool:
    kind = unicodedata.category(one)
    return kind == "Mn" or (kind in ("Lu", "Ll", "Lo") and unicodedata.normalize("NFKC", one) == one)


def is_name(text: str) -> bool:
    """Whether a text can be a name or half of one: a few words of letters."""
    said = text.split()
    return 0 < len(said) <= _NAME_WORDS and len(text) <= _NAME_LENGTH and all(of_letters(word) for word in said)


def find_email(text: str) -> re.Match[str] | None:
    """The last address in a text; the latest statement wins."""
    return next(reversed(list(_EMAIL.finditer(text))), None)


def is_email(text: str) -> bool:
    return bool(_EMAIL.fullmatch(text))


def email_of(written: str) -> str:
    """As typed, but for the host, whose capitals mean nothing."""
    local, _, host = written.rpartition("@")
    return f"{local}@{host.lower()}"
