"""The history stage loads what it is told to, and nothing when it is told so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from core.stages.history import HistoryConfig, HistoryStage
from deskbell import Clinic, Contact, Line, StageContext, TextReceived, TimerDue, Turn
from deskbell.events import TurnEvent

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
TEXT = TextReceived(1, NOW, "hi")
LINES = (Line(NOW, "bot", "Hello."),)


class Transcript:
    def __init__(self) -> None:
        self.limits: list[int] = []

    async def __call__(self, turn: Turn, limit: int) -> Sequence[Line]:
        self.limits.append(limit)
        return LINES


@pytest.mark.parametrize(
    ("lines", "event", "limits", "loaded"),
    [
        (12, TEXT, [12], LINES),
        (3, TEXT, [3], LINES),
        (0, TEXT, [], ()),
        (12, TimerDue(1, NOW, "nudge"), [], ()),
    ],
)
async def test_history_is_loaded_before_the_stages_inside_and_only_when_wanted(
    clinic: Clinic, lines: int, event: TurnEvent, limits: list[int], loaded: Sequence[Line]
) -> None:
    transcript = Transcript()
    stage = HistoryStage(HistoryConfig(lines=lines), StageContext(clinic=clinic, transcript=transcript))
    turn = Turn(clinic, Contact(1, "sms", "+13105550177"), 1, "bot", NOW, [event])
    seen: list[Sequence[Line]] = []

    async def inside() -> None:
        seen.append(turn.history)

    await stage(turn, inside)
    assert seen == [loaded]
    assert transcript.limits == limits
