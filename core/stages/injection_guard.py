"""Orders to the assistant, looks behind it and at other patients' matters: withheld from models, and noted.

The receptionist answers them with one neutral line; what else the text says counts as ever.
"""

from __future__ import annotations

from typing import ClassVar

from core.receptionist import injection
from core.receptionist.discretion import INJECTION
from core.stages.screening import Screening
from deskbell import TextReceived, Turn


class InjectionGuard(Screening):
    """Withholds the clauses that hold an attempt."""

    name: ClassVar[str] = "injection_guard"
    reason: ClassVar[str] = INJECTION
    outside_of: ClassVar[frozenset[str]] = frozenset(
        {"sender_guard", "consent", "takeover", "card_guard", "emergency", "pace", "history", "assistant"}
    )
    because: ClassVar[str] = "no model may read an order that a text tries to give it"

    def without(self, text: str) -> str | None:
        return injection.without(text)

    def noticed(self, turn: Turn, texts: list[TextReceived]) -> None:
        kind = next((sign for text in texts if (sign := injection.attempt(turn.shown(text)))), injection.Sign.OVERRIDE)
        turn.note("injection", sign=kind.value, texts=len(texts))
