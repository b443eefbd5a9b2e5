"""A small clinic, a turn and a recorder of what stands inside a stage."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from deskbell import Clinic, Contact, Keyword, Line, Stage, StageContext, TextReceived, Turn
from deskbell.stage import TrafficCount, no_traffic

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def clinic() -> Clinic:
    return Clinic.model_validate(
        {
            "id": "pier",
            "name": "Pier Clinic",
            "timezone": "America/New_York",
            "phone": "+12125550134",
            "address": "18 Wharf Street, New York",
            "website": "https://pier.example",
            "hours": {
                "monday": ["09:00-17:30"],
                "tuesday": ["09:00-12:00", "14:00-18:00"],
                "saturday": ["10:00-14:00"],
                "closed_on": ["2026-12-25"],
            },
            "services": [
                {"name": "Botox", "price": {"cents": 1300, "per": "unit"}, "deposit_cents": 5000},
                {"name": "Lip filler", "price": {"cents": 120000, "starting_at": True}, "about": "Takes 45 minutes."},
                {"name": "Peel", "price": {"cents": 1250}},
            ],
        }
    )


class Inside:
    """Stands for the stages inside: remembers that it was called, and may act on the turn."""

    def __init__(self, turn: Turn, act: Callable[[Turn], None]) -> None:
        self.turn, self.act, self.calls = turn, act, 0

    async def __call__(self) -> None:
        self.calls += 1
        self.turn.stage = "assistant"
        self.act(self.turn)


class Bench:
    """Runs one stage over one turn."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic

    def turn(self, *texts: str | TextReceived, **fields: Any) -> Turn:
        events = [text if isinstance(text, TextReceived) else self.text(text, seq) for seq, text in enumerate(texts, 1)]
        opted_out = fields.pop("opted_out", False)
        defaults: dict[str, Any] = {"owner": "bot", "now": NOW, "events": events, "conversation": 7}
        defaults["contact"] = Contact(id=3, kind="sms", address="+19175550187", opted_out=opted_out)
        return Turn(clinic=self.clinic, **(defaults | fields))

    def text(self, text: str, seq: int = 1, carrier: Keyword | None = None, card_removed: bool = False) -> TextReceived:
        return TextReceived(seq, NOW, text, carrier_handled=carrier, card_removed=card_removed)

    async def run(
        self,
        stage: type[Stage[Any]],
        turn: Turn,
        says: Sequence[str] = (),
        act: Callable[[Turn], None] | None = None,
        traffic: TrafficCount = no_traffic,
        lines: Sequence[Line] = (),
        **config: Any,
    ) -> int:
        """Runs `stage` after `lines`; the inside says `says`, or does `act`. Returns how often it was called."""

        def say(turn: Turn) -> None:
            for text in says:
                turn.say(text)

        async def transcript(turn: Turn, limit: int) -> Sequence[Line]:
            return lines[-limit:]

        inside = Inside(turn, act or say)
        turn.stage = stage.name
        context = StageContext(clinic=self.clinic, traffic=traffic, transcript=transcript)
        await stage(stage.Config(**config), context)(turn, inside)
        return inside.calls


@pytest.fixture
def bench(clinic: Clinic) -> Bench:
    return Bench(clinic)
