"""Health details go no further than the clinic: not to models, histories, logs, traces or notifications.

Staff see the whole text behind the login, and the facts of a booking are read from the whole text all the same.
"""

from __future__ import annotations

from typing import ClassVar

from core.receptionist.health import HealthRules
from core.stages.screening import Screening
from deskbell import Settings, StageContext


class HealthGuard(Screening):
    """Withholds the clauses that hold a health detail."""

    name: ClassVar[str] = "health_guard"
    reason: ClassVar[str] = "health"
    outside_of: ClassVar[frozenset[str]] = frozenset(
        {"sender_guard", "consent", "takeover", "card_guard", "emergency", "pace", "history", "assistant"}
    )
    because: ClassVar[str] = "health details must be withheld before anything else reads the text"

    def __init__(self, config: Settings, context: StageContext) -> None:
        super().__init__(config, context)
        self._rules = HealthRules(context.clinic)

    def without(self, text: str) -> str | None:
        return self._rules.without(text)
