"""Findings: what an examination has to say of one thing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "problem"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one thing, and what to do about it. Holds no secret and no patient's data."""

    about: str
    state: State
    found: str
    advice: str = ""


#: What it is about, and how to find out.
Question = tuple[str, Callable[[], Awaitable[Finding]]]
