"""A carrier that is down is stepped round, and no text goes twice for it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from core.engine.live import LiveClinic
from core.store import undelivered
from deskbell import (
    ChannelConfig,
    DeliveryStatus,
    DeliveryUpdate,
    InboundText,
    Misconfigured,
    OutcomeUnknown,
    ProviderContext,
    RetryLater,
)
from tests.integration.engine.conftest import PATIENT, Wire

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World

OTHER = "+12125550149"


class SameNumber(Wire):
    name = "second"


class OtherNumber(Wire):
    name = "second"

    @property
    def address(self) -> str:
        return OTHER


def with_second(world: World, kind: type[Wire] = SameNumber, **sending: Any) -> Wire:
    """Gives the clinic a second binding, after the first."""
    second = kind(ChannelConfig(), ProviderContext("harbor", "harbor-second", "http://127.0.0.1/webhooks/wire/second"))
    plan = replace(world.live.plan, sending=world.live.plan.sending.model_copy(update=sending))
    world.live = LiveClinic(plan, {"harbor-main": world.wire, "harbor-second": second}, None, world.live.pipeline)
    world.engine.directory.swap({"harbor": world.live})
    return second


async def pass_by(world: World, seconds: float, step: float = 5) -> None:
    for _ in range(int(seconds / step)):
        world.clock.advance(step)
        await world.engine.sweeper.send_due()
        await world.engine.outbox.reconcile()


async def goes_down(world: World, trouble: Exception | None = None, calls: int = 1000) -> None:
    """The first carrier fails from now on, and has been tried often enough for that to be known."""
    world.wire.script.extend([trouble or RetryLater()] * calls)
    await world.hear("one")
    await world.settle()
    await pass_by(world, 20)


async def test_once_a_binding_is_down_beyond_patience_its_texts_go_by_the_next_of_the_same_number(world: World) -> None:
    second = with_second(world)
    await goes_down(world)
    assert second.taken == []
    await pass_by(world, 20)
    assert [text.text for text in second.taken] == ["one"]
    await world.hear("two", sender="+12125550112")
    await world.settle()
    assert [text.text for text in second.taken] == ["one", "two"]
    assert world.sent == []


async def test_while_a_binding_is_down_one_text_a_pause_tries_it_and_the_others_cost_no_call(world: World) -> None:
    with_second(world, failover="never")
    await goes_down(world)
    calls = len(world.wire.script)
    for n in range(6):
        await world.hear(f"text {n}", sender=f"+1212555012{n}")
    await world.settle()
    await pass_by(world, 60)
    assert calls - len(world.wire.script) <= 3
    assert await world.value("SELECT max(attempts - spared) FROM outbox") < 8


async def test_a_carrier_that_comes_back_is_found_out_by_a_probe_and_gets_its_texts_again(world: World) -> None:
    second = with_second(world)
    await goes_down(world)
    await pass_by(world, 20)
    world.wire.script.clear()
    await pass_by(world, 40)
    await world.hear("two")
    await world.settle()
    await world.hear("three", sender="+12125550112")
    await world.settle()
    assert world.sent == ["two", "three"]
    assert [text.text for text in second.taken] == ["one"]


@pytest.mark.parametrize(("failover", "by_second"), [("never", 0), ("same_number", 0), ("any_number", 1)])
async def test_another_number_than_the_patient_knows_is_used_only_where_the_clinic_allows_it(
    world: World, failover: str, by_second: int
) -> None:
    second = with_second(world, OtherNumber, failover=failover)
    await goes_down(world)
    await pass_by(world, 60)
    assert len(second.taken) == by_second
    assert all(text.sender == OTHER for text in second.taken)


async def test_a_text_of_unknown_outcome_never_goes_by_another_binding(world: World) -> None:
    second = with_second(world)
    await goes_down(world, OutcomeUnknown())
    await pass_by(world, 300)
    assert second.taken == []
    assert await world.value("SELECT status FROM outbox") == "held"


async def test_a_text_that_may_have_left_goes_again_by_its_own_binding_and_by_no_other(world: World) -> None:
    second = with_second(world)
    await goes_down(world, RetryLater(certain=False), calls=3)
    await pass_by(world, 300)
    assert second.taken == []
    assert world.sent == ["one"]


async def test_what_staff_send_again_in_doubt_waits_for_its_own_binding(world: World) -> None:
    second = with_second(world)
    await goes_down(world, OutcomeUnknown())
    await pass_by(world, 300)
    await world.hear("two", sender="+12125550112")
    await world.hear("three", sender="+12125550113")
    await world.settle()
    await pass_by(world, 60)
    async with world.database.connection() as connection:
        held = await world.value("SELECT min(id) FROM outbox")
        await undelivered.resend(connection, "harbor", held, "rosa", world.clock.now())
    world.wire.script.extendleft([RetryLater()] * 2)
    await pass_by(world, 120)
    assert "one" not in [text.text for text in second.taken]


async def test_a_text_that_the_provider_says_did_not_leave_may_go_by_another(world: World) -> None:
    second = with_second(world)
    world.wire.looks_up = True
    await goes_down(world, OutcomeUnknown())
    await pass_by(world, 120)
    assert [text.text for text in second.taken] == ["one"]


async def test_wrong_credentials_count_as_down(world: World) -> None:
    second = with_second(world, longest_retry=timedelta(seconds=5))
    await goes_down(world, Misconfigured())
    await pass_by(world, 60)
    assert [text.text for text in second.taken] == ["one"]


async def test_trouble_with_one_recipient_is_no_reason_to_leave_a_carrier_alone(world: World) -> None:
    second = with_second(world)
    world.wire.script.extend([RetryLater(code="40006", down=False)] * 3)
    await world.hear("one")
    await world.settle()
    await pass_by(world, 60)
    assert (world.sent, second.taken) == (["one"], [])


async def test_a_receipt_is_matched_by_the_binding_that_sent_it(world: World) -> None:
    second = with_second(world)
    await goes_down(world)
    await pass_by(world, 20)
    update = DeliveryUpdate("m1", DeliveryStatus.DELIVERED, world.clock.now())
    await world.receipt(update)
    assert await world.value("SELECT receipt FROM outbox") == DeliveryStatus.QUEUED
    await world.engine.intake.accept(world.live, second, [update])
    assert await world.value("SELECT receipt FROM outbox") == DeliveryStatus.DELIVERED


async def test_an_answer_to_the_other_number_lands_in_the_same_conversation_and_is_answered_from_there(
    world: World,
) -> None:
    second = with_second(world, OtherNumber, failover="any_number")
    await goes_down(world)
    await pass_by(world, 60)
    reply = InboundText("reply", PATIENT, OTHER, "thanks", world.clock.now())
    await world.engine.intake.accept(world.live, second, [reply])
    await world.settle()
    assert await world.value("SELECT count(*) FROM conversation") == 1
    assert [text.text for text in second.taken] == ["one", "thanks"]


async def test_an_opt_out_holds_whichever_binding_a_text_would_leave_by(world: World) -> None:
    second = with_second(world)
    await goes_down(world)
    await world.rows("UPDATE contact SET opted_out_at = $1", world.clock.now())
    await pass_by(world, 60)
    assert second.taken == []
    assert await world.value("SELECT status FROM outbox") == "dropped"


@pytest.mark.parametrize("seed", range(3))
async def test_over_outages_of_both_carriers_every_text_leaves_once(world: World, seed: int) -> None:
    random = Random(seed)
    second = with_second(world, attempts=100)
    for wire in (world.wire, second):
        for _ in range(6):
            wire.script.extend([RetryLater()] * random.randrange(1, 6) + [None] * random.randrange(1, 4))
    said = [f"text {n}" for n in range(12)]
    for n, text in enumerate(said):
        await world.hear(text, sender=f"+121255501{20 + n % 4}")
        await world.settle()
        await pass_by(world, random.choice([5, 20]))
    # Long enough for one probe a pause to find the end of every outage.
    await pass_by(world, 2400, step=30)
    taken = Counter(text.text for text in [*world.wire.taken, *second.taken])
    assert taken == Counter(said)
