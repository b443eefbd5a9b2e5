"""Intake, mailbox and turn on a real database: nothing lost, nothing twice, one answer for a burst."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.stages import register_stages
from deskbell import CallNext, InboundText, MissedCall, Settings, Stage, Turn

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World


async def test_a_text_is_answered_with_one_text(world: World) -> None:
    await world.hear("are you open tomorrow?")
    await world.settle()
    assert world.sent == ["are you open tomorrow?"]
    assert await world.value("SELECT status FROM outbox") == "sent"


@pytest.mark.parametrize("year", [1, 9999])
async def test_a_text_of_an_impossible_date_is_answered_and_stands_in_its_place(world: World, year: int) -> None:
    event = InboundText("odd", "+12125550111", world.wire.address, "are you open?", datetime(year, 1, 1, tzinfo=UTC))
    await world.engine.intake.accept(world.live, world.wire, [event])
    await world.settle()
    assert world.sent == ["are you open?"]
    assert abs(await world.value("SELECT at FROM event") - world.clock.now()) < timedelta(minutes=1)


async def test_a_burst_gets_one_answer(world: World) -> None:
    for text in ("Hi", "I'd like", "a botox appointment", "thursday?"):
        await world.hear(text)
        world.clock.advance(1)
    await world.settle()
    assert world.sent == ["Hi+I'd like+a botox appointment+thursday?"]


async def test_a_burst_that_does_not_end_is_answered_at_the_cap(world: World) -> None:
    began = world.clock.now()
    for _ in range(9):
        await world.hear("and")
        world.clock.advance(1)
    await world.settle()
    assert (world.clock.now() - began).total_seconds() == 10


async def test_fifty_deliveries_of_one_text_at_once_are_one_text(world: World) -> None:
    await asyncio.gather(*(world.hear("hello there", text_id="same") for _ in range(50)))
    await world.settle()
    assert await world.value("SELECT count(*) FROM event") == 1
    assert await world.value("SELECT arrived FROM conversation") == 1
    assert world.sent == ["hello there"]


async def test_a_duplicate_that_comes_after_the_answer_is_not_answered_again(world: World) -> None:
    await world.hear("hello there", text_id="same")
    await world.settle()
    await world.hear("hello there", text_id="same")
    await world.settle()
    assert world.sent == ["hello there"]


async def test_a_text_that_arrives_while_a_turn_runs_is_answered_by_the_next_turn(world: World) -> None:
    late = asyncio.Event()

    class Slow(Stage[Settings]):
        name = "slow"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            if not late.is_set():
                late.set()
                await world.hear("second")
            turn.say("+".join(text.text for text in turn.texts))

    world.use(Slow)
    await world.hear("first")
    await world.settle()
    assert world.sent == ["first", "second"]


async def test_two_turns_of_one_conversation_at_once_give_one_answer(world: World) -> None:
    await world.hear("hello there")
    world.clock.advance(60)
    conversation = await world.value("SELECT id FROM conversation")
    await asyncio.gather(*(world.engine.turns.handle("harbor", conversation, 0) for _ in range(5)))
    assert world.sent == ["hello there"]
    assert await world.value("SELECT count(*) FROM turn") == 1


async def test_a_wake_is_enqueued_with_the_first_event_of_a_mailbox_only(world: World) -> None:
    for _ in range(3):
        await world.hear("hello there")
    assert await world.value("SELECT count(*) FROM pgqueuer") == 1


async def test_two_patients_never_mix(world: World) -> None:
    await asyncio.gather(*(world.hear(f"I am {n}", f"+1212555010{n}") for n in range(10)))
    await world.settle()
    assert {(text.to, text.text) for text in world.wire.taken} == {(f"+1212555010{n}", f"I am {n}") for n in range(10)}


async def test_a_forgotten_conversation_is_woken_again(world: World) -> None:
    await world.hear("hello there")
    await world.rows("DELETE FROM pgqueuer")
    assert await world.engine.sweeper.wake_forgotten() == 0
    world.clock.advance(121)
    assert await world.engine.sweeper.wake_forgotten() == 1
    assert await world.value("SELECT count(*) FROM pgqueuer") == 1


async def test_a_card_number_never_reaches_the_disk(world: World) -> None:
    await world.hear("my card is 4111 1111 1111 1111")
    stored = str(await world.rows("SELECT body FROM event"))
    assert "4111" not in stored
    assert "card_removed" in stored


@pytest.mark.parametrize("text", ["a\x00b" + "x" * 10_000, "half a pair \ud83d", "\x00"])
async def test_what_a_database_cannot_hold_does_not_stop_a_text(world: World, text: str) -> None:
    await world.hear(text)
    await world.settle()
    assert world.wire.taken
    assert await world.value("SELECT count(*) FROM outbox WHERE status <> 'sent'") == 0


# ---- missed calls ------------------------------------------------------------------------------------------------


async def call(world: World, call_id: str = "call-1", caller: str = "+12125550111") -> None:
    event = MissedCall(call_id, caller, world.wire.address, world.clock.now())
    await world.engine.intake.accept(world.live, world.wire, [event])


async def test_a_missed_call_begins_a_conversation_and_is_texted_back(world: World) -> None:
    world.use(*register_stages())
    await call(world)
    await world.settle()
    assert ["Harbor" in text for text in world.sent] == [True]
    assert await world.value("SELECT kind FROM outbox") == "outreach"


async def test_two_reports_of_one_call_are_one_event(world: World) -> None:
    world.use(*register_stages())
    await call(world)
    await world.settle()
    await call(world)
    await world.settle()
    assert await world.value("SELECT count(*) FROM event") == 1
    assert len(world.sent) == 1


async def test_a_withheld_number_begins_no_conversation(world: World) -> None:
    world.use(*register_stages())
    for number, caller in enumerate(["anonymous", "", "+266696687", "611"]):
        await call(world, f"call-{number}", caller)
    assert await world.value("SELECT count(*) FROM conversation") == 0
    assert await world.value("SELECT count(*) FROM contact") == 0


async def test_a_call_cuts_no_burst_short(world: World) -> None:
    await world.hear("Hi")
    await call(world)
    assert await world.value("SELECT settles_at FROM conversation") > world.clock.now()
    world.clock.advance(1)
    await world.hear("do you have parking?")
    await world.settle()
    assert world.sent == ["Hi+do you have parking?"]
