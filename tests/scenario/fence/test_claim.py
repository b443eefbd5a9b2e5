"""A worker that had to wait for another's lock decides by what is true afterwards, not by what was when it asked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import SystemRandom
from typing import TYPE_CHECKING

import pytest

from core.engine.presence import Presence
from core.store.consent import carrier_says_opted_out
from deskbell import ManualClock

if TYPE_CHECKING:
    from tests.scenario.conftest import Desk


async def take(desk: Desk, conversation: int) -> None:
    await desk.engine.takeover.take("harbor", conversation, "rosa")


async def opt_out(desk: Desk, conversation: int) -> None:
    async with desk.database.transaction() as connection:
        await carrier_says_opted_out(connection, "harbor", conversation, "carrier 40300", desk.clock.now())


@pytest.mark.parametrize("act", [take, opt_out])
async def test_a_claim_that_waited_heeds_what_was_committed_meanwhile(
    desk: Desk, act: Callable[[Desk, int], Awaitable[None]]
) -> None:
    conversation = await queued_text(desk)
    async with desk.database.connection() as other:
        async with other.transaction():
            # Another worker is just giving the text back.
            await other.execute("SELECT FROM outbox FOR UPDATE")
            draining = asyncio.create_task(desk.engine.outbox.drain("harbor", conversation))
            while not await desk.rows("SELECT FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
                await asyncio.sleep(0)
            await act(desk, conversation)
        await draining
    assert desk.wire.taken == []
    assert await desk.value("SELECT status FROM outbox") == "dropped"


#: Who shows that they are there, in this test's own database.
HOLDERS = """
SELECT pid FROM pg_locks
 WHERE locktype = 'advisory' AND objsubid = 2
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class Halting(ManualClock):
    """The clock of a machine that stands still for so many seconds after each look at it."""

    def __init__(self, now: datetime, seconds: float) -> None:
        super().__init__(now)
        self.seconds = seconds

    def now(self) -> datetime:
        seen = super().now()
        self.advance(self.seconds)
        return seen


@pytest.mark.parametrize("seconds", [60, 6.5])
async def test_a_process_that_stood_still_too_long_to_call_within_its_lease_gives_the_text_back(
    desk: Desk, clock: ManualClock, seconds: float
) -> None:
    conversation = await queued_text(desk)
    desk.engine.outbox._wall = Halting(clock.now(), seconds)
    await desk.engine.outbox.drain("harbor", conversation)
    assert desk.wire.taken == []
    desk.engine.outbox._wall = clock
    desk.wire.asks = False
    clock.advance(10)
    await desk.engine.sweeper.send_due()
    assert [text.text for text in desk.wire.taken] == ["good morning"]


async def test_a_text_whose_worker_is_gone_is_looked_up_as_soon_as_a_call_and_a_margin_are_over(
    desk: Desk, clock: ManualClock
) -> None:
    conversation = await queued_text(desk)
    worker = await desk.begin(desk.engine.outbox.drain("harbor", conversation))
    await worker.die()
    desk.wire.tells, desk.wire.asks = True, False
    clock.advance(desk.wire.config.deadline_seconds + 6)
    await desk.engine.outbox.reconcile()
    assert await desk.value("SELECT status FROM outbox") == "sending"
    clock.advance(2)
    await desk.engine.outbox.reconcile()
    assert [text.text for text in desk.wire.taken] == ["good morning"]


async def test_a_worker_that_only_stands_still_keeps_its_text_until_the_lease_ends(
    desk: Desk, clock: ManualClock
) -> None:
    conversation = await queued_text(desk)
    presence = asyncio.create_task(desk.engine.presence.run())
    while not await desk.rows(HOLDERS):  # noqa: ASYNC110 - another connection of ours sets no event
        await asyncio.sleep(0.01)
    worker = await desk.begin(desk.engine.outbox.drain("harbor", conversation))
    desk.wire.tells = True
    clock.advance(44)
    await desk.engine.outbox.reconcile()
    assert await desk.value("SELECT status FROM outbox") == "sending"
    await worker.let_go("take")
    assert await desk.value("SELECT status FROM outbox") == "sent"
    assert len(desk.wire.taken) == 1
    presence.cancel()
    await asyncio.wait({presence})


async def test_presence_comes_back_after_its_connection_was_cut(desk: Desk) -> None:
    short = timedelta(milliseconds=50)
    presence = asyncio.create_task(Presence(desk.database, SystemRandom(), pulse=short, again=short).run())
    while not (first := await desk.rows(HOLDERS)):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    await desk.rows("SELECT pg_terminate_backend($1)", first[0]["pid"])
    async with asyncio.timeout(10):
        while (now := await desk.rows(HOLDERS)) in ([], first):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert len(now) == 1
    presence.cancel()
    await asyncio.wait({presence})


async def test_a_worker_that_comes_late_has_no_say_over_a_text_that_another_tries(
    desk: Desk, clock: ManualClock
) -> None:
    conversation = await queued_text(desk)
    late = await desk.begin(desk.engine.outbox.drain("harbor", conversation))
    clock.advance(60)
    desk.wire.tells = True
    other = await desk.begin(desk.engine.outbox.reconcile())
    assert other.at == "carrier"
    await late.let_go("later")
    clock.advance(60)
    third = await desk.begin(desk.engine.outbox.drain("harbor", conversation))
    assert third.task.done()
    await other.let_go("take")
    assert len(desk.wire.taken) == 1
    assert await desk.value("SELECT status FROM outbox") == "sent"


async def queued_text(desk: Desk) -> int:
    """A bot text that waits for its next attempt, which is due."""
    desk.wire.asks = True
    await desk.hear("good morning")
    conversation: int = await desk.value("SELECT id FROM conversation")
    turn = await desk.begin(desk.engine.turns.handle("harbor", conversation, 0))
    await turn.let_go("pass")
    await turn.let_go("later")
    desk.clock.advance(100)
    return conversation
