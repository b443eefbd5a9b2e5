"""A text that may be an emergency is answered with the emergency line at once, and nothing else.

Staff are paged and the conversation is theirs. Until one of them has acted, a further sign or a question back is still
answered with the line: `takeover` lets such texts through.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field

from core.receptionist.emergencies import Emergency, asks_again, recognise, recognise_burst
from core.receptionist.guard import CRISIS_LINE
from deskbell import CallNext, HandOver, Remember, Settings, Stage, TextReceived, Turn, Withhold

_KEY = "emergency"


class EmergencyConfig(Settings):
    """Settings of the `emergency` stage."""

    again_minutes: int = Field(
        default=120, ge=0, le=1440, description="How long a question back ('what should I do?') gets the line again."
    )


def emergency_in(turn: Turn) -> Emergency | None:
    """What the turn's texts may be a sign of, or the emergency of shortly before, when the patient asks on."""
    return recognise_burst(text.text for text in turn.texts) or _asked_again(turn)


def _asked_again(turn: Turn) -> Emergency | None:
    last: dict[str, Any] | None = turn.recall(_KEY)
    if last is None or not any(asks_again(text.text) for text in turn.texts):
        return None
    return Emergency(last["kind"]) if turn.now <= datetime.fromisoformat(last["until"]) else None


class EmergencyLine(Stage[EmergencyConfig]):
    """Ends the turn when a text may be an emergency."""

    name: ClassVar[str] = "emergency"
    Config = EmergencyConfig
    sealed: ClassVar[bool] = True
    outside_of: ClassVar[frozenset[str]] = frozenset({"history", "assistant"})
    because: ClassVar[str] = "the first words after an emergency must be to call for help"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        kind = emergency_in(turn)
        if kind is None:
            await call_next()
            return
        turn.note("emergency", sign=kind.value)
        turn.say(_line(turn, kind))
        turn.add(HandOver("A patient's text may be an emergency. Please look at once", kind="emergency", urgent=True))
        until = turn.now + timedelta(minutes=self.config.again_minutes)
        turn.add(Remember(_KEY, {"kind": kind.value, "until": until.isoformat()}))
        for text in _telling(turn):
            turn.add(Withhold(text.seq, "emergency"))


def _line(turn: Turn, kind: Emergency) -> str:
    clinic = turn.clinic
    line = clinic.say(clinic.wording.emergency)
    if kind is Emergency.SELF_HARM and clinic.emergency_number == "911":
        line += f" You can also call or text {CRISIS_LINE} at any hour to talk with someone."
    return line


def _telling(turn: Turn) -> list[TextReceived]:
    """The texts that tell of it; all, where no single one does."""
    return [text for text in turn.texts if recognise(text.text)] or turn.texts
