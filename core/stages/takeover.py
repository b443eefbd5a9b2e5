"""While a person leads the conversation, the bot says nothing and tells them that the patient wrote."""

from __future__ import annotations

from typing import ClassVar

from core.receptionist.emergencies import recognise_burst
from deskbell import CallNext, NotifyStaff, Settings, StaffCorrected, StaffReplied, Stage, Turn, Withhold


class Takeover(Stage[Settings]):
    """Ends the turn when staff lead."""

    name: ClassVar[str] = "takeover"
    sealed: ClassVar[bool] = True
    outside_of: ClassVar[frozenset[str]] = frozenset({"*"})
    because: ClassVar[str] = "the bot must never talk over a person who has taken the conversation"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        for event in turn.events:
            if isinstance(event, StaffReplied):
                turn.note(f"staff_{event.action}", evidence=event.seq)
            elif isinstance(event, StaffCorrected):
                turn.note("staff_correct", evidence=event.seq, field=event.name)
        if turn.owner == "staff":
            self._stay_silent(turn)
        elif not all(isinstance(event, StaffReplied | StaffCorrected) for event in turn.events):
            await call_next()

    def _stay_silent(self, turn: Turn) -> None:
        turn.note("silent", reason="staff lead", texts=len(turn.texts))
        if not turn.texts:
            return
        urgent = recognise_burst(text.text for text in turn.texts) is not None
        if urgent:
            for text in turn.texts:
                turn.add(Withhold(text.seq, "emergency"))
        turn.add(NotifyStaff("reply_waiting", "A patient you are talking with has texted.", urgent=urgent))
