"""Carriers' limits hold over all processes, and what must wait keeps nobody else waiting."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from core.config.catalogue import new_manager
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.observers import ObserverCalls
from deskbell import ChannelConfig, InboundText, OutboundText, ProviderContext, RetryLater, SendReceipt
from tests.integration.engine.conftest import NUMBER, Wire

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World


class Timed(Wire):
    """Notes when each text came."""

    def __init__(self, config: ChannelConfig, context: ProviderContext) -> None:
        super().__init__(config, context)
        self.times: list[datetime] = []

    async def send(self, text: OutboundText) -> SendReceipt:
        receipt = await super().send(text)
        self.times.append(self.context.clock.now())
        return receipt


def limited(world: World, *limits: dict[str, Any], second: tuple[dict[str, Any], ...] | None = None) -> list[Timed]:
    """Gives the clinic's binding limits, and a second binding with its own."""
    wires = {}
    for key, own in (("main", limits), *((("second", second),) if second is not None else ())):
        context = ProviderContext("harbor", f"harbor-{key}", "http://127.0.0.1/webhooks/wire", clock=world.clock)
        wires[f"harbor-{key}"] = Timed(ChannelConfig.model_validate({"limits": own}), context)
    world.live = LiveClinic(world.live.plan, wires, None, world.live.pipeline)
    world.engine.directory.swap({"harbor": world.live})
    return list(wires.values())


async def crowd(world: World, wire: Wire, patients: range) -> None:
    for n in patients:
        event = InboundText(f"c{n}", f"+121255501{n:02}", NUMBER, f"text {n}", world.clock.now())
        await world.engine.intake.accept(world.live, wire, [event])
    await world.settle()


async def pass_by(world: World, seconds: int, step: float = 1) -> None:
    for _ in range(int(seconds / step)):
        world.clock.advance(step)
        await world.engine.sweeper.send_due()


async def test_what_is_too_much_for_a_minute_waits_and_goes_in_turn(world: World) -> None:
    [wire] = limited(world, {"texts": 10, "per": "minute"})
    await crowd(world, wire, range(14))
    assert len(wire.taken) == 2
    assert await world.value("SELECT DISTINCT reason FROM outbox WHERE status = 'queued'") == (
        "waits for its carrier's pace"
    )
    await pass_by(world, 90)
    assert [text.text for text in wire.taken] == [f"text {n}" for n in range(14)]
    for first, last in zip(wire.times, wire.times[10:], strict=False):
        # The sweep is a second apart, and so a text may be late by one.
        assert last - first >= timedelta(seconds=58)
    assert await world.value("SELECT max(attempts - spared) FROM outbox") == 1


async def test_several_processes_share_a_limit_also_when_nobody_has_worked_for_an_hour(world: World) -> None:
    [wire] = limited(world, {"texts": 20, "per": "minute"})
    others = [
        Engine(world.database, world.clock, ObserverCalls(new_manager()), wall=world.clock, random=Random(n))
        for n in range(3)
    ]
    wire.script.extend([RetryLater(down=False)] * 4)
    await crowd(world, wire, range(12))
    world.clock.advance(3600)
    for engine in others:
        engine.directory.swap({"harbor": world.live})
    await asyncio.gather(*(engine.sweeper.send_due() for engine in others))
    assert len(wire.taken) == 4
    await pass_by(world, 60)
    assert sorted(text.text for text in wire.taken) == sorted(f"text {n}" for n in range(12))
    for engine in others:
        await engine.stop(timedelta(seconds=1))


async def test_a_binding_that_waits_keeps_no_other_waiting(world: World) -> None:
    [first, second] = limited(world, {"texts": 1, "per": "minute"}, second=())
    await crowd(world, first, range(5))
    await crowd(world, second, range(20, 25))
    assert (len(first.taken), len(second.taken)) == (1, 5)


async def test_bindings_of_one_campaign_share_its_limit(world: World) -> None:
    campaign = {"texts": 10, "per": "minute", "campaign": "CQ1"}
    [first, second] = limited(world, campaign, second=(campaign,))
    await crowd(world, first, range(2))
    await crowd(world, second, range(20, 22))
    assert len(first.taken) + len(second.taken) == 2
    await pass_by(world, 60)
    assert (len(first.taken), len(second.taken)) == (2, 2)


async def test_what_a_day_does_not_hold_goes_the_next_day(world: World) -> None:
    [wire] = limited(world, {"segments": 2, "per": "day"})
    await crowd(world, wire, range(3))
    assert len(wire.taken) == 2
    world.clock.advance(timedelta(days=1).total_seconds())
    await world.engine.sweeper.send_due()
    assert len(wire.taken) == 3


async def test_one_conversation_with_much_to_say_does_not_push_in_front(world: World) -> None:
    [wire] = limited(world, {"texts": 6, "per": "minute"})
    wire.script.append(RetryLater(down=False))
    for n in range(5):
        await world.hear(f"long {n}")
        await world.settle()
    await crowd(world, wire, range(30, 32))
    await pass_by(world, 60)
    said = [text.text for text in wire.taken]
    assert set(said[:4]) >= {"text 30", "text 31"}


async def test_a_retry_takes_a_place_of_its_own(world: World) -> None:
    [wire] = limited(world, {"texts": 60, "per": "minute"})
    wire.script.append(RetryLater(down=False))
    await crowd(world, wire, range(1))
    await pass_by(world, 10)
    assert len(wire.taken) == 1
    assert await world.value("SELECT slot FROM outbox") is None
