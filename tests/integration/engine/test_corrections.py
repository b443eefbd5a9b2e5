"""A correction goes through the mailbox and the store like everything that happens; requests move as the table says."""

from __future__ import annotations

from typing import Any

import pytest

from core.engine.corrections import Corrections
from core.receptionist.corrections import CorrectionRefused
from deskbell import CallNext, Fact, Learn, MoveRequest, RequestStatus, Settings, Stage, Turn
from tests.conftest import CLINIC
from tests.integration.engine.conftest import World


def hearing(said: list[Any], seen: list[Turn]) -> type[Stage[Settings]]:
    """A stage that keeps the turns it saw and adds the effects that are next in line."""

    class Hearing(Stage[Settings]):
        name = "hearing"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            seen.append(turn)
            for effect in said.pop(0) if said else ():
                turn.add(effect)

    return Hearing


async def test_a_correction_outlives_what_is_read_after_it(world: World) -> None:
    now, seen = world.clock.now(), list[Turn]()
    name = Fact("first_name", "Dan", 1, now, scope="identity")
    world.use(hearing([[Learn(name)], [], [Learn(name)], []], seen))
    await world.hear("I'm Dan")
    await world.settle()
    corrections = Corrections(world.database, world.engine.queue, world.clock)
    assert await corrections.correct(CLINIC, 1, "kim", "first_name", "Dana")
    await world.settle()
    for text in ("it's Dan", "hello?"):
        await world.hear(text)
        await world.settle()
    kept = seen[-1].facts["first_name"]
    assert (kept.value, kept.by, kept.evidence, kept.scope) == ("Dana", "staff", 2, "identity")
    decisions = await world.value("SELECT trace -> 'decisions' FROM turn ORDER BY id LIMIT 1 OFFSET 2")
    assert [one["decision"] for one in decisions] == ["overruled_by_staff"]


async def test_nobody_is_texted_and_nothing_is_stored_for_a_correction_that_is_refused(world: World) -> None:
    await world.hear("hi there")
    await world.settle()
    sent = list(world.sent)
    corrections = Corrections(world.database, world.engine.queue, world.clock)
    with pytest.raises(CorrectionRefused, match="Botox"):
        await corrections.correct(CLINIC, 1, "kim", "service", "Haircut")
    assert await corrections.correct(CLINIC, 1, "kim", "service", "botox")
    assert not await corrections.correct(CLINIC, 99, "kim", "service", "botox")
    await world.settle()
    assert world.sent == sent
    assert await world.value("SELECT count(*) FROM event WHERE kind = 'correction'") == 1
    assert await world.value("SELECT value FROM fact WHERE name = 'service'") == "Botox"


async def test_a_move_that_the_table_forbids_is_refused_noted_and_costs_the_turn_nothing(world: World) -> None:
    now, seen = world.clock.now(), list[Turn]()
    service = Learn(Fact("service", "Botox", 1, now))
    world.use(hearing([[service, MoveRequest(RequestStatus.PAID), MoveRequest(RequestStatus.READY)], []], seen))
    for text in ("botox please", "hello?"):
        await world.hear(text)
        await world.settle()
    assert seen[-1].request is RequestStatus.READY
    assert seen[-1].facts["service"].value == "Botox"
    decisions = await world.value("SELECT trace -> 'decisions' FROM turn ORDER BY id LIMIT 1")
    assert decisions == [
        {
            "stage": "engine",
            "decision": "move_refused",
            "details": {"request": 1, "from": "collecting", "to": "paid"},
        }
    ]


@pytest.mark.parametrize("status", [one for one in RequestStatus if one is not RequestStatus.CLOSED])
async def test_every_status_on_the_way_comes_back_from_the_store(world: World, status: RequestStatus) -> None:
    way = {
        RequestStatus.PAID: [RequestStatus.OFFERED, RequestStatus.PENDING],
        RequestStatus.PENDING: [RequestStatus.OFFERED],
    }.get(status, [])
    way = [RequestStatus.READY] if status is RequestStatus.BOOKED else way
    seen: list[Turn] = []
    world.use(hearing([[MoveRequest(one) for one in (*way, status)], []], seen))
    for text in ("one two", "two three"):
        await world.hear(text)
        await world.settle()
    assert seen[-1].request is status
