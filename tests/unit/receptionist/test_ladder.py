"""The ladder of models: who is asked, for how long, and who is left alone."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import timedelta
from typing import Any

import pytest

from core.breaker import FAILURES, PAUSE_SECONDS, Breaker
from core.receptionist.responders.ladder import Ladder
from deskbell import LLM, Draft, Misconfigured, Prompt, ProviderContext, RetryLater, Settings
from deskbell.errors import ModelMalformed, ModelRefused

PROMPT = Prompt("stable", "turn")


class Scripted(LLM[Settings]):
    """A model that does what it is told, call by call; without anything left it writes one line."""

    name = "scripted"

    def __init__(self, *acts: Draft | Exception | float) -> None:
        super().__init__(Settings(), ProviderContext("harbor", "harbor-scripted"))
        self.acts = deque(acts)
        self.asked: list[Prompt] = []

    async def draft(self, prompt: Prompt, *, deadline_seconds: float) -> Draft:
        self.asked.append(prompt)
        act = self.acts.popleft() if self.acts else Draft("Hello.")
        if isinstance(act, Exception):
            raise act
        if isinstance(act, float):
            await asyncio.sleep(act)
            return Draft("Late.")
        return act


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def time() -> Time:
    return Time()


def test_a_breaker_opens_after_some_failures_in_a_row_and_says_so_once(time: Time) -> None:
    breaker = Breaker(time)
    opened = [breaker.failed() for _ in range(FAILURES + 2)]
    assert opened == [False] * (FAILURES - 1) + [True, False, False]
    assert not breaker.lets_through()


def test_a_success_between_failures_keeps_a_breaker_closed(time: Time) -> None:
    breaker = Breaker(time)
    for _ in range(FAILURES * 2):
        breaker.failed()
        breaker.succeeded()
    assert breaker.lets_through()


def test_an_open_breaker_lets_one_call_through_after_the_pause_and_closes_with_its_success(time: Time) -> None:
    breaker = Breaker(time)
    for _ in range(FAILURES):
        breaker.failed()
    time.seconds += PAUSE_SECONDS
    assert breaker.lets_through()
    assert not breaker.lets_through()
    breaker.succeeded()
    assert breaker.lets_through()


def test_a_throttled_model_is_left_alone_for_as_long_as_it_said(time: Time) -> None:
    breaker = Breaker(time)
    for _ in range(FAILURES):
        breaker.failed(PAUSE_SECONDS * 3)
    time.seconds += PAUSE_SECONDS * 2
    assert not breaker.lets_through()
    time.seconds += PAUSE_SECONDS
    assert breaker.lets_through()


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RetryLater(after=timedelta(seconds=2)), "throttled"),
        (RetryLater(code="timeout"), "late"),
        (ModelMalformed(), "malformed"),
        (ModelRefused(), "refused"),
        (Misconfigured(), "misconfigured"),
        (ValueError("a plugin's slip"), "failed"),
    ],
)
async def test_whatever_a_model_raises_has_a_word(error: Exception, outcome: str, time: Time) -> None:
    call = await Ladder({"one": Scripted(error)}, time).ask("one", PROMPT, seconds=5)
    assert (call.outcome, call.draft) == (outcome, None)


async def test_a_model_that_does_not_answer_is_given_up_at_its_deadline(time: Time) -> None:
    call = await Ladder({"one": Scripted(60.0)}, time).ask("one", PROMPT, seconds=0.01)
    assert call.outcome == "late"


async def test_what_a_useless_answer_cost_is_known(time: Time) -> None:
    error = ModelMalformed()
    error.tokens_in, error.cost_micros = 120, 90
    call = await Ladder({"one": Scripted(error)}, time).ask("one", PROMPT, seconds=5)
    assert (call.tokens_in, call.cost_micros) == (120, 90)


async def test_a_model_that_fails_again_and_again_is_no_rung_until_its_pause_is_over(time: Time) -> None:
    models: dict[str, Any] = {"one": Scripted(*[RetryLater()] * FAILURES), "two": Scripted()}
    ladder = Ladder(models, time)
    gave_up = [(await ladder.ask("one", PROMPT, seconds=5)).gave_up for _ in range(FAILURES)]
    assert gave_up == [False] * (FAILURES - 1) + [True]
    assert list(ladder.rungs()) == ["two"]
    time.seconds += PAUSE_SECONDS
    assert list(ladder.rungs()) == ["one", "two"]


async def test_a_refusal_is_no_reason_to_leave_a_model_alone(time: Time) -> None:
    ladder = Ladder({"one": Scripted(*[ModelRefused()] * (FAILURES + 1))}, time)
    for _ in range(FAILURES + 1):
        await ladder.ask("one", PROMPT, seconds=5)
    assert list(ladder.rungs()) == ["one"]


def test_models_that_open_later_join_the_ladder(time: Time) -> None:
    models: dict[str, Any] = {}
    ladder = Ladder(models, time)
    assert list(ladder.rungs()) == []
    models["one"] = Scripted()
    assert list(ladder.rungs()) == ["one"]
