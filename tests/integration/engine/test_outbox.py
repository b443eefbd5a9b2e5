"""Sending: in order, once, and only while it is right to send at all."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from core.config.schema import QuietHours
from core.engine.live import LiveClinic
from core.engine.takeover import ContactOptedOut
from deskbell import (
    CallNext,
    DeliveryStatus,
    DeliveryUpdate,
    Misconfigured,
    OptedOut,
    OutboundText,
    OutcomeUnknown,
    RecordConsent,
    RetryLater,
    SendReceipt,
    Settings,
    Stage,
    TextKind,
    Turn,
    Undeliverable,
)

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World


#: Nine in the evening in New York.
NIGHT = datetime(2026, 3, 4, 2, tzinfo=UTC)


class Three(Stage[Settings]):
    name = "three"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        for text in ("one", "two", "three"):
            turn.say(text)


class Leave(Stage[Settings]):
    """Opts the contact out and confirms it, and says something else besides."""

    name = "leave"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        turn.add(RecordConsent(opted_out=True, evidence=turn.events[-1].seq, source="keyword"))
        turn.say("confirmed", TextKind.CONSENT)
        turn.say("but our offers!")


async def test_the_texts_of_one_turn_leave_in_order(world: World) -> None:
    world.use(Three)
    await world.hear("hello there")
    await world.settle()
    assert world.sent == ["one", "two", "three"]


async def test_several_workers_draining_at_once_send_each_text_once_and_in_order(world: World) -> None:
    world.use(Three)
    for n in range(3):
        world.wire.script.append(RetryLater())
        await world.hear(f"text {n} of mine")
        await world.settle()
    world.wire.script.clear()
    world.clock.advance(600)
    conversation = await world.value("SELECT id FROM conversation")
    await asyncio.gather(*(world.engine.outbox.drain("harbor", conversation) for _ in range(8)))
    assert world.sent == ["one", "two", "three"] * 3


async def test_a_text_the_carrier_could_not_take_is_tried_again_and_holds_back_the_next(world: World) -> None:
    world.use(Three)
    world.wire.script.extend([None, RetryLater(code="429")])
    await world.hear("hello there")
    await world.settle()
    assert world.sent == ["one"]
    world.clock.advance(10)
    assert await world.engine.sweeper.send_due() == 1
    assert world.sent == ["one", "two", "three"]


async def test_after_the_last_attempt_a_text_is_held_and_staff_are_told(world: World) -> None:
    world.wire.script.extend([RetryLater()] * 4)
    await world.hear("hello there")
    await world.settle()
    for _ in range(5):
        world.clock.advance(400)
        await world.engine.sweeper.send_due()
    assert world.sent == []
    assert await world.value("SELECT status FROM outbox") == "held"
    assert await world.value("SELECT kind FROM notice") == "text_held"


async def test_wrong_credentials_lose_no_text(world: World) -> None:
    world.wire.script.extend([Misconfigured()] * 10)
    await world.hear("hello there")
    await world.settle()
    for _ in range(10):
        world.clock.advance(400)
        await world.engine.sweeper.send_due()
    assert world.sent == ["hello there"]


async def test_a_refused_text_does_not_stop_the_next(world: World) -> None:
    world.use(Three)
    world.wire.script.append(Undeliverable(code="40310"))
    await world.hear("hello there")
    await world.settle()
    assert world.sent == ["two", "three"]
    assert [tuple(row) for row in await world.rows("SELECT status, code FROM outbox ORDER BY id LIMIT 1")] == [
        ("failed", "40310")
    ]


async def test_an_opt_out_that_only_the_carrier_knew_silences_the_clinic(world: World) -> None:
    world.use(Three)
    world.wire.script.append(OptedOut(code="40300"))
    await world.hear("hello there")
    await world.settle()
    assert world.sent == []
    assert await world.value("SELECT source FROM consent") == "carrier 40300"
    assert {row["status"] for row in await world.rows("SELECT status FROM outbox")} == {"failed", "dropped"}


async def test_after_an_opt_out_only_its_confirmation_leaves(world: World) -> None:
    world.use(Leave)
    await world.hear("stop")
    await world.settle()
    assert world.sent == ["confirmed"]
    assert await world.value("SELECT opted_out_at IS NOT NULL FROM contact")


async def test_staff_cannot_write_to_somebody_who_opted_out_and_are_told_so(world: World) -> None:
    world.use(Leave)
    await world.hear("stop")
    await world.settle()
    with pytest.raises(ContactOptedOut):
        await world.engine.takeover.reply("harbor", await world.value("SELECT id FROM conversation"), "rosa", "Hello")
    assert world.sent == ["confirmed"]
    assert await world.value("SELECT owner FROM conversation") == "bot"


async def test_a_text_waiting_for_its_retry_does_not_leave_after_an_opt_out(world: World) -> None:
    world.wire.script.append(RetryLater())
    await world.hear("hello there")
    await world.settle()
    world.use(Leave)
    await world.hear("stop")
    await world.settle()
    world.clock.advance(60)
    await world.engine.sweeper.send_due()
    assert world.sent == ["confirmed"]


@pytest.mark.parametrize("action", ["reply", "take"])
async def test_a_bot_text_that_waits_is_dropped_when_staff_take_over(world: World, action: str) -> None:
    world.wire.script.append(RetryLater())
    await world.hear("hello there")
    await world.settle()
    conversation = await world.value("SELECT id FROM conversation")
    if action == "reply":
        await world.engine.takeover.reply("harbor", conversation, "rosa", "Rosa here, how can I help?")
    else:
        await world.engine.takeover.take("harbor", conversation, "rosa")
    await world.settle()
    world.clock.advance(60)
    await world.engine.sweeper.send_due()
    assert world.sent == (["Rosa here, how can I help?"] if action == "reply" else [])


async def test_a_turn_that_began_before_a_takeover_does_not_speak_after_it(world: World) -> None:
    conversations = []

    class Overtaken(Stage[Settings]):
        name = "overtaken"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            turn.say("bot")
            if not conversations:
                conversations.append(turn.conversation)
                await world.engine.takeover.reply("harbor", turn.conversation, "rosa", "staff")

    world.use(Overtaken)
    await world.hear("hello there")
    await world.settle()
    assert "staff" in world.sent
    assert world.sent[: world.sent.index("staff")] == []


# ---- when nobody knows whether it left ---------------------------------------------------------------------------


async def test_an_unknown_outcome_is_settled_by_the_receipt_and_not_sent_again(world: World) -> None:
    world.wire.script.append(OutcomeUnknown())
    await world.hear("hello there")
    await world.settle()
    key = await world.value("SELECT key FROM outbox")
    await world.receipt(DeliveryUpdate("m77", DeliveryStatus.SENT, world.clock.now(), text_id=str(key)))
    world.clock.advance(3600)
    await world.engine.outbox.reconcile()
    await world.engine.sweeper.send_due()
    assert world.sent == []
    assert [tuple(row) for row in await world.rows("SELECT status, provider_id FROM outbox")] == [("sent", "m77")]


async def test_an_unknown_outcome_nobody_can_settle_is_held_for_staff(world: World) -> None:
    world.use(Three)
    world.wire.script.append(OutcomeUnknown())
    await world.hear("hello there")
    await world.settle()
    for _ in range(20):
        world.clock.advance(10)
        await world.engine.outbox.reconcile()
        await world.engine.sweeper.send_due()
    assert await world.value("SELECT status FROM outbox ORDER BY id LIMIT 1") == "held"
    assert world.sent == ["two", "three"]
    assert await world.value("SELECT count(*) FROM notice WHERE kind = 'text_held'") == 1


async def test_a_text_that_was_lost_is_not_taken_for_an_earlier_one_of_the_same_words(world: World) -> None:
    world.wire.looks_up = True
    await world.hear("how much?")
    await world.settle()
    world.wire.script.append(OutcomeUnknown())
    await world.hear("how much?")
    await world.settle()
    world.clock.advance(10)
    await world.engine.outbox.reconcile()
    assert world.sent == ["how much?", "how much?"]
    rows = await world.rows("SELECT provider_id FROM outbox ORDER BY id")
    assert [row["provider_id"] for row in rows] == ["m1", "m2"]


async def test_a_channel_that_takes_an_earlier_text_for_a_lost_one_is_not_believed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.hear("how much?")
    await world.settle()
    world.wire.script.append(OutcomeUnknown())
    await world.hear("how much?")
    await world.settle()

    async def first(text: OutboundText) -> SendReceipt:
        return SendReceipt("m1")

    monkeypatch.setattr(world.wire, "look_up", first)
    for _ in range(20):
        world.clock.advance(10)
        await world.engine.outbox.reconcile()
    rows = await world.rows("SELECT status, provider_id FROM outbox ORDER BY id")
    assert [tuple(row) for row in rows] == [("sent", "m1"), ("held", None)]


async def test_a_provider_that_says_it_did_not_leave_gets_it_again(world: World) -> None:
    world.wire.looks_up = True
    world.wire.script.append(OutcomeUnknown())
    await world.hear("hello there")
    await world.settle()
    world.clock.advance(10)
    await world.engine.outbox.reconcile()
    assert world.sent == ["hello there"]


@pytest.mark.parametrize(
    ("trouble", "hours"), [(RetryLater(), 25), (Misconfigured(), 25), (TimeoutError(), 25), (ZeroDivisionError(), 1)]
)
async def test_a_look_up_that_never_succeeds_ends_with_staff_and_frees_the_conversation(
    world: World, monkeypatch: pytest.MonkeyPatch, trouble: Exception, hours: int
) -> None:
    async def broken(text: OutboundText) -> None:
        raise trouble

    monkeypatch.setattr(world.wire, "look_up", broken)
    world.wire.script.append(OutcomeUnknown())
    await world.hear("hello there")
    await world.settle()
    world.clock.advance(10)
    await world.engine.outbox.reconcile()
    assert await world.value("SELECT status FROM outbox") == "unknown"
    world.clock.advance(hours * 3600)
    await world.hear("hello again")
    await world.settle()
    await world.engine.outbox.reconcile()
    assert await world.value("SELECT status FROM outbox ORDER BY id LIMIT 1") == "held"
    assert world.sent == ["hello again"]
    assert await world.value("SELECT count(*) FROM notice WHERE kind = 'text_held'") == 1


async def test_a_text_of_unknown_outcome_whose_binding_is_gone_is_left_to_staff(world: World) -> None:
    world.wire.script.append(OutcomeUnknown())
    await world.hear("hello there")
    await world.settle()
    live = LiveClinic(world.live.plan, {"harbor-other": world.wire}, None, world.live.pipeline)
    world.engine.directory.swap({"harbor": live})
    world.clock.advance(10)
    await world.engine.outbox.reconcile()
    assert await world.value("SELECT status FROM outbox") == "held"


async def test_a_text_whose_worker_died_is_looked_up_and_not_sent_blindly(world: World) -> None:
    await world.hear("hello there")
    await world.settle()
    await world.rows("UPDATE outbox SET status = 'sending', lease_until = $1", world.clock.now())
    world.clock.advance(1)
    await world.engine.outbox.reconcile()
    assert len(world.wire.looked_up) == 1
    assert world.sent == ["hello there"]


async def test_a_broken_plugin_counts_as_an_unknown_outcome(world: World) -> None:
    world.wire.script.append(ZeroDivisionError())
    await world.hear("hello there")
    await world.settle()
    assert await world.value("SELECT status FROM outbox") == "unknown"


# ---- receipts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "order", [[DeliveryStatus.SENT, DeliveryStatus.DELIVERED], [DeliveryStatus.DELIVERED, DeliveryStatus.SENT]]
)
async def test_receipts_in_any_order_end_at_the_highest(world: World, order: list[DeliveryStatus]) -> None:
    await world.hear("hello there")
    await world.settle()
    for status in order:
        await world.receipt(DeliveryUpdate("m1", status, world.clock.now()))
    assert await world.value("SELECT receipt FROM outbox") == DeliveryStatus.DELIVERED


async def test_a_receipt_for_a_text_that_is_not_ours_changes_nothing(world: World) -> None:
    await world.hear("hello there")
    await world.settle()
    await world.receipt(DeliveryUpdate("m9", DeliveryStatus.FAILED, world.clock.now(), text_id="not-a-key"))
    assert await world.value("SELECT receipt FROM outbox") == DeliveryStatus.QUEUED


async def test_a_receipt_whose_address_names_another_text_does_not_touch_that_text(world: World) -> None:
    for text in ("hello there", "hello again"):
        await world.hear(text)
        await world.settle()
    keys = [row["key"] for row in await world.rows("SELECT key FROM outbox ORDER BY id")]
    await world.receipt(DeliveryUpdate("m1", DeliveryStatus.FAILED, world.clock.now(), text_id=str(keys[1])))
    assert [row["receipt"] for row in await world.rows("SELECT receipt FROM outbox ORDER BY id")] == [
        DeliveryStatus.FAILED,
        DeliveryStatus.QUEUED,
    ]


async def test_staff_write_and_the_bot_stays_silent_until_they_release(world: World) -> None:
    await world.hear("hello there")
    await world.settle()
    conversation = await world.value("SELECT id FROM conversation")
    await world.engine.takeover.reply("harbor", conversation, "rosa", "Rosa here")
    await world.settle()
    assert await world.value("SELECT owner FROM conversation") == "staff"
    await world.engine.takeover.release("harbor", conversation, "rosa")
    await world.settle()
    await world.hear("and now?")
    await world.settle()
    assert world.sent == ["hello there", "Rosa here", "and now?"]


# ---- what nobody asked for ---------------------------------------------------------------------------------------


class Outreach(Stage[Settings]):
    """Texts of its own accord when it hears "remind", and answers everything else."""

    name = "outreach"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        for text in turn.texts:
            turn.say(f"re {text.text}", TextKind.OUTREACH if text.text == "remind" else TextKind.REPLY)


async def test_what_nobody_asked_for_waits_for_the_patients_morning_and_keeps_no_answer_waiting(world: World) -> None:
    world.use(Outreach)
    world.clock.set(NIGHT)
    await world.hear("remind")
    await world.settle()
    assert world.sent == []
    world.clock.set(NIGHT + timedelta(hours=12))
    await world.engine.sweeper.send_due()
    assert world.sent == ["re remind"]


async def test_an_answer_at_night_overtakes_what_waits_and_makes_it_moot(world: World) -> None:
    world.use(Outreach)
    world.clock.set(NIGHT)
    await world.hear("remind")
    await world.settle()
    world.clock.advance(60)
    await world.hear("hello?")
    await world.settle()
    assert world.sent == ["re hello?"]
    world.clock.set(NIGHT + timedelta(hours=12))
    await world.engine.sweeper.send_due()
    assert world.sent == ["re hello?"]
    assert await world.value("SELECT reason FROM outbox WHERE kind = 'outreach'") == "the patient has written since"


async def test_a_kind_of_text_may_have_quiet_hours_of_its_own(world: World) -> None:
    hours = world.live.plan.quiet_hours
    late = QuietHours(begin="22:00", end=hours.end, then="drop", kinds={"outreach": {"then": "defer"}})
    for allowed, sent in ((late, ["re remind"]), (hours, [])):
        plan = replace(world.live.plan, quiet_hours=allowed)
        world.live = LiveClinic(plan, world.live.channels, None, world.live.pipeline)
        world.use(Outreach)
        world.clock.set(NIGHT)
        world.wire.taken.clear()
        await world.hear("remind")
        await world.settle()
        assert world.sent == sent
    world.clock.set(NIGHT + timedelta(hours=1, minutes=1))
    plan = replace(plan, quiet_hours=late)
    world.live = LiveClinic(plan, world.live.channels, None, world.live.pipeline)
    world.engine.directory.swap({"harbor": world.live})
    await world.engine.outbox.drain("harbor", await world.value("SELECT id FROM conversation"))
    assert await world.value("SELECT status FROM outbox ORDER BY id DESC LIMIT 1") == "queued"
