"""While a person leads the conversation, the bot says nothing and tells them that the patient wrote or called.

One thing it still says, as long as the conversation was handed over and nobody has come yet: whom to call in an
emergency. From the first act of a person on, it is theirs alone.
"""

from __future__ import annotations

from typing import ClassVar

from core.receptionist.cards import cut_digits
from core.receptionist.emergencies import recognise_burst
from core.stages.card_guard import with_split_card
from core.stages.emergency import emergency_in
from deskbell import (
    CallNext,
    HandOver,
    NotifyStaff,
    Remember,
    Settings,
    StaffCorrected,
    StaffReplied,
    Stage,
    Turn,
    Withhold,
)

_KEY, _NOBODY_YET = "takeover", "nobody_yet"


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
        self._remember_who_came(turn)
        if turn.owner == "staff" and not (turn.recall(_KEY) == _NOBODY_YET and emergency_in(turn)):
            self._stay_silent(turn)
        elif not all(isinstance(event, StaffReplied | StaffCorrected) for event in turn.events):
            await call_next()
            if any(isinstance(effect, HandOver) for effect in turn.effects):
                turn.add(Remember(_KEY, _NOBODY_YET))

    def _remember_who_came(self, turn: Turn) -> None:
        came = any(isinstance(event, StaffReplied) for event in turn.events)
        if came and turn.recall(_KEY) is not None:
            turn.add(Remember(_KEY, None))

    def _stay_silent(self, turn: Turn) -> None:
        turn.note("silent", reason="staff lead", texts=len(turn.texts), calls=len(turn.calls))
        if turn.calls:
            turn.add(NotifyStaff("missed_call", "A patient you are talking with has called, and nobody answered."))
        if not turn.texts:
            return
        for text in with_split_card(turn):
            turn.add(Withhold(text.seq, "card", cut_digits(turn.shown(text))))
        urgent = recognise_burst(text.text for text in turn.texts) is not None
        if urgent:
            for text in turn.texts:
                turn.add(Withhold(text.seq, "emergency"))
        turn.add(NotifyStaff("reply_waiting", "A patient you are talking with has texted.", urgent=urgent))
