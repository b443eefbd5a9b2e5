"""Texts back who called and was not answered: once, however often they call, and only where nothing is being said.

Whoever has opted out, is led by a person or calls from no patient's phone is not texted: the stages outside see to it.
The text is outreach, which nobody asked for, and it stands in the transcript: after it the assistant greets no more.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field, field_validator, model_validator

from core.config.durations import Duration
from core.receptionist.introduction import introduced
from core.receptionist.opening import opens_text
from core.stages.output_guard import GROUNDING
from deskbell import CallNext, CancelTimer, Remember, SetTimer, Settings, Stage, TextKind, TimerDue, Turn

_KEY, _LATER = "missed_call", "missed_call_later"
#: Who spoke last is all that is asked of the transcript.
_LAST = 1
_PLACE = re.compile(r"\{(\w*)\}")
_OWN = frozenset({"clinic", "phone"})


class MissedCallConfig(Settings):
    """Settings of the `missed_call` stage. ``{clinic}``, ``{phone}`` and, when closed, ``{opens}`` are filled in."""

    window: Duration = Field(
        default=timedelta(minutes=30),
        description="However many calls come within it, one is texted back.",
        json_schema_extra={"default": "30m"},
    )
    hot: Duration = Field(
        default=timedelta(minutes=5),
        description="A conversation with a text of either side within it goes on by itself: no text back.",
        json_schema_extra={"default": "5m"},
    )
    open: str = Field(
        default="Sorry we missed your call to {clinic}. How can we help? You can text us right here.",
        max_length=240,
        description="Texted back during opening hours.",
    )
    closed: str = Field(
        default="Thanks for calling {clinic}. We're closed right now and open again {opens}. How can we help? "
        "You can text us right here.",
        max_length=240,
        description="Texted back outside of them. ``{opens}``: 'tomorrow at 9 am'.",
    )
    hours_unknown: str = Field(
        default="Sorry we couldn't take your call to {clinic}. How can we help? You can text us right here.",
        max_length=240,
        description="Texted back where no hours are configured, or no opening is near; never says 'closed'.",
    )
    opt_out: str = Field(
        default="Reply STOP to opt out.",
        max_length=80,
        description="Follows in the first text that a contact ever gets from the clinic.",
    )

    @field_validator("open", "closed", "hours_unknown")
    @classmethod
    def _names_the_clinic(cls, line: str) -> str:
        if "{clinic}" not in line:
            raise ValueError("must name the clinic by '{clinic}': the caller may never have had a text from it")
        return line

    @field_validator("opt_out")
    @classmethod
    def _tells_how(cls, line: str) -> str:
        if "STOP" not in line:
            raise ValueError("must say STOP, the word that ends the texts")
        return line

    @model_validator(mode="after")
    def _fits_the_hour(self) -> MissedCallConfig:
        for name, allowed in (("open", _OWN), ("closed", _OWN | {"opens"}), ("hours_unknown", _OWN), ("opt_out", _OWN)):
            unknown = sorted(set(_PLACE.findall(getattr(self, name))) - allowed)
            if unknown:
                shown = ", ".join(f"{{{one}}}" for one in sorted(allowed))
                raise ValueError(f"has '{{{unknown[0]}}}' in '{name}', where only {shown} can be filled in")
        if re.search(r"\bclosed\b", self.hours_unknown, re.IGNORECASE):
            raise ValueError("says 'closed' in 'hours_unknown', where nobody knows")
        return self


class MissedCall(Stage[MissedCallConfig]):
    """Speaks last: a turn that has texts of the patient, or says something else, needs no text back."""

    name: ClassVar[str] = "missed_call"
    Config = MissedCallConfig
    outside_of: ClassVar[frozenset[str]] = frozenset({"assistant"})
    because: ClassVar[str] = "a call is texted back only where nothing else is said in the turn"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        await call_next()
        morning = any(isinstance(event, TimerDue) and event.name == _KEY for event in turn.events)
        if turn.texts and turn.recall(_LATER):
            turn.add(CancelTimer(_KEY))
            turn.add(Remember(_LATER, None))
        elif (turn.calls or morning) and not turn.texts and not turn.replies:
            await self._text_back(turn)

    async def _text_back(self, turn: Turn) -> None:
        told = turn.recall(_KEY)
        if told and turn.now - datetime.fromisoformat(told) < self.config.window:
            turn.note("silent", reason="texted back already")
            return
        last = await self.context.transcript(turn, _LAST)
        if last and turn.now - last[-1].at < self.config.hot:
            turn.note("silent", reason="conversation goes on")
            return
        later = self.context.quiet_until(turn.contact.address, turn.now)
        if later is not None:
            # What it says of hours must be true when it is read.
            turn.note("deferred", reason="quiet hours")
            turn.add(SetTimer(_KEY, later))
            turn.add(Remember(_LATER, True))
            return
        if turn.recall(_LATER):
            turn.add(Remember(_LATER, None))
        hour, line = self._line(turn)
        if not last:
            line = introduced(line, turn.clinic, turn.clinic.say(self.config.opt_out))
        turn.note("text_back", hour=hour, first=not last)
        turn.add(Remember(_KEY, turn.now.isoformat()))
        turn.add(Remember(GROUNDING, [line]))
        turn.say(line, TextKind.OUTREACH)

    def _line(self, turn: Turn) -> tuple[str, str]:
        """What the hour is called, and what is said at it."""
        clinic = turn.clinic
        if clinic.is_open(turn.now):
            return "open", clinic.say(self.config.open)
        opens = opens_text(clinic, turn.now)
        if not opens:
            return "unknown", clinic.say(self.config.hours_unknown)
        return "closed", clinic.say(self.config.closed, opens=opens)
