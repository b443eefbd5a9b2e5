"""Many word patterns as one. Written for folded text: lower case, "you are" as "you're"."""

from __future__ import annotations

import re


def any_of(*patterns: str) -> re.Pattern[str]:
    """Matches where one of the patterns does."""
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.MULTILINE)


def word_of(text: str) -> re.Pattern[str]:
    """Matches where one of the words does; `words` tells how they are written."""
    return re.compile(words(text))


def words(text: str) -> str:
    """An alternation of words and phrases that are divided by `` | `` or line ends, with their plurals."""
    listed = [one.strip() for line in text.splitlines() for one in line.split(" | ") if one.strip()]
    return rf"\b(?:{'|'.join(sorted(listed, key=len, reverse=True))})s?\b"
