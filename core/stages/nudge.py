"""Reminds, once, whoever left a question of ours unanswered: a conversation that went quiet before the deposit.

Off unless a clinic says after how long. The text is outreach, which nobody asked for: the send gate keeps it out of
quiet hours and drops it when the patient writes, opts out or is taken over before it leaves.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field, field_validator

from core.config.durations import Duration
from core.receptionist.memory import KEY, Memory
from core.receptionist.paying import FIELD
from core.receptionist.timers import NUDGE
from core.stages.output_guard import GROUNDING
from deskbell import (
    CallNext,
    CancelTimer,
    HandOver,
    Line,
    MoveRequest,
    Remember,
    RequestStatus,
    SetTimer,
    Settings,
    StaffReplied,
    Stage,
    TextKind,
    TimerDue,
    Turn,
)

_KEY, _WAITS, _DONE = "nudge", "waits", "done"
#: Enough of the transcript to see whether anybody has written since.
_LAST = 4
_PLACE = re.compile(r"\{(\w*)\}")
_OWN = frozenset({"clinic", "phone"})
#: Where the patient may owe an answer. Later staff have the request, or a link is open and has a reminder of its own.
_BEFORE_THE_DEPOSIT = frozenset({RequestStatus.COLLECTING, RequestStatus.OFFERED})


class NudgeConfig(Settings):
    """Settings of the `nudge` stage."""

    after: Duration | None = Field(
        default=None, description="So long after our question a quiet conversation is nudged, once; left out, never."
    )
    text: str = Field(
        default="{clinic}: we're still happy to help with your visit. Just text back to go on from where we were, "
        "or STOP for no more texts.",
        max_length=240,
        description="What it says; ``{clinic}`` must and ``{phone}`` may be in it, and no question.",
    )

    @field_validator("after")
    @classmethod
    def _is_gentle(cls, after: timedelta | None) -> timedelta | None:
        if after is not None and not timedelta(hours=1) <= after <= timedelta(days=14):
            raise ValueError("must be between 1h and 14d")
        return after

    @field_validator("text")
    @classmethod
    def _says_who_and_asks_nothing(cls, text: str) -> str:
        unknown = sorted(set(_PLACE.findall(text)) - _OWN)
        if unknown:
            raise ValueError(f"has '{{{unknown[0]}}}', where only {{clinic}} and {{phone}} can be filled in")
        if "{clinic}" not in text:
            raise ValueError("must name the clinic by '{clinic}': the patient may have forgotten who writes")
        if "?" in text:
            raise ValueError("must not ask: a short reply would be taken for the answer to our open question")
        return text


class Nudge(Stage[NudgeConfig]):
    """Sets its timer when a turn leaves a question open, and speaks when it comes due and nobody has written since."""

    name: ClassVar[str] = "nudge"
    Config = NudgeConfig
    outside_of: ClassVar[frozenset[str]] = frozenset({"assistant"})
    because: ClassVar[str] = "whether the patient owes an answer is known when the assistant has spoken"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        await call_next()
        if turn.texts:
            self._wait(turn)
        elif any(isinstance(event, TimerDue) and event.name == NUDGE for event in turn.events):
            await self._nudge(turn)

    def _wait(self, turn: Turn) -> None:
        """Begins to wait for an answer, anew with each text; nothing is waited for that nobody owes."""
        before = None if _is_new(turn) else turn.recall(_KEY)
        waits = self.config.after is not None and before != _DONE and bool(turn.replies) and _owes_an_answer(turn)
        if waits and self.config.after is not None:
            turn.add(SetTimer(NUDGE, turn.now + self.config.after, {"since": turn.now.isoformat()}))
        elif turn.recall(_KEY) == _WAITS:
            turn.add(CancelTimer(NUDGE))
        after = _WAITS if waits else _DONE if before == _DONE else None
        if after != turn.recall(_KEY):
            turn.add(Remember(_KEY, after))

    async def _nudge(self, turn: Turn) -> None:
        reason = "another text" if turn.replies else await self._against(turn)
        turn.add(Remember(_KEY, _DONE))
        if reason:
            turn.note("silent", reason=reason)
            return
        line = turn.clinic.say(self.config.text)
        turn.note("nudged")
        turn.add(Remember(GROUNDING, [*turn.recall(GROUNDING, []), line]))
        memory = Memory.of(turn.recall(KEY))
        if memory.pending.field != FIELD:
            # No longer what we said last: it is put again. An offer of a deposit stands, and a "yes" takes it.
            turn.add(Remember(KEY, replace(memory, pending=replace(memory.pending, fresh=False)).to_json()))
        turn.say(line, TextKind.OUTREACH)

    async def _against(self, turn: Turn) -> str:
        """Why the conversation is left in peace; empty when it may be nudged."""
        if self.config.after is None:
            return "turned off"
        if not _owes_an_answer(turn):
            return "nothing is owed"
        since = max(
            datetime.fromisoformat(event.data["since"])
            for event in turn.events
            if isinstance(event, TimerDue) and event.name == NUDGE
        )
        if any(isinstance(event, StaffReplied) for event in turn.events):
            return "staff have acted"
        lines = await self.context.transcript(turn, _LAST)
        return "somebody has written" if any(line.at > since + _skew(line) for line in lines) else ""


def _skew(line: Line) -> timedelta:
    """Patients' texts carry their carrier's time, which may be a little ahead of ours."""
    return timedelta(minutes=1) if line.author == "patient" else timedelta()


def _is_new(turn: Turn) -> bool:
    """Whether the request that the turn leaves behind has begun with it."""
    closed = any(isinstance(effect, MoveRequest) and effect.status is RequestStatus.CLOSED for effect in turn.effects)
    return turn.request is None or closed


def _owes_an_answer(turn: Turn) -> bool:
    """A question of ours stands, the patient has neither refused nor parted, and no person sees to it."""
    memory = Memory.of(turn.recall(KEY))
    begins = any(fact.scope == "request" for fact in turn.facts.values())
    standing = turn.standing or (RequestStatus.COLLECTING if begins else None)
    return (
        standing in _BEFORE_THE_DEPOSIT
        and bool(memory.pending.field)
        and not (memory.parted or memory.errand or memory.no_deposit)
        and turn.owner == "bot"
        and not any(isinstance(effect, HandOver) for effect in turn.effects)
    )
