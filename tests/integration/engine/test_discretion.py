"""What a patient tells of their health stays with the clinic: through a real engine and every table it writes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.engine.traffic import TrafficCounter
from core.stages import register_stages
from core.stages.health_guard import HealthGuard
from core.stages.pace import Pace, PaceConfig
from deskbell import CallNext, Line, Settings, Stage, StageContext, Turn
from tests.conftest import CLINIC

DETAILS = ("pregnant", "warfarin", "lupus")
TEXT = "Hi, Dana Cole here. I'm pregnant and on warfarin. Botox on Tuesday?"


async def tables_that_say(world: Any, *words: str) -> set[str]:
    """Tables with one of the words in any column of any row."""
    tables = await world.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
    said = set()
    for (table,) in tables:
        rows = await world.rows(f'SELECT t::text AS row FROM "{table}" t')  # noqa: S608 - names of our own tables
        if any(word in row["row"].lower() for row in rows for word in words):
            said.add(table)
    return said


def use(world: Any, *stages: Stage[Any]) -> None:
    world.live = LiveClinic(world.live.plan, world.live.channels, None, Pipeline(stages))
    world.engine.directory.swap({CLINIC.id: world.live})


class Peek(Stage[Settings]):
    """Remembers the history that stages are given."""

    name = "peek"
    seen: list[Line]

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        type(self).seen = list(await self.context.transcript(turn, 10))
        await call_next()


class Broken(Stage[Settings]):
    name = "broken"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        raise ValueError("no turn survives this")


async def history(world: Any) -> str:
    """What the next turn is given to read."""
    world.use(HealthGuard, Peek)
    await world.hear("and is there parking?")
    await world.settle()
    return "\n".join(line.text for line in Peek.seen)


async def test_details_stand_in_the_patients_own_text_and_nowhere_else(world: Any) -> None:
    world.use(*register_stages())
    with structlog.testing.capture_logs() as logs:
        await world.hear(TEXT)
        await world.settle()
    assert await tables_that_say(world, *DETAILS) == {"event"}
    assert not any(word in repr(logs).lower() for word in DETAILS)
    assert not any(word in text.lower() for text in world.sent for word in DETAILS)


async def test_the_booking_beside_details_is_kept(world: Any) -> None:
    world.use(*register_stages())
    await world.hear(TEXT)
    await world.settle()
    facts = {row["name"]: row["value"] for row in await world.rows("SELECT name, value FROM fact")}
    assert (facts["first_name"], facts["service"]) == ("Dana", "Botox")
    assert "when" in facts


async def test_later_turns_are_given_what_was_left_of_a_text(world: Any) -> None:
    world.use(*register_stages())
    await world.hear(TEXT)
    await world.settle()
    read = await history(world)
    assert "Dana Cole here" in read
    assert not any(word in read for word in DETAILS)


async def test_details_that_came_while_staff_led_or_after_an_opt_out_are_withheld_as_well(world: Any) -> None:
    world.use(*register_stages())
    await world.hear("hello, is this Harbor?")
    await world.settle()
    [(conversation,)] = await world.rows("SELECT id FROM conversation")
    await world.engine.takeover.take(CLINIC.id, conversation, "Sam")
    await world.hear("I have lupus")
    await world.settle()
    await world.engine.takeover.release(CLINIC.id, conversation, "Sam")
    await world.hear("STOP, I'm pregnant")
    await world.settle()
    read = await history(world)
    assert "is this Harbor" in read
    assert not any(word in read for word in DETAILS)


async def test_a_text_that_no_turn_survived_is_given_to_none(world: Any) -> None:
    world.use(HealthGuard, Broken)
    await world.hear("I have lupus")
    await world.settle()
    assert await world.value("SELECT bool_and(parked) FROM event WHERE kind = 'text'")
    assert "lupus" not in await history(world)


async def test_a_card_over_two_texts_is_cut_out_of_what_is_stored(world: Any) -> None:
    world.use(*register_stages())
    await world.hear("my card is 4242 4242")
    await world.hear("4242 4242 and I'm pregnant")
    await world.settle()
    assert await tables_that_say(world, "4242") == set()
    assert await tables_that_say(world, "pregnant") == {"event"}


async def test_texts_are_counted_from_the_outbox_and_anew_when_staff_give_the_conversation_back(world: Any) -> None:
    context = StageContext(CLINIC, traffic=TrafficCounter(world.database))
    echo = register_stages()[-1](register_stages()[-1].Config(), replace(context))
    use(world, Pace(PaceConfig(most_an_hour=5), context), echo)
    for number in range(7):
        await world.hear(f"how much is botox number {number}")
        await world.settle()
    assert len(world.sent) == 5
    [(conversation,)] = await world.rows("SELECT id FROM conversation")
    await world.engine.takeover.take(CLINIC.id, conversation, "Sam")
    await world.engine.takeover.release(CLINIC.id, conversation, "Sam")
    await world.hear("and how much is botox now")
    await world.settle()
    assert len(world.sent) == 6
    assert await world.value("SELECT count(*) FROM notice WHERE kind = 'too_many_texts'") == 1


async def test_an_hour_later_a_capped_contact_is_answered_again(world: Any) -> None:
    context = StageContext(CLINIC, traffic=TrafficCounter(world.database))
    assistant = register_stages()[-1]
    use(world, Pace(PaceConfig(most_an_hour=5), context), assistant(assistant.Config(), context))
    for number in range(6):
        await world.hear(f"how much is botox number {number}")
        await world.settle()
    world.clock.advance(timedelta(hours=1).total_seconds())
    await world.hear("and how much is botox now")
    await world.settle()
    assert len(world.sent) == 6
