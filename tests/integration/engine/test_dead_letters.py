"""What staff do about texts that did not leave: every gate is asked again, and nothing behind them waits."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from core.store import undelivered
from deskbell import DeliveryStatus, DeliveryUpdate, OutcomeUnknown, RetryLater, Undeliverable

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World


async def held(world: World) -> int:
    """A text that the carrier would not take, however often it was asked."""
    world.wire.script.extend([RetryLater()] * 4)
    await world.hear("hello there")
    await world.settle()
    for _ in range(5):
        world.clock.advance(400)
        await world.engine.sweeper.send_due()
    number: int = await world.value("SELECT id FROM outbox WHERE status = 'held'")
    return number


async def resend(world: World, number: int) -> str | None:
    async with world.database.connection() as connection:
        before = await undelivered.resend(connection, "harbor", number, "rosa", world.clock.now())
    world.clock.advance(5)
    await world.engine.sweeper.send_due()
    return before


async def drop(world: World, number: int) -> str | None:
    async with world.database.connection() as connection:
        return await undelivered.drop(connection, "harbor", number, "rosa", world.clock.now())


async def acts(world: World) -> list[tuple[str, str, str]]:
    rows = await world.rows("SELECT before, after, author FROM outbox_journal ORDER BY id")
    return [(row["before"], row["after"], row["author"]) for row in rows]


async def test_a_held_text_is_sent_again_with_its_attempts_and_its_age_begun_anew(world: World) -> None:
    number = await held(world)
    world.clock.advance(timedelta(days=3).total_seconds())
    world.wire.script.extend([RetryLater()] * 3)
    assert await resend(world, number) == "held"
    for _ in range(4):
        world.clock.advance(400)
        await world.engine.sweeper.send_due()
    assert world.sent == ["hello there"]
    assert await acts(world) == [("held", "queued", "rosa")]


async def test_a_refused_text_can_be_sent_again(world: World) -> None:
    world.wire.script.append(Undeliverable(code="40310"))
    await world.hear("hello there")
    await world.settle()
    assert await resend(world, await world.value("SELECT id FROM outbox")) == "failed"
    assert world.sent == ["hello there"]


async def test_a_text_that_did_not_arrive_goes_again_as_another_text_to_the_carrier(world: World) -> None:
    await world.hear("hello there")
    await world.settle()
    key = await world.value("SELECT key FROM outbox")
    await world.receipt(DeliveryUpdate("m1", DeliveryStatus.FAILED, world.clock.now(), code="30003"))
    assert await resend(world, await world.value("SELECT id FROM outbox")) == "undelivered"
    assert world.sent == ["hello there"] * 2
    assert key != await world.value("SELECT key FROM outbox")
    await world.receipt(DeliveryUpdate("m1", DeliveryStatus.FAILED, world.clock.now(), text_id=str(key)))
    assert await world.value("SELECT receipt FROM outbox") == DeliveryStatus.QUEUED


async def test_a_text_that_may_have_left_keeps_the_key_that_a_carrier_knows_it_by(world: World) -> None:
    world.wire.script.append(OutcomeUnknown())
    await world.hear("hello there")
    await world.settle()
    for _ in range(20):
        world.clock.advance(10)
        await world.engine.outbox.reconcile()
    key, doubtful = (await world.rows("SELECT key, doubtful FROM outbox"))[0]
    assert doubtful
    assert await resend(world, await world.value("SELECT id FROM outbox")) == "held"
    assert [text.id for text in world.wire.taken] == [str(key)]


@pytest.mark.parametrize("status", ["sent", "queued", "dropped"])
async def test_what_is_not_lost_is_not_sent_again(world: World, status: str) -> None:
    await world.hear("hello there")
    await world.settle()
    await world.rows("UPDATE outbox SET status = $1, due_at = $2", status, world.clock.now() + timedelta(days=1))
    assert await resend(world, await world.value("SELECT id FROM outbox")) is None
    assert world.sent == ["hello there"]
    assert await acts(world) == []


async def test_sent_again_after_a_takeover_the_bots_text_is_dropped(world: World) -> None:
    number = await held(world)
    await world.engine.takeover.take("harbor", await world.value("SELECT id FROM conversation"), "rosa")
    await resend(world, number)
    assert world.sent == []
    assert await world.value("SELECT reason FROM outbox") == "staff took the conversation over"


async def test_sent_again_after_an_opt_out_nothing_leaves(world: World) -> None:
    number = await held(world)
    await world.rows("UPDATE contact SET opted_out_at = $1", world.clock.now())
    await resend(world, number)
    assert world.sent == []
    assert await world.value("SELECT status FROM outbox") == "dropped"


async def test_a_text_that_waits_can_be_ended_and_frees_those_behind_it(world: World) -> None:
    world.wire.script.append(OutcomeUnknown())
    await world.hear("hello there")
    await world.settle()
    await world.hear("hello again")
    await world.settle()
    assert world.sent == []
    assert await drop(world, await world.value("SELECT min(id) FROM outbox")) == "unknown"
    world.clock.advance(5)
    await world.engine.sweeper.send_due()
    assert world.sent == ["hello again"]
    assert await acts(world) == [("unknown", "dropped", "rosa")]


async def test_a_text_that_was_ended_in_doubt_and_had_left_is_known_to_have_been_sent(world: World) -> None:
    world.wire.script.append(OutcomeUnknown())
    await world.hear("hello there")
    await world.settle()
    key = await world.value("SELECT key FROM outbox")
    await drop(world, await world.value("SELECT id FROM outbox"))
    await world.receipt(DeliveryUpdate("m7", DeliveryStatus.DELIVERED, world.clock.now(), text_id=str(key)))
    assert await world.value("SELECT status FROM outbox") == "sent"


async def test_what_was_taken_cannot_be_ended(world: World) -> None:
    await world.hear("hello there")
    await world.settle()
    assert await drop(world, await world.value("SELECT id FROM outbox")) is None
    assert await world.value("SELECT status FROM outbox") == "sent"


async def test_a_held_text_keeps_neither_its_own_conversation_nor_another_waiting(world: World) -> None:
    await held(world)
    await world.hear("hello again")
    await world.hear("and I", sender="+12125550112")
    await world.settle()
    assert sorted(world.sent) == ["and I", "hello again"]
