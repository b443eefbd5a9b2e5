"""Two carriers and one clinic: what happens to texts while a carrier is down, and within what it lets through."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from core.engine.live import LiveClinic
from deskbell import (
    ChannelConfig,
    Cost,
    DeliveryStatus,
    DeliveryUpdate,
    OutcomeUnknown,
    ProviderContext,
    RetryLater,
    Undeliverable,
)
from tests.integration.engine.conftest import NUMBER, Wire

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World

OTHER_NUMBER = "+12125550143"


class Elsewhere(Wire):
    """The same kind of carrier, with a number of its own."""

    @property
    def address(self) -> str:
        return OTHER_NUMBER


def serve(world: World, others: dict[str, Wire], *, failover: str = "same_number", **limits: Any) -> None:
    """The clinic with these channels beside its own; `limits` are its own channel's."""
    if limits:
        world.wire = Wire(ChannelConfig.model_validate({"limits": limits}), world.wire.context)
    sending = world.live.plan.sending.model_copy(update={"failover": failover})
    plan = replace(world.live.plan, sending=sending)
    world.live = LiveClinic(plan, {"harbor-main": world.wire, **others}, None, world.live.pipeline)
    world.engine.directory.swap({world.live.id: world.live})


def wire(kind: type[Wire], name: str, **limits: Any) -> Wire:
    config = ChannelConfig.model_validate({"limits": limits})
    return kind(config, ProviderContext("harbor", name, f"http://127.0.0.1/webhooks/wire/{name}"))


async def patients(world: World, count: int, words: str = "hello there") -> None:
    for number in range(count):
        await world.hear(words, f"+121255501{number + 20}")
        await world.settle()


async def later(world: World, seconds: float) -> None:
    world.clock.advance(seconds)
    while await world.engine.sweeper.send_due():
        continue


async def test_while_a_carrier_is_down_texts_leave_by_the_next_with_the_same_number_and_then_come_back(
    world: World,
) -> None:
    spare = wire(Wire, "harbor-spare")
    serve(world, {"harbor-spare": spare})
    world.wire.script.extend([RetryLater("503")] * 3)
    await patients(world, 5)
    assert (len(world.wire.taken), len(spare.taken)) == (0, 2), "three found out, and those behind them need not"
    await later(world, 5)
    assert len(spare.taken) == 5
    assert {text.sender for text in spare.taken} == {NUMBER}
    # The first to leave after the pause tries the old one, which is back.
    world.clock.advance(60)
    await patients(world, 2, "and again")
    assert len(world.wire.taken) == 2
    assert len({text.id for text in [*world.wire.taken, *spare.taken]}) == 7, "none went twice"


async def test_a_text_that_its_own_carrier_keeps_refusing_leaves_by_another_after_a_while(world: World) -> None:
    spare = wire(Wire, "harbor-spare")
    serve(world, {"harbor-spare": spare})
    world.wire.script.extend([RetryLater("503")] * 3)
    await patients(world, 1)
    await later(world, 5)
    assert spare.taken == []
    await later(world, 15)
    assert len(spare.taken) == 1
    assert await world.value("SELECT binding FROM outbox") == "harbor-spare", "receipts and look-ups are its own"


async def test_what_may_have_left_never_goes_another_way(world: World) -> None:
    spare = wire(Wire, "harbor-spare")
    serve(world, {"harbor-spare": spare})
    world.wire.script.append(OutcomeUnknown("cut off"))
    await patients(world, 1)
    for _ in range(10):
        world.clock.advance(30)
        await world.engine.outbox.reconcile()
    assert (spare.taken, await world.value("SELECT status FROM outbox")) == ([], "held")


@pytest.mark.parametrize(("failover", "left"), [("same_number", 0), ("off", 0), ("any_number", 5)])
async def test_another_number_writes_only_where_the_clinic_allows_it(world: World, failover: str, left: int) -> None:
    serve(world, {"harbor-other": (other := wire(Elsewhere, "harbor-other"))}, failover=failover)
    world.wire.script.extend([RetryLater("503")] * 3)
    await patients(world, 5)
    await later(world, 5)
    assert len(other.taken) == left


async def test_an_answer_to_the_other_number_is_the_same_conversation(world: World) -> None:
    other = wire(Elsewhere, "harbor-other")
    serve(world, {"harbor-other": other}, failover="any_number")
    await patients(world, 1)
    await world.engine.intake.accept(world.live, other, [])
    assert await world.value("SELECT count(*) FROM conversation") == 1


async def test_an_outage_of_the_carrier_costs_no_attempt_however_long(world: World) -> None:
    serve(world, {})
    world.wire.script.extend([RetryLater("503")] * 60)
    await patients(world, 6)
    for _ in range(120):
        await later(world, 300)
    assert len(world.wire.taken) == 6
    assert await world.rows("SELECT FROM outbox WHERE status <> 'sent'") == []


async def test_a_refusal_is_an_answer_and_no_reason_to_leave_a_carrier(world: World) -> None:
    spare = wire(Wire, "harbor-spare")
    serve(world, {"harbor-spare": spare})
    world.wire.script.extend([Undeliverable("no such number")] * 5)
    await patients(world, 6)
    assert (len(world.wire.taken), len(spare.taken)) == (1, 0)


async def test_no_more_leaves_in_a_minute_than_the_carrier_lets_through(world: World) -> None:
    serve(world, {}, per_minute=2)
    await patients(world, 5)
    taken = [len(world.wire.taken)]
    for _ in range(12):
        await later(world, 20)
        taken.append(len(world.wire.taken))
    assert taken[-1] == 5
    assert all(later - earlier <= 2 for earlier, later in zip(taken, taken[3:], strict=False))
    assert await world.rows("SELECT FROM outbox WHERE attempts <> 1") == [], "waiting is no attempt"


async def test_bindings_of_one_campaign_share_what_it_is_let_through(world: World) -> None:
    spare = wire(Wire, "harbor-spare", per_minute=3, campaign="C1")
    serve(world, {"harbor-spare": spare}, per_day=100, campaign="C1")
    world.wire.script.extend([RetryLater("503")] * 3)
    await patients(world, 6)
    await later(world, 1)
    assert len(world.wire.taken) + len(spare.taken) <= 3
    for _ in range(10):
        await later(world, 61)
    assert len(world.wire.taken) + len(spare.taken) == 6


async def test_a_limit_keeps_nobody_else_waiting(world: World) -> None:
    spare = wire(Elsewhere, "harbor-spare")
    serve(world, {"harbor-spare": spare}, per_minute=1)
    await patients(world, 3)
    await world.rows("UPDATE conversation SET binding = 'harbor-spare'")
    await world.rows("UPDATE outbox SET binding = 'harbor-spare' WHERE status = 'queued'")
    await later(world, 61)
    assert len(spare.taken) == 2


async def test_what_a_text_cost_and_how_long_it_was_is_the_carriers_word(world: World) -> None:
    await patients(world, 1)
    update = DeliveryUpdate("m1", DeliveryStatus.DELIVERED, world.clock.now(), segments=2, cost=Cost(8_200))
    await world.receipt(update)
    await world.receipt(replace(update, segments=None, cost=None))
    [row] = await world.rows("SELECT segments, cost_micros, cost_currency FROM outbox")
    assert tuple(row) == (2, 8_200, "USD")


def test_a_cost_is_read_to_the_millionth_and_never_guessed() -> None:
    assert Cost.of("0.0051", "USD") == Cost(5_100)
    assert Cost.of("-0.00750", "USD") == Cost(7_500)
    for amount, currency in [("", "USD"), (None, "USD"), ("NaN", "USD"), ("1e99", "USD"), ("1", "usd"), (0.5, "USD")]:
        assert Cost.of(amount, currency) is None
