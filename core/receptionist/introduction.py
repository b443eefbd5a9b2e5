"""The first text that somebody ever gets from a clinic without having written: who it is, and how to get no more. Pure.

Both are asked for by the CTIA's messaging principles and by carriers; neither is said twice.
"""

from __future__ import annotations

import re

from deskbell.clinic import Clinic

_STOP = re.compile(r"\bSTOP\b")


def introduced(text: str, clinic: Clinic, opt_out: str) -> str:
    """The text with the clinic's name and the line on opting out, each where it is missing."""
    named = text if clinic.name.casefold() in text.casefold() else f"{clinic.name}: {text}"
    return named if _STOP.search(named) else f"{named} {opt_out}"
