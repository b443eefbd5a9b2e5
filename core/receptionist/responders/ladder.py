"""The ladder of models: who may be asked now, and what came of asking. Whoever fails is skipped for a while."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Literal

from core.breaker import Breaker
from deskbell.errors import Misconfigured, ModelMalformed, ModelRefused, ModelUnusable, ProviderNotReady, RetryLater
from deskbell.llm import LLM, Draft, Prompt

Outcome = Literal["drafted", "throttled", "late", "malformed", "refused", "misconfigured", "failed"]
_USED = ("tokens_in", "tokens_cached", "tokens_out", "cost_micros")
#: The model was there; it is not left alone for these.
_ANSWERED = frozenset({"drafted", "refused"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call of one model."""

    rung: str
    outcome: Outcome
    seconds: float
    #: None unless `outcome` is "drafted".
    draft: Draft | None = None
    #: With this failure the model began to be left alone.
    gave_up: bool = False
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    #: Millionths of a dollar.
    cost_micros: int = 0


class Ladder:
    """The models of one clinic, best first. `models` may fill up while they are opened; who is not there is skipped."""

    def __init__(self, models: Mapping[str, LLM[Any]], now: Callable[[], float] = monotonic) -> None:
        self._models = models
        self._now = now
        self._breakers: dict[str, Breaker] = {}

    def rungs(self) -> Iterator[str]:
        """The models to ask, in order, as long as the one before did not help."""
        for rung in tuple(self._models):
            if self._breakers.setdefault(rung, Breaker(self._now)).lets_through():
                yield rung

    async def ask(self, rung: str, prompt: Prompt, *, seconds: float) -> Call:
        """Asks one model. Whatever it does, this returns within `seconds`."""
        began = self._now()
        breaker = self._breakers.setdefault(rung, Breaker(self._now))
        draft: Draft | None = None
        paid: Draft | ModelUnusable | None = None
        after: float | None = None
        try:
            async with asyncio.timeout(seconds):
                draft = paid = await self._models[rung].draft(prompt, deadline_seconds=seconds)
            outcome: Outcome = "drafted"
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the next rung is there for that
            outcome = _outcome(error)
            paid = error if isinstance(error, ModelUnusable) else None
            after = error.after.total_seconds() if isinstance(error, RetryLater) and error.after else None
        if outcome in _ANSWERED:
            breaker.succeeded()
        gave_up = outcome not in _ANSWERED and breaker.failed(after)
        used = {name: getattr(paid, name) for name in _USED} if paid else {}
        return Call(rung, outcome, self._now() - began, draft, gave_up, **used)


def _outcome(error: Exception) -> Outcome:
    match error:
        case TimeoutError() | RetryLater(code="timeout"):
            return "late"
        case RetryLater():
            return "throttled"
        case ModelRefused():
            return "refused"
        case ModelMalformed() | ModelUnusable():
            return "malformed"
        case Misconfigured() | ProviderNotReady():
            return "misconfigured"
        case _:
            return "failed"
