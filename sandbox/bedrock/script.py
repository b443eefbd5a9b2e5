"""What the model shall say, written down before: a list of steps, each used when its turn comes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from deskbell import Settings
from sandbox.bedrock.request import Asked

#: What may go wrong at the provider, in the answer's shape, and in what the model says.
Fault = Literal[
    "throttle",
    "error",
    "slow",
    "malformed",
    "no_reply",
    "truncated",
    "refusal",
    "guardrail",
    "invented_name",
    "invented_price",
    "invented_slot",
    "invented_link",
    "medical_advice",
    "reassurance",
    "leaked_prompt",
    "claims_booking",
    "claims_payment",
    "asks_twice",
    "markdown",
    "too_long",
]


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as problem:
        raise ValueError(f"is no regular expression: {problem}") from None
    return value


class When(Settings):
    """Which requests a step is for."""

    matches: Annotated[str, AfterValidator(_pattern)] = Field(
        max_length=2_000, description="A regular expression, searched in the patient's last text; case does not count."
    )


class FactReply(Settings):
    """A fact that the model reports."""

    name: str = Field(min_length=1, description="The fact's name.")
    value: str | int | float | bool = Field(description="Its value.")
    evidence: str | None = Field(None, description="The words that prove it; left out, the patient's whole last text.")


class ReplyStep(Settings):
    """What the model says. In words, values and evidence, {0} is what `when` matched, {1} its first group."""

    words: str | None = Field(None, description="Left out, what the prompt suggests.")
    facts: list[FactReply] = Field(default_factory=list, description="Facts that it reports.")
    asks: str | None = Field(None, description="The field that it asks for; left out, what the prompt suggests.")
    wants_person: bool = Field(False, description="Whether it says that the patient wants a person.")


class Step(Settings):
    """One line of a script."""

    when: When | None = Field(None, description='{"matches": regular expression}; left out, any text.')
    reply: ReplyStep | None = Field(None, description="{words, facts, asks, wants_person}, each may be left out.")
    fault: Fault | None = Field(None, description="One of " + ", ".join(Fault.__args__) + ".")  # type: ignore[attr-defined]
    seconds: float = Field(30.0, ge=0, le=600, description="For 'slow': how late the answer comes.")
    times: Annotated[int, Field(ge=1, le=1_000_000)] | Literal["always"] | None = Field(
        None, description="How often: a number or 'always'. Left out: once without `when`, always with it."
    )

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.reply is None) == (self.fault is None):
            raise ValueError("give either reply or fault")
        return self

    @property
    def uses(self) -> int | None:
        """How often it may be used; None is always."""
        if self.times == "always":
            return None
        return self.times or (None if self.when else 1)


@dataclass(slots=True)
class _Waiting:
    step: Step
    left: int | None

    def match(self, text: str) -> re.Match[str] | None:
        return re.search(self.step.when.matches if self.step.when else "", text, re.IGNORECASE)


class Script:
    """The waiting steps. The first that fits a request answers it, and is used up by that."""

    def __init__(self) -> None:
        self._waiting: list[_Waiting] = []

    def add(self, steps: Sequence[Step]) -> None:
        self._waiting += [_Waiting(step, step.uses) for step in steps]

    def clear(self) -> None:
        self._waiting.clear()

    def all(self) -> list[dict[str, Any]]:
        return [
            {**one.step.model_dump(exclude_unset=True), "left": "always" if one.left is None else one.left}
            for one in self._waiting
        ]

    def take(self, asked: Asked) -> tuple[Step, re.Match[str]] | None:
        """The step for this request and what its `when` matched."""
        for one in self._waiting:
            found = one.match(asked.text)
            if found is None:
                continue
            if one.left is not None:
                one.left -= 1
                if one.left == 0:
                    self._waiting.remove(one)
            return one.step, found
        return None
