"""Ends a conversation that no person leads: machines that answer us are not answered for ever.

Two clinics that text each other, or a phone that replies by itself, would go on until somebody saw the bill.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field

from deskbell import CallNext, HandOver, Remember, Settings, Stage, Turn

_KEY = "pace"
_HOUR = timedelta(hours=1)


class PaceConfig(Settings):
    """Settings of the `pace` stage."""

    most_an_hour: int = Field(
        default=40, ge=5, le=500, description="Answers to one contact within an hour; a person takes over then."
    )


class Pace(Stage[PaceConfig]):
    """Counts the answers of an hour, from its first; beyond the most, staff are asked to look."""

    name: ClassVar[str] = "pace"
    Config = PaceConfig
    outside_of: ClassVar[frozenset[str]] = frozenset({"history", "assistant"})
    because: ClassVar[str] = "a machine that texts us must not be answered for ever"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        since, answers = _counted(turn)
        if turn.texts and answers >= self.config.most_an_hour:
            turn.note("too_many", answers=answers)
            turn.add(HandOver("Texts so often that it may be a machine"))
            turn.add(Remember(_KEY, None))
            return
        before = len(turn.replies)
        await call_next()
        if len(turn.replies) > before:
            turn.add(Remember(_KEY, {"since": since.isoformat(), "answers": answers + 1}))


def _counted(turn: Turn) -> tuple[datetime, int]:
    """When the hour began, and how many answers it has seen."""
    hour: dict[str, Any] | None = turn.recall(_KEY)
    since = datetime.fromisoformat(hour["since"]) if hour else turn.now
    return (since, hour["answers"]) if hour and turn.now - since < _HOUR else (turn.now, 0)
