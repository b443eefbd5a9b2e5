"""What the author of a language model tells the kit: how to make one, what it answers, and how it asks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from deskbell.llm import LLM, Prompt, Said
from deskbell.provider import ProviderContext
from deskbell.testing.contract import Contract
from deskbell.testing.refusal import Refusal
from deskbell.testing.server import Answer, Call
from deskbell.types import ManualClock

#: What the patient of every sample writes, and what the model says. None may turn up where it does not belong.
PATIENT_WORDS = "I am Dana Cole and the peacock sings at noon"
MODEL_WORDS = "Thanks, Dana! Have you been here before?"
STABLE = "You answer texts for the Heron House."
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

FIELDS = {"name": "first and last name of the patient", "new_or_returning": "whether they have been here before"}


@dataclass(frozen=True)
class Reply:
    """What the model says. The defaults are blameless."""

    words: str = MODEL_WORDS
    #: (name, value, evidence)
    facts: Sequence[tuple[str, object, str]] = (("name", "Dana Cole", "I am Dana Cole"),)
    asks: str | None = "new_or_returning"
    wants_person: bool = False
    #: Tokens of the prompt read anew, of the prompt in the provider's cache, and written.
    tokens: tuple[int, int, int] = (812, 0, 47)


@dataclass(frozen=True)
class Told:
    """What one request told the model."""

    #: Everything up to the end of the stable part, to the byte: what a cache would know again.
    prefix: str
    #: The provider was asked to keep the prefix in its cache; None where it does so by itself or has none.
    marked: bool | None
    #: Whatever came after the prefix and is no line of the conversation.
    turn: str
    #: (True for the patient, text), in order.
    lines: Sequence[tuple[bool, str]]


class LLMScene(Contract, ABC):
    """The author's part. Class attributes say what the provider is like, methods build what it sends."""

    llm: ClassVar[type[LLM[Any]]]
    #: Every secret in `settings`: none may show anywhere.
    secrets: ClassVar[Sequence[str]]
    #: Top-level module of the provider's SDK, which nothing may load before `open()`.
    sdk: ClassVar[str | None] = None
    #: Packages, beside Python's own, that the first draft may still load: small ones.
    loads_late: ClassVar[frozenset[str]] = frozenset()
    #: The setting by which a Config limits every call.
    deadline_setting: ClassVar[str] = "deadline_seconds"

    now: ClassVar[datetime] = NOW

    # ---- the author fills these in ----------------------------------------------------------------------------

    @abstractmethod
    def settings(self, base_url: str) -> dict[str, Any]:
        """The `Config` of a working binding whose provider's API is at `base_url`."""

    @abstractmethod
    def replied(self, reply: Reply) -> Answer:
        """The model answers so."""

    @abstractmethod
    def declined(self) -> Sequence[Answer]:
        """The model, or a filter in front of it, will not answer: each way in which that is told."""

    @abstractmethod
    def unusable(self) -> Sequence[Answer]:
        """Answers of the provider's own shape without a reply: no call of the tool, cut off at the limit, wrong types.
        Let them quote `PATIENT_WORDS` and `MODEL_WORDS`, as models do."""

    @abstractmethod
    def refusals(self) -> Sequence[Refusal]:
        """The provider's error table: at least one that passes and one of our own making. Let the messages quote
        `PATIENT_WORDS`, as providers' do."""

    @abstractmethod
    def too_many_requests(self, seconds: int) -> Answer:
        """The provider wants to be left alone for so many seconds, and says so in its own way."""

    @abstractmethod
    def bad_credentials(self) -> Answer:
        """The provider does not accept our key."""

    @abstractmethod
    def told(self, call: Call) -> Told:
        """What a request told the model."""

    # ---- what the tests make of it ----------------------------------------------------------------------------

    def made(self, base_url: str = "http://127.0.0.1:9", *, deadline: float = 5.0) -> LLM[Any]:
        """A model in its surroundings, not opened."""
        config = self.llm.Config(**{**self.settings(base_url), self.deadline_setting: deadline})
        return self.llm(config, ProviderContext("harbor", "harbor-model", clock=ManualClock(self.now)))

    @asynccontextmanager
    async def opened(self, base_url: str = "http://127.0.0.1:9", *, deadline: float = 5.0) -> AsyncIterator[LLM[Any]]:
        model = self.made(base_url, deadline=deadline)
        await model.open()
        try:
            yield model
        finally:
            await model.close()

    def prompt(self, *history: Said, fields: Mapping[str, str] | None = None, **changes: Any) -> Prompt:
        """A prompt whose conversation is `history`, or one text of the patient's."""
        asked = Prompt(
            stable=STABLE,
            turn="Their next visit is not known yet.",
            history=history or (Said("patient", PATIENT_WORDS),),
            fields=FIELDS if fields is None else fields,
            version="wording-7",
        )
        return replace(asked, **changes)

    def private(self) -> list[str]:
        """What may not show in logs, errors and reprs."""
        return [*self.secrets, PATIENT_WORDS, MODEL_WORDS, STABLE, "Dana Cole"]
