"""After STOP nothing leaves: every way to the carrier that there is, tried against it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.engine.live import LiveClinic
from core.engine.takeover import ContactOptedOut
from core.stages.consent import Consent
from core.stages.missed_call import MissedCall
from core.stages.sender_guard import SenderGuard
from core.stages.takeover import Takeover
from core.store import consent
from core.store.consent import Entry
from deskbell import (
    CallNext,
    DeliveryStatus,
    DeliveryUpdate,
    InboundText,
    Keyword,
    OutcomeUnknown,
    ProviderContext,
    RetryLater,
    SetTimer,
    Settings,
    Stage,
    TextKind,
    Turn,
)
from deskbell import (
    MissedCall as Call,
)
from tests.integration.engine.conftest import NUMBER, PATIENT, Echo, Wire

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World

OTHER, TOLL_FREE = "+12125550122", "+18005550111"


class Reminder(Stage[Settings]):
    """Answers, and reminds a day later."""

    name = "reminder"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        await call_next()
        if turn.texts:
            turn.add(SetTimer("reminder", turn.now + timedelta(days=1)))
        else:
            turn.say("a reminder", TextKind.OUTREACH)


class Breaks(Stage[Settings]):
    """Survives no turn that has texts."""

    name = "breaks"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        if turn.texts:
            raise ValueError("the stage broke")
        await call_next()


@pytest.fixture
def desk(world: World) -> World:
    world.use(SenderGuard, Consent, Takeover, MissedCall, Reminder, Echo)
    return world


async def later(world: World, seconds: float = 60) -> None:
    """The sweeper comes round."""
    world.clock.advance(seconds)
    await world.engine.outbox.reconcile()
    await world.engine.sweeper.send_due()


async def conversation(world: World) -> int:
    found: int = await world.value("SELECT id FROM conversation ORDER BY id LIMIT 1")
    return found


async def ends(world: World) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await world.rows("SELECT status, reason FROM outbox ORDER BY id")]


def confirmations(sent: Sequence[str]) -> list[str]:
    return ["out" if "unsubscribed" in text else "in" if "subscribed again" in text else text for text in sent]


async def stop(world: World, words: str = "STOP") -> None:
    await world.hear(words)
    await world.settle()


# ---- before the turn of the STOP --------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["STOP", "please stop texting me", "wrong number"])
async def test_a_text_that_waits_does_not_leave_while_a_stop_waits_for_its_turn(desk: World, words: str) -> None:
    desk.wire.script.append(RetryLater())
    await desk.hear("how much is botox")
    await desk.settle()
    desk.clock.advance(60)
    await desk.hear(words)
    await desk.engine.sweeper.send_due()
    assert desk.sent == []
    assert await ends(desk) == [("dropped", "the contact has opted out")]
    await desk.settle()
    assert confirmations(desk.sent) == ["out"]


async def test_what_staff_wrote_does_not_leave_while_a_stop_waits_for_its_turn(desk: World) -> None:
    await desk.hear("how much is botox")
    await desk.settle()
    desk.wire.taken.clear()
    desk.wire.script.append(RetryLater())
    await desk.engine.takeover.reply("harbor", await conversation(desk), "rosa", "Rosa here")
    await desk.settle()
    desk.clock.advance(60)
    await desk.hear("stop")
    await desk.engine.sweeper.send_due()
    await desk.settle()
    assert confirmations(desk.sent) == ["out"]


async def test_an_unclear_word_or_a_start_behind_a_stop_holds_nothing_back(desk: World) -> None:
    for words in ("not interested", "STOP"):
        desk.wire.script.append(RetryLater())
        await desk.hear("how much is botox")
        await desk.settle()
        desk.clock.advance(60)
        await desk.hear(words)
        if words == "STOP":
            await desk.hear("START")
        await desk.engine.sweeper.send_due()
        assert desk.sent.pop() == "how much is botox"
        await desk.settle()
        desk.wire.taken.clear()


async def test_a_stop_in_a_turn_that_nothing_survives_is_obeyed(desk: World) -> None:
    desk.use(Breaks, Consent, Echo)
    await desk.hear("how much is botox")
    await desk.hear("and stop texting me")
    await desk.settle()
    assert await desk.value("SELECT outcome FROM turn") == "parked"
    assert [tuple(row) for row in await desk.rows("SELECT opted_out, words, evidence FROM consent")] == [
        (True, "stop texting", 2)
    ]
    with pytest.raises(ContactOptedOut):
        await desk.engine.takeover.reply("harbor", await conversation(desk), "rosa", "Hello")
    assert desk.sent == []


async def test_a_sender_who_is_never_answered_is_obeyed_in_silence_and_staff_cannot_write_there(desk: World) -> None:
    await desk.hear("STOP", TOLL_FREE)
    await desk.settle()
    assert desk.sent == []
    with pytest.raises(ContactOptedOut):
        await desk.engine.takeover.reply("harbor", await conversation(desk), "rosa", "Hello")


# ---- confirmations ----------------------------------------------------------------------------------------------


async def test_a_confirmation_that_waits_is_void_once_the_contact_says_otherwise(desk: World) -> None:
    await stop(desk)
    desk.wire.script.append(RetryLater())
    await desk.hear("START")
    await desk.settle()
    await stop(desk)
    await later(desk)
    assert confirmations(desk.sent) == ["out", "out"]
    desk.wire.taken.clear()
    desk.wire.script.append(RetryLater())
    await desk.hear("START")
    await desk.settle()
    await later(desk)
    assert confirmations(desk.sent) == ["in"]
    desk.wire.script.append(RetryLater())
    await stop(desk)
    await desk.hear("START")
    await desk.settle()
    await later(desk)
    assert confirmations(desk.sent) == ["in", "in"]


@pytest.mark.parametrize(("minutes", "sent"), [(4, ["out"]), (6, [])])
async def test_an_opt_out_is_confirmed_within_five_minutes_or_not_at_all(
    desk: World, minutes: float, sent: list[str]
) -> None:
    desk.wire.script.append(RetryLater())
    await stop(desk)
    await later(desk, minutes * 60)
    await later(desk)
    assert confirmations(desk.sent) == sent


async def test_help_is_answered_after_stop_and_only_once_for_each_time(desk: World) -> None:
    await stop(desk)
    await desk.hear("HELP")
    await desk.settle()
    assert len(desk.sent) == 2
    assert "for help call" in desk.sent[1]


# ---- every way to the carrier, after a STOP ---------------------------------------------------------------------


async def test_a_text_whose_outcome_was_unknown_is_not_sent_again_after_stop(desk: World) -> None:
    desk.wire.looks_up = True
    desk.wire.script.append(OutcomeUnknown())
    await desk.hear("how much is botox")
    await desk.settle()
    await desk.hear("stop")
    await later(desk)
    await desk.settle()
    await later(desk)
    assert confirmations(desk.sent) == ["out"]


async def test_neither_a_timer_nor_a_missed_call_nor_another_text_gets_a_text_out(desk: World) -> None:
    await desk.hear("how much is botox")
    await desk.settle()
    await stop(desk)
    desk.wire.taken.clear()
    for n in range(3):
        desk.clock.advance(40 * 3600)
        await desk.engine.sweeper.fire_timers()
        await desk.engine.intake.accept(desk.live, desk.wire, [Call(f"c{n}", PATIENT, NUMBER, desk.clock.now())])
        await desk.hear("are you there?")
        await desk.settle()
        await later(desk)
    assert desk.sent == []


async def test_a_text_that_staff_resend_from_those_held_does_not_leave(desk: World) -> None:
    desk.wire.script.extend([RetryLater()] * 4)
    await desk.hear("how much is botox")
    await desk.settle()
    for _ in range(5):
        await later(desk, 400)
    assert [status for status, _ in await ends(desk)] == ["held"]
    await stop(desk)
    await desk.rows("UPDATE outbox SET status = 'queued', due_at = $1 WHERE status = 'held'", desk.clock.now())
    await later(desk)
    assert confirmations(desk.sent) == ["out"]


async def test_stop_holds_on_every_binding_of_the_clinic(desk: World) -> None:
    second = Wire(desk.wire.config, ProviderContext("harbor", "harbor-second", "http://127.0.0.1/webhooks/wire/second"))
    channels = {**desk.live.channels, "harbor-second": second}
    desk.live = LiveClinic(desk.live.plan, channels, None, desk.live.pipeline)
    desk.engine.directory.swap({"harbor": desk.live})
    await stop(desk)
    heard = InboundText("s1", PATIENT, NUMBER, "is Friday free?", desk.clock.now())
    await desk.engine.intake.accept(desk.live, second, [heard])
    await desk.engine.intake.accept(desk.live, second, [Call("c1", PATIENT, NUMBER, desk.clock.now())])
    await desk.settle()
    assert await desk.value("SELECT binding FROM conversation") == "harbor-second"
    assert second.taken == []
    assert confirmations(desk.sent) == ["out"]


async def test_start_from_another_number_lifts_nothing(desk: World) -> None:
    await stop(desk)
    await desk.hear("START", OTHER)
    await desk.hear("it's Dana, text me again at my other number", OTHER)
    await desk.settle()
    before = len(desk.sent)
    await desk.hear("hello?")
    await desk.settle()
    assert len(desk.sent) == before
    assert {text.to for text in desk.wire.taken[1:]} == {OTHER}


async def test_what_a_receipt_says_of_an_opt_out_silences_as_well_as_a_stop(desk: World) -> None:
    await desk.hear("how much is botox")
    await desk.settle()
    now = desk.clock.now()
    await desk.receipt(DeliveryUpdate("m1", DeliveryStatus.FAILED, now, code="21610", opted_out=True))
    await desk.hear("and filler?")
    await desk.settle()
    assert desk.sent == ["how much is botox"]
    assert [tuple(row) for row in await desk.rows("SELECT opted_out, source, words FROM consent")] == [
        (True, "carrier 21610", "")
    ]


async def test_an_opt_out_from_a_file_stops_what_waits(desk: World) -> None:
    desk.wire.script.append(RetryLater())
    await desk.hear("how much is botox")
    await desk.settle()
    entry = Entry(PATIENT, True, desk.clock.now() - timedelta(hours=1), "import")
    async with desk.database.transaction() as connection:
        await consent.enter(connection, "harbor", "harbor-main", [entry], desk.clock.now())
    await later(desk)
    assert desk.sent == []


async def test_the_carriers_start_opens_the_line_again_in_silence_and_stands_in_the_ledger(desk: World) -> None:
    for n, (words, mark) in enumerate([("Stop", Keyword.STOP), ("hi?", None), ("unstop", Keyword.START)]):
        heard = InboundText(f"k{n}", PATIENT, NUMBER, words, desk.clock.now(), carrier_handled=mark)
        await desk.engine.intake.accept(desk.live, desk.wire, [heard])
        await desk.settle()
    assert desk.sent == []
    await desk.hear("is Friday free?")
    await desk.settle()
    assert desk.sent == ["is Friday free?"]
    assert [tuple(row) for row in await desk.rows("SELECT opted_out, source, words FROM consent ORDER BY id")] == [
        (True, "carrier", "stop"),
        (False, "carrier", "unstop"),
    ]


async def test_what_is_entered_while_a_start_is_in_its_turn_is_newer_and_holds(desk: World) -> None:
    class Meanwhile(Stage[Settings]):
        name = "meanwhile"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            await call_next()
            if any(text.text == "START" for text in turn.texts):
                desk.clock.advance(1)
                async with desk.database.transaction() as connection:
                    entry = Entry(PATIENT, True, desk.clock.now(), "staff rosa")
                    await consent.enter(connection, "harbor", "harbor-main", [entry], desk.clock.now())

    desk.use(Meanwhile, Consent, Echo)
    await stop(desk)
    desk.wire.taken.clear()
    await desk.hear("START")
    await desk.settle()
    await desk.hear("hello?")
    await desk.settle()
    assert desk.sent == []
    assert await desk.value("SELECT opted_out_at IS NOT NULL FROM contact")
