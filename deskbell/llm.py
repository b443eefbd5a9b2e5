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

    #: One of `Prompt.fields`; whatever else a model reports, the provider drops.
    name: str
    #: A string, number or bool, as the model gave it.
    value: object = field(repr=False)
    #: Never empty. Nobody has looked yet whether the patient wrote it.
    evidence: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """What the model proposes. Nothing of it is true until code has checked it."""

    #: Never empty, and without white space around it.
    text: str = field(repr=False)
    found: tuple[Found, ...] = ()
    #: The field that the text asks for, if it asks; one of `Prompt.fields`.
    asks: str | None = None
    wants_person: bool = False
    #: Tokens of the prompt that were read anew, those that a cache knew already, and tokens written. The prompt's
    #: length is the sum of the first two.
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    #: What the call cost, in millionths of a dollar, by the prices in the provider's Config; 0 when none are set.
    cost_micros: int = 0


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model is told: a stable part (cacheable), this turn's part, and the window of history."""

    #: The same to the byte for every turn of a clinic; the provider marks it for its cache, where it has one.
    stable: str = field(repr=False)
    turn: str = field(repr=False)
    #: Oldest first; the last lines are the patient's texts of this turn. May be empty, begin with the clinic, or hold
    #: several lines of one side in a row: the provider makes of it what its model takes.
    history: tuple[Said, ...] = ()
    #: Names of the facts it may report, with a description each. The same for every turn of a clinic, as `stable` is.
    fields: Mapping[str, str] = field(default_factory=dict)
    #: Why its draft of this turn was not sent; empty the first time.
    refused: str = field(default="", repr=False)
    #: Which wording of the prompt this is; for traces. It is not sent.
    version: str = ""


LLMConfigT = TypeVar("LLMConfigT", bound=Settings)


class LLM(Provider[LLMConfigT]):
    """A language model, asked once a turn."""

    async def draft(self, prompt: Prompt, *, deadline_seconds: float) -> Draft:
        """One call of the model, once: retrying is the runtime's.

        It ends within `deadline_seconds` or the Config's own, shorter deadline, whatever the provider does. What
        goes wrong is told in this vocabulary and no other, and without a word of the prompt or of the answer:

        - `RetryLater`: throttled, over quota, down, unreachable, cut off or too slow. A model call changes nothing,
          so that an unknown outcome is only a missing one. `after` where the provider said how long; `code` is the
          provider's own, or "timeout", "unreachable", "cut".
        - `ModelRefused`, `ModelMalformed`: it answered, and the answer cannot be used; with what the call cost.
        - `Misconfigured`: the key, the model's id, the region or a setting is refused; an operator has to act.
        """
        raise NotImplementedError
