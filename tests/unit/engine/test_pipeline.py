"""The pipeline: order, depth, and what a stage may not do."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.engine.pipeline import Pipeline
from deskbell import CallNext, Clinic, Contact, PluginError, Service, Settings, Stage, StageContext, TextReceived, Turn

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
CLINIC = Clinic(
    id="harbor",
    name="Harbor",
    timezone=ZoneInfo("America/New_York"),
    phone="+12125550134",
    services=(Service(name="Botox"),),
)


def turn() -> Turn:
    return Turn(CLINIC, Contact(1, "sms", "+12125550111"), 1, "bot", NOW, (TextReceived(1, NOW, "hello"),))


def stage(name: str, act: Callable[[Turn, CallNext], Awaitable[None]]) -> Stage[Any]:
    class Made(Stage[Settings]):
        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            await act(turn, call_next)

    Made.name = name
    return Made(Settings(), StageContext(CLINIC))


async def inward_and_back(turn: Turn, call_next: CallNext) -> None:
    turn.note("in")
    await call_next()
    turn.note("out")


async def end(turn: Turn, call_next: CallNext) -> None:
    turn.say("done")


async def twice(turn: Turn, call_next: CallNext) -> None:
    await call_next()
    await call_next()


async def test_the_first_stage_is_the_outermost() -> None:
    running = turn()
    await Pipeline([stage("a", inward_and_back), stage("b", inward_and_back)]).run(running)
    assert [(note.stage, note.decision) for note in running.notes] == [
        ("a", "in"),
        ("b", "in"),
        ("b", "out"),
        ("a", "out"),
    ]


async def test_a_stage_that_does_not_call_on_ends_the_turn() -> None:
    running = turn()
    spent = await Pipeline([stage("a", end), stage("b", inward_and_back)]).run(running)
    assert running.notes == []
    assert set(spent) == {"a"}


async def test_a_text_names_the_stage_that_wrote_it_also_after_the_inner_stages_ran() -> None:
    async def say_late(turn: Turn, call_next: CallNext) -> None:
        await call_next()
        turn.say("late")

    running = turn()
    await Pipeline([stage("outer", say_late), stage("inner", end)]).run(running)
    assert [(reply.text, reply.by) for reply in running.replies] == [("done", "inner"), ("late", "outer")]


async def test_calling_on_twice_is_refused_by_name() -> None:
    with pytest.raises(PluginError, match="greedy"):
        await Pipeline([stage("greedy", twice), stage("b", end)]).run(turn())


async def test_the_figures_stand_in_the_pipelines_order() -> None:
    spent = await Pipeline([stage("z", inward_and_back), stage("a", inward_and_back), stage("m", end)]).run(turn())
    assert list(spent) == ["z", "a", "m"]


async def test_an_empty_pipeline_does_nothing() -> None:
    running = turn()
    assert await Pipeline([]).run(running) == {}
    assert running.effects == []
