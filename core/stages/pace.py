"""Ends a conversation that no person leads: machines that answer us are not answered for ever, and nobody without end.

Two clinics that text each other, or a phone that replies by itself, would go on until somebody saw the bill. Beyond a
cap, and while a machine goes round in circles, nothing is said; staff are told once. Opt-outs, HELP and emergencies are
seen to by the stages outside of this one.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from pydantic import Field

from core.receptionist.loops import Course
from core.receptionist.senders import is_automatic
from deskbell import CallNext, NotifyStaff, Remember, Settings, Stage, Turn

_KEY = "pace"
#: Staff are told again when it still goes on after so long.
_AGAIN = timedelta(hours=24)
_TOLD = {
    "automatic": "An automatic reply came in and is not answered. Please look whether somebody is behind it.",
    "same text": "The same text comes in again and again, as from a machine. It is not answered any more.",
    "too fast": "Texts come in as fast as only machines write. They are not answered any more.",
    "too many turns": "Texts come in as often as only machines write. They are not answered for the moment.",
    "contact, hour": "So many texts within an hour that the assistant fell silent. Please take a look.",
    "contact, day": "So many texts within a day that the assistant fell silent. Please take a look.",
    "clinic, day": "The clinic's texts of the day are used up, so the assistant is silent. Please answer in person.",
}


class PaceConfig(Settings):
    """Settings of the `pace` stage."""

    most_an_hour: int = Field(default=40, ge=5, le=500, description="Our texts to one contact within an hour.")
    most_a_day: int = Field(default=120, ge=5, le=500, description="Our texts to one contact within 24 hours.")
    clinic_most_a_day: int = Field(
        default=5000, ge=10, le=20000, description="Our texts to all contacts of the clinic within 24 hours."
    )
    same_text: int = Field(
        default=4,
        ge=2,
        le=12,
        description="The same text so often among the last twelve is a machine's; it is answered no more.",
    )
    too_fast: int = Field(
        default=6, ge=3, le=50, description="So many long texts in a row, each at once after ours, are a machine's."
    )
    turns_a_minute: int = Field(
        default=15, ge=5, le=200, description="More turns of one contact within a minute are a machine's."
    )


class Pace(Stage[PaceConfig]):
    """Lets a turn pass while a person may be writing and no cap is reached."""

    name: ClassVar[str] = "pace"
    Config = PaceConfig
    outside_of: ClassVar[frozenset[str]] = frozenset({"history", "missed_call", "nudge", "assistant"})
    because: ClassVar[str] = "a machine that texts us must not be answered for ever"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        if not turn.texts:
            await self._without_texts(turn, call_next)
            return
        before: dict[str, Any] = turn.recall(_KEY, {})
        course = Course.of(before).heard(turn.now, [(text.at, text.text) for text in turn.texts])
        reason = self._machine(turn, course) or await self._over(turn)
        memory = {**course.to_json(), "told": before.get("told")}
        if reason:
            turn.note("silent", reason=reason)
            if _is_news(turn, memory["told"]):
                memory["told"] = turn.now.isoformat()
                turn.add(NotifyStaff("too_many_texts", _TOLD[reason]))
        else:
            said = len(turn.replies)
            await call_next()
            if len(turn.replies) > said:
                memory["said"] = turn.now.isoformat()
        turn.add(Remember(_KEY, memory))

    async def _without_texts(self, turn: Turn, call_next: CallNext) -> None:
        """A call is texted back within the caps. Whoever calls has a telephone: nobody need be told."""
        reason = await self._over(turn) if turn.calls else ""
        if reason:
            turn.note("silent", reason=reason)
        else:
            await call_next()

    def _machine(self, turn: Turn, course: Course) -> str:
        """Why a machine is at the other end; empty when there may be a person."""
        if all(is_automatic(text.text) for text in turn.texts):
            return "automatic"
        if course.same >= self.config.same_text:
            return "same text"
        if course.fast >= self.config.too_fast:
            return "too fast"
        return "too many turns" if course.turns > self.config.turns_a_minute else ""

    async def _over(self, turn: Turn) -> str:
        """Which cap is reached; empty when none is, or when nobody can tell."""
        try:
            traffic = await self.context.traffic(turn)
        except Exception as error:  # noqa: BLE001 - a patient is answered rather than counted
            turn.note("not_counted", error=type(error).__name__)
            return ""
        if traffic.hour >= self.config.most_an_hour:
            return "contact, hour"
        if traffic.day >= self.config.most_a_day:
            return "contact, day"
        return "clinic, day" if traffic.clinic_day >= self.config.clinic_most_a_day else ""


def _is_news(turn: Turn, told: str | None) -> bool:
    return told is None or turn.now - datetime.fromisoformat(told) >= _AGAIN
