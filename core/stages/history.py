"""Loads the last lines of the conversation for the stages inside that read them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from deskbell import CallNext, Settings, Stage, Turn


class HistoryConfig(Settings):
    """Settings of the `history` stage."""

    lines: int = Field(
        default=12,
        ge=0,
        le=100,
        description="How many lines of the transcript are loaded; 0 loads none and asks nobody.",
    )


class HistoryStage(Stage[HistoryConfig]):
    """Fills `turn.history`, oldest first, without this turn's events."""

    name: ClassVar[str] = "history"
    Config = HistoryConfig
    outside_of: ClassVar[frozenset[str]] = frozenset({"assistant"})
    because: ClassVar[str] = "the assistant reads what history loads"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        if self.config.lines and turn.texts:
            turn.history = await self.context.transcript(turn, self.config.lines)
        await call_next()
