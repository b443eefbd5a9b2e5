"""The language model contract: one call a turn, words and evidence back. The model words; code decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from deskbell.provider import Provider
from deskbell.types import Settings


@dataclass(frozen=True, slots=True)
class Said:
    """One line of the conversation, as the model may see it."""

    role: Literal["patient", "clinic"]
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """A fact that the model believes it read, with the patient's own words that prove it."""

    name: str
    value: object = field(repr=False)
    evidence: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model proposes. Nothing of it is true until code has checked it."""

    text: str = field(repr=False)
    found: tuple[Found, ...] = ()
    #: The field that the text asks for, if it asks.
    asks: str | None = None
    wants_person: bool = False
    #: Tokens read, those that a cache had left out, and tokens written.
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    #: What the call cost, in millionths of a dollar, by the prices in the provider's Config; 0 when none are set.
    cost_micros: int = 0


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model is told: a stable part (cacheable), this turn's part, and the window of history."""

    stable: str = field(repr=False)
    turn: str = field(repr=False)
    #: Oldest first; the last lines are the patient's texts of this turn.
    history: tuple[Said, ...] = ()
    #: Names of the facts it may report, with a description each.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: Why its draft of this turn was not sent; empty the first time.
    refused: str = ""
    #: Which wording of the prompt this is; for traces.
    version: str = ""


LLMConfigT = TypeVar("LLMConfigT", bound=Settings)


class LLM(Provider[LLMConfigT]):
    """A language model. Raises `RetryLater` (throttled, down), `ModelRefused`, `ModelMalformed`, `Misconfigured`."""

    async def draft(self, prompt: Prompt, *, deadline_seconds: float) -> Draft:
        raise NotImplementedError
