"""What a text cost is stored with it, counted once, and a clinic whose texts grow dear is noticed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from prometheus_client import REGISTRY

from deskbell import CallNext, Cost, DeliveryStatus, DeliveryUpdate, Settings, Stage, Turn

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World


class Long(Stage[Settings]):
    """Says more than a carrier takes as one text."""

    name = "long"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        turn.say(" ".join(f"word{n}" for n in range(300)))


def figure(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, {"clinic": "harbor", "channel": "wire", **labels}) or 0.0


async def test_a_cost_is_stored_and_counted_once_however_often_it_is_told(world: World) -> None:
    before = figure("deskbell_text_cost_total", currency="USD")
    await world.hear("hello there")
    await world.settle()
    now = world.clock.now()
    for status in (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.DELIVERED):
        cost = None if status == DeliveryStatus.SENT else Cost(8_000, "USD")
        await world.receipt(DeliveryUpdate("m1", status, now, segments=2, cost=cost))
    [row] = await world.rows("SELECT segments, cost_micros, currency FROM outbox")
    assert tuple(row) == (2, 8_000, "USD")
    assert figure("deskbell_text_cost_total", currency="USD") - before == pytest.approx(0.008)


async def test_texts_are_counted_by_encoding_and_the_first_dear_one_of_a_day_is_logged(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    plain, dear = (figure("deskbell_texts_total", encoding=encoding) for encoding in ("gsm7", "ucs2"))
    for text in ("hello there", "你好", "再见"):
        await world.hear(text)
        await world.settle()
    assert figure("deskbell_texts_total", encoding="gsm7") == plain + 1
    assert figure("deskbell_texts_total", encoding="ucs2") == dear + 2
    assert capsys.readouterr().out.count("text is not GSM-7") == 1


async def test_what_is_too_long_for_one_text_goes_as_several_in_order(world: World) -> None:
    world.use(Long)
    await world.hear("tell me all")
    await world.settle()
    assert len(world.sent) == 2
    assert " ".join(world.sent) == " ".join(f"word{n}" for n in range(300))


async def test_what_staff_write_at_length_goes_as_several_too(world: World) -> None:
    await world.hear("hello there")
    await world.settle()
    words = " ".join(["Please read this."] * 120)
    await world.engine.takeover.reply("harbor", await world.value("SELECT id FROM conversation"), "rosa", words)
    await world.settle()
    assert len(world.sent) > 2
    assert " ".join(world.sent[1:]) == words
