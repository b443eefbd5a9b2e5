"""A call that was promised: when its time comes and nobody has acted, staff are told once more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.config.staff import Staff
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.receptionist.opening import call_back
from core.stages.takeover import Takeover
from deskbell import CallNext, Effect, HandOver, Hours, Settings, Stage, StageContext, Turn
from tests.conftest import CLINIC
from tests.integration.engine.test_paging import DESK, STAFF

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World

HOURS = Hours.model_validate({day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday")})
PERSON = HandOver("Asked for a person: Dana Cole", kind="person")
#: The clock stands at ten on a Monday morning in New York; the clinic closes seven hours later.
UNTIL_FIVE = timedelta(hours=7)


class Promises(Stage[Settings]):
    """Promises a call to whoever writes, and hands over whoever asks for a person."""

    name = "promises"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        extra: list[Effect] = [PERSON] if any(text.text == "a person please" for text in turn.texts) else []
        turn.effects += extra
        if turn.texts and turn.texts[0].text != "just a question":
            turn.say(f"Our team will call you {call_back(turn.clinic, turn.now)}.")


def serve(world: World, *, hours: Hours | None = HOURS, **staff: Any) -> None:
    clinic = CLINIC.model_copy(update={"hours": hours})
    plan = replace(world.live.plan, clinic=clinic, staff=Staff.model_validate({**STAFF, "notify": "all", **staff}))
    context = StageContext(clinic)
    pipeline = Pipeline([Takeover(Settings(), context), Promises(Settings(), context)])
    world.live = LiveClinic(plan, world.live.channels, None, pipeline)
    world.engine.directory.swap({"harbor": world.live})


async def passes(world: World, time: timedelta) -> None:
    world.clock.advance(time.total_seconds())
    await world.engine.sweeper.fire_timers()
    await world.settle()


async def told(world: World) -> list[tuple[str, bool]]:
    rows = await world.rows("SELECT kind, urgent FROM notice WHERE kind = 'promise_due' ORDER BY id")
    return [(row["kind"], row["urgent"]) for row in rows]


@pytest.mark.parametrize("text", ["call me", "a person please"])
async def test_at_the_promised_hour_staff_are_told_once_that_nobody_has_acted(world: World, text: str) -> None:
    serve(world)
    await world.hear(text)
    await world.settle()
    await passes(world, UNTIL_FIVE - timedelta(minutes=1))
    assert await told(world) == []
    await passes(world, timedelta(minutes=1))
    assert await told(world) == [("promise_due", True)]
    await passes(world, timedelta(days=2))
    assert await told(world) == [("promise_due", True)]


async def test_it_reaches_their_phones_and_is_not_raised_again_by_itself(world: World) -> None:
    serve(world, email=[], raise_again={"after": "30m", "times": 5})
    await world.hear("call me")
    await world.settle()
    await passes(world, UNTIL_FIVE)
    for _ in range(5):
        await world.engine.pager.plan()
        await world.engine.pager.raise_again()
        await world.engine.pager.deliveries.send_texts()
        world.clock.advance(3600)
    paged = [text.text for text in world.wire.taken if text.to == DESK]
    assert paged == ["Harbor: URGENT: A call was promised by now, and nobody has acted."]


@pytest.mark.parametrize("act", ["reply", "take", "release", "seen"])
async def test_when_somebody_has_acted_nothing_comes_due(world: World, act: str) -> None:
    serve(world)
    await world.hear("call me")
    await world.settle()
    conversation = await world.value("SELECT id FROM conversation")
    takeover = world.engine.takeover
    match act:
        case "reply":
            await takeover.reply("harbor", conversation, "rosa", "Rosa here")
        case "take":
            await takeover.take("harbor", conversation, "rosa")
        case "release":
            await takeover.release("harbor", conversation, "rosa")
        case _:
            await takeover.seen("harbor", conversation)
    await world.settle()
    await passes(world, timedelta(days=2))
    assert await told(world) == []


async def test_a_promise_that_is_repeated_is_due_once(world: World) -> None:
    serve(world)
    for _ in range(3):
        await world.hear("call me")
        await world.settle()
        world.clock.advance(600)
    await passes(world, UNTIL_FIVE)
    assert await told(world) == [("promise_due", True)]


async def test_a_promise_of_tomorrow_does_not_put_off_that_of_today(world: World) -> None:
    serve(world)
    await world.hear("call me")
    await world.settle()
    world.clock.advance(6.5 * 3600)
    await world.hear("hello? call me")  # with half an hour left of the day
    await world.settle()
    await passes(world, timedelta(minutes=30))
    assert len(await told(world)) == 1
    await passes(world, timedelta(days=1))
    assert len(await told(world)) == 2


async def test_a_text_that_promises_nothing_is_no_promise(world: World) -> None:
    serve(world)
    await world.hear("just a question")
    await world.settle()
    assert await world.value("SELECT count(*) FROM timer") == 0


async def test_without_opening_hours_no_time_is_promised_and_none_comes(world: World) -> None:
    serve(world, hours=None)
    await world.hear("call me")
    await world.settle()
    assert await world.value("SELECT count(*) FROM timer") == 0


@pytest.mark.parametrize(("how", "notices"), [("normal", [("promise_due", False)]), ("never", [])])
async def test_how_they_are_told_is_the_clinics_to_say(world: World, how: str, notices: list[tuple[str, bool]]) -> None:
    serve(world, promise_due=how)
    await world.hear("call me")
    await world.settle()
    await passes(world, UNTIL_FIVE)
    assert await told(world) == notices
