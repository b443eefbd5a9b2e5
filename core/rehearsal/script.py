"""The form of a conversation test: what a clinic's office manager writes, and what it may hold."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from core.config.durations import parse_duration
from deskbell import Keyword, Settings

#: A Tuesday at eleven, when most clinics are open.
USUAL = datetime(2026, 3, 3, 11)  # noqa: DTZ001 - the clinic's own time
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")
#: What may happen in a conversation; each turn of a file is one of them, but for a call just before a text.
HAPPENINGS = ("patient", "wait", "staff", "missed_call", "payment")


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _moment(value: Any) -> Any:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _MOMENT.fullmatch(value):
        raise ValueError("must be a day and a time at the clinic, e.g. '2026-03-03 11:00'")
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("is no day or no time that there is") from None


def _wait(value: Any) -> Any:
    if isinstance(value, str) and not _MOMENT.fullmatch(value):
        try:
            return parse_duration(value)
        except ValueError:
            raise ValueError("must be a length of time ('2h', '3d') or a moment ('2026-03-04 09:00')") from None
    return value if isinstance(value, timedelta) else _moment(value)


def _some(value: tuple[Any, ...]) -> tuple[Any, ...]:
    """Not `min_length`, which counts only the items without a fault of their own."""
    if not value:
        raise ValueError("must have at least one item")
    return value


def _pattern(value: Any) -> Any:
    if isinstance(value, str):
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
    return value


#: One text or several.
Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Moment = Annotated[datetime, BeforeValidator(_moment)]


class Expect(Settings):
    """What the clinic's texts must be like. Words are compared in any case."""

    contains: Texts = Field(default=(), description="Words that must stand in what came.")
    never: Texts = Field(default=(), description="Words that must not stand in what came.")
    matches: Annotated[str, BeforeValidator(_pattern)] | None = Field(
        default=None, description="A regular expression that must be found in what came."
    )
    asks: str | None = Field(
        default=None, description="The field that the text asks for: name, service, when ...; or 'nothing'."
    )
    silent: bool | None = Field(default=None, description="true: no text comes; false: at least one.")
    texts: int | None = Field(default=None, ge=0, le=10, description="How many texts come.")


class Effect(Settings):
    """One thing that happens beside the texts: exactly one of these keys."""

    notify: str | None = Field(
        default=None, description="Staff get a notice of this kind: lead, question, emergency ..."
    )
    request: str | None = Field(default=None, description="The request moves to this status: ready, closed ...")
    hand_over: str | None = Field(
        default=None, description="A person takes over, for this reason: person, complaint, emergency ...; or 'any'."
    )
    consent: Literal["out", "in"] | None = Field(default=None, description="An opt-out or opt-in is recorded.")
    timer: str | None = Field(default=None, description="A timer of this name is set.")
    deposit: Literal["requested", "declined", "expired", "superseded", "closed"] | None = Field(
        default=None, description="A deposit is asked for, or given up for this reason."
    )

    @model_validator(mode="after")
    def _one(self) -> Effect:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"must have exactly one of the keys {', '.join(type(self).model_fields)}")
        return self


class ModelFact(Settings):
    """A fact that the scripted model reports."""

    value: str = Field(description="What it says it learned.")
    evidence: str = Field(description="The patient's words that it says prove it.")


class ModelReply(Settings):
    """What the scripted model answers when it is asked in this turn."""

    words: str = Field(default="", description="The text it proposes.")
    facts: Mapping[str, ModelFact] = Field(default={}, description="Facts it reports, by field.")
    asks: str | None = Field(default=None, description="The field that it says its text asks for.")
    wants_person: bool = Field(default=False, description="It says that the patient wants a person.")
    fails: Literal["throttled", "down", "refused", "malformed"] | None = Field(
        default=None, description="It fails instead of answering."
    )


class Staff(Settings):
    """What a member of staff does: exactly one of these keys; 'take' and 'release' may stand alone."""

    reply: str | None = Field(default=None, description="Writes this to the patient.")
    take: Literal[True] | None = Field(default=None, description="Takes the conversation over without writing.")
    release: Literal[True] | None = Field(default=None, description="Gives the conversation back.")
    correct: Mapping[str, str] | None = Field(default=None, description="Puts facts right, by field.")

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return {value: True} if value in ("take", "release") else value

    @model_validator(mode="after")
    def _one(self) -> Staff:
        if len(self.model_fields_set) != 1:
            raise ValueError(f"must have exactly one of the keys {', '.join(type(self).model_fields)}")
        return self


class Payment(Settings):
    """News of the newest deposit."""

    status: Literal["paid", "failed", "refunded", "disputed", "expired"] = Field(
        description="What the payment provider tells; 'expired': it tells nothing until the link is over."
    )
    cents: int | None = Field(default=None, gt=0, description="The amount; left out, what was asked for.")
    times: int = Field(default=1, ge=1, le=9, description="How often it is told, each time as a delivery of its own.")


class ScriptTurn(Settings):
    """One thing that happens, and what must come of it."""

    patient: Texts | None = Field(
        default=None, description="The patient texts; a list is a burst that gets one answer."
    )
    wait: Annotated[timedelta | datetime, BeforeValidator(_wait)] | None = Field(
        default=None, description="Time passes: a length ('2h') or until a moment ('2026-03-04 09:00')."
    )
    staff: Staff | None = Field(default=None, description="A member of staff writes, takes, releases or corrects.")
    missed_call: Literal[True] | None = Field(
        default=None, description="The patient called and nobody answered; beside 'patient': just before they texted."
    )
    payment: Payment | None = Field(default=None, description="The payment provider tells what became of a deposit.")

    media: Texts = Field(default=(), description="Pictures that come with the text, by type: image/jpeg.")
    carrier_handled: Keyword | None = Field(
        default=None, description="The carrier has answered this keyword itself: stop, start or help."
    )
    model: tuple[ModelReply, ...] = Field(default=(), description="What a scripted model answers, in this order.")

    expect: Expect = Field(default=Expect(), description="What the texts that come must be like.")
    facts: Mapping[str, str] = Field(default={}, description="Facts that are known now; others may be too.")
    absent: Texts = Field(default=(), description="Fields that are not known.")
    plan: str | None = Field(
        default=None,
        description="What the receptionist decided: talk, complete, hand_over ...; 'none': it was not asked.",
    )
    decides: Texts = Field(default=(), description="Decisions that stand in the trace: emergency, opted_out ...")
    effects: tuple[Effect, ...] | None = Field(
        default=None, description="What happens beside the texts; an empty list: nothing does."
    )
    request: str | None = Field(default=None, description="Where the request stands now; 'none' when there is none.")
    deposit: str | None = Field(
        default=None, description="Where its newest deposit stands now: link_sent, paid ...; 'none' when there is none."
    )
    led_by: Literal["bot", "staff"] | None = Field(default=None, description="Who leads the conversation now.")

    @model_validator(mode="before")
    @classmethod
    def _one_reply(cls, value: Any) -> Any:
        """A single scripted reply needs no list."""
        if isinstance(value, Mapping) and isinstance(value.get("model"), Mapping):
            return {**value, "model": [value["model"]]}
        return value

    @model_validator(mode="after")
    def _one_happening(self) -> ScriptTurn:
        given = [name for name in HAPPENINGS if getattr(self, name) is not None]
        if len(given) != 1 and given != ["patient", "missed_call"]:
            raise ValueError(f"must have exactly one of the keys {', '.join(HAPPENINGS)}")
        if self.patient is None and (self.media or self.carrier_handled or self.model):
            raise ValueError("has 'media', 'carrier_handled' or 'model', which go with 'patient' only")
        return self

    @property
    def happening(self) -> str:
        return next(name for name in HAPPENINGS if getattr(self, name) is not None)


class Script(Settings):
    """One conversation with one patient."""

    conversation: str = Field(min_length=3, max_length=160, description="What it shows, in a sentence.")
    at: Moment = Field(default=USUAL, description="When it begins, by the clinic's own clock.")
    sender: str | None = Field(default=None, description="The number it comes from; left out, an invented one.")
    known_fault: str | None = Field(
        default=None, min_length=3, description="Why this cannot come out yet. Passing is then told as a failure."
    )
    turns: Annotated[tuple[ScriptTurn, ...], AfterValidator(_some)] = Field(description="What happens, in order.")

    @property
    def scripted(self) -> bool:
        """Whether it says what a model answers, and so makes sense with that model only."""
        return any(turn.model for turn in self.turns)


class ScriptFile(Settings):
    """Several conversations in one file."""

    conversations: Annotated[tuple[Script, ...], AfterValidator(_some)] = Field(
        description="The conversations, each with its turns."
    )
