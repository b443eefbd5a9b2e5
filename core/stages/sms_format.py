"""Makes every text fit for the carrier: GSM-7 where it can be, tidy, and within the segment budget. The last hand."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from pydantic import Field

from core.receptionist.guard import CRISIS_LINE
from core.receptionist.sms import EmojiRule, count, normalise, shorten
from deskbell import CallNext, Say, Settings, Stage, Turn


class SmsFormatConfig(Settings):
    """Settings of the `sms_format` stage."""

    max_segments: int = Field(
        default=3,
        ge=1,
        le=30,
        description="Longest answer, in segments counted by encoding; beyond 10 it goes as several texts, in order.",
    )
    emoji: EmojiRule = Field(
        default="drop", description="What becomes of emoji in our own texts; one makes every segment 70 letters short."
    )


class SmsFormat(Stage[SmsFormatConfig]):
    """Formats the texts of all stages inside."""

    name: ClassVar[str] = "sms_format"
    Config = SmsFormatConfig
    outside_of: ClassVar[frozenset[str]] = frozenset({"*", "output_guard", "consent", "takeover"})
    because: ClassVar[str] = "no text may be changed after it was counted and shortened"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        await call_next()
        turn.rewrite(lambda say: self._formatted(turn, say))

    def _formatted(self, turn: Turn, say: Say) -> Say | None:
        tidy = normalise(say.text, emoji=self.config.emoji)
        text = shorten(tidy, max_segments=self.config.max_segments, keep=_vital(turn))
        if not text:
            turn.note("dropped", by=say.by, reason="nothing left to send")
            return None
        if text != tidy:
            turn.note("shortened", by=say.by, segments=count(tidy).segments, budget=self.config.max_segments)
        return replace(say, text=text)


def _vital(turn: Turn) -> tuple[str, ...]:
    """Numbers whose sentence no cut may lose."""
    return (turn.clinic.emergency_number, CRISIS_LINE)
