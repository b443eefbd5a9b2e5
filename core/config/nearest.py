"""The nearest allowed word to what was written."""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process


def nearest(word: str, allowed: Iterable[str], *, closeness: int = 60) -> str | None:
    """The one a writer most likely meant, None when nothing comes close (0 to 100)."""
    found = process.extractOne(
        word, list(allowed), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=float(closeness)
    )
    return found[0] if found else None
