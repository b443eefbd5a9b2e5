"""Deposits between a patient's yes and the confirmation: one link, one confirmation, and books that balance."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from core.engine.deposits.cashier import Reconciled
from core.engine.deposits.desk import DepositRefused, Desk
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.engine.steps import Step
from core.receptionist.timers import SLOW
from core.stages.deposit import DepositStage
from core.store import deposits, payments
from core.store.database import Database
from core.store.payments import Account
from deskbell import (
    CallNext,
    CancelDeposit,
    ManualClock,
    Misconfigured,
    Money,
    MoveRequest,
    OutcomeUnknown,
    PaymentStatus,
    RequestDeposit,
    RequestStatus,
    RetryLater,
    SetTimer,
    Settings,
    Stage,
    StageContext,
    Turn,
    Undeliverable,
    Unhandled,
)
from tests.conftest import CLINIC
from tests.integration.engine.bank import BINDING, NOON, Bank, update
from tests.integration.engine.conftest import World, make_world

ACCOUNT = Account("harbor", BINDING)
AMOUNT = Money(5000)


class Cue(Stage[Settings]):
    """Does what the patient's text says, as a receptionist would."""

    name = "cue"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        for text in turn.texts:
            word, _, rest = text.text.partition(" ")
            if word == "yes":
                turn.add(MoveRequest(RequestStatus.PENDING))
                turn.add(RequestDeposit(Money(int(rest or 5000))))
                turn.add(SetTimer(SLOW, turn.now + timedelta(seconds=8)))
            elif word == "offer":
                turn.add(MoveRequest(RequestStatus.OFFERED))
            elif word == "no":
                turn.add(CancelDeposit("declined"))
                turn.add(MoveRequest(RequestStatus.READY))
            elif word == "anew":
                turn.add(MoveRequest(RequestStatus.CLOSED))
        await call_next()


class Till:
    """A world with a bank in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bank = Bank()
        self.serve()

    def serve(self, *, bank: bool = True) -> None:
        world = self.world
        context = StageContext(CLINIC, takes_payments=True)
        pipeline = Pipeline([stage(Settings(), context) for stage in (Cue, DepositStage)])
        accounts: dict[str, Any] = {BINDING: self.bank} if bank else {}
        world.live = LiveClinic(world.live.plan, world.live.channels, None, pipeline, payments=accounts)
        world.engine.directory.swap({CLINIC.id: world.live})

    async def says(self, *texts: str) -> None:
        for text in texts:
            await self.world.hear(text)
            await self.world.settle()

    async def agrees(self) -> None:
        await self.says("offer", "yes")

    async def hears(self, *news: Any) -> list[str]:
        outcomes = await self.world.engine.books.enter(ACCOUNT, news)
        await self.world.settle()
        return outcomes

    async def pays(self, cents: int = 5000, payment: str = "p1", **more: Any) -> list[str]:
        return await self.hears(update(payment, cents=cents, order=await self.order(), **more))

    async def order(self) -> str:
        found: str = await self.world.value("SELECT order_id FROM deposit ORDER BY id DESC LIMIT 1")
        return found

    async def status(self) -> list[str]:
        return [row["status"] for row in await self.world.rows("SELECT status FROM deposit ORDER BY id")]

    async def request(self) -> str:
        found: str = await self.world.value("SELECT status FROM request ORDER BY number DESC LIMIT 1")
        return found

    async def notices(self) -> list[str]:
        return [row["kind"] for row in await self.world.rows("SELECT kind FROM notice ORDER BY id")]

    async def later(self, wait: timedelta) -> None:
        """Time passes, and workers make their rounds."""
        self.world.clock.advance(wait.total_seconds())
        await self.world.engine.sweeper.fire_timers()
        await self.world.settle()
        await self.world.engine.cashier.sweep()
        await self.world.engine.refunds.sweep()
        await self.world.settle()

    @property
    def desk(self) -> Desk:
        engine = self.world.engine
        return Desk(self.world.database, engine.books, self.world.clock)

    @property
    def confirmations(self) -> int:
        return sum("received your $50 deposit" in text for text in self.world.sent)

    @property
    def links(self) -> int:
        return sum("/pay/" in text for text in self.world.sent)


@pytest.fixture
def till(world: World) -> Till:
    return Till(world)


# ---- the usual way -----------------------------------------------------------------------------------------------


async def test_a_yes_brings_one_link_and_a_payment_one_confirmation(till: Till) -> None:
    await till.agrees()
    assert till.links == 1
    assert await till.status() == ["link_sent"]
    await till.pays()
    assert (await till.status(), await till.request()) == (["paid"], "paid")
    assert till.confirmations == 1
    assert await till.notices() == ["deposit_paid"]


async def test_the_link_that_is_texted_is_ours_and_names_nobody(till: Till) -> None:
    await till.agrees()
    token = await till.world.value("SELECT token FROM deposit")
    assert f"/pay/{token}" in till.world.sent[-1]
    [asked] = till.bank.made.values()
    assert (asked.amount, asked.label) == (AMOUNT, "Appointment deposit")
    assert asked.redirect_url.endswith(f"/pay/{token}/thanks")


async def test_the_same_news_twice_and_the_same_payment_under_two_names_are_confirmed_once(till: Till) -> None:
    await till.agrees()
    assert await till.pays(event_id="e1") == ["paid"]
    assert await till.pays(event_id="e1") == ["duplicate"]
    assert await till.pays(event_id="e2") == ["known"]
    assert till.confirmations == 1


async def test_what_is_reported_before_the_link_is_written_down_is_found_by_our_reference(till: Till) -> None:
    till.bank.script.append(OutcomeUnknown("cut off"))
    till.bank.acts = True
    await till.agrees()
    [key] = till.bank.made
    assert await till.hears(update("p1", order=f"order-{key}", reference=key)) == ["paid"]
    assert await till.status() == ["paid"]


async def test_a_refused_card_is_told_and_the_same_link_may_still_be_paid(till: Till) -> None:
    await till.agrees()
    await till.hears(update("p1", PaymentStatus.FAILED, order=await till.order()))
    assert await till.status() == ["failed"]
    assert "did not go through" in till.world.sent[-1]
    assert "/pay/" in till.world.sent[-1]
    await till.pays(payment="p2")
    assert await till.status() == ["paid"]
    assert till.confirmations == 1


# ---- another amount, twice, back, disputed ------------------------------------------------------------------------


@pytest.mark.parametrize(("cents", "currency"), [(4999, "USD"), (5001, "USD"), (5000, "CAD")])
async def test_another_amount_or_currency_is_held_and_not_confirmed(till: Till, cents: int, currency: str) -> None:
    await till.agrees()
    await till.pays(cents, currency=currency)
    assert (await till.status(), await till.request()) == (["held"], "pending")
    assert till.confirmations == 0
    assert await till.notices() == ["deposit_held"]
    [row] = await till.world.rows("SELECT id FROM deposit")
    await till.desk.accept("harbor", row["id"], "desk")
    await till.world.settle()
    assert (await till.status(), await till.request(), till.confirmations) == (["paid"], "paid", 1)


async def test_a_second_payment_of_one_deposit_is_confirmed_to_nobody_and_told_to_staff(till: Till) -> None:
    await till.agrees()
    await till.pays()
    await till.pays(payment="p2")
    await till.pays(payment="p3")
    assert till.confirmations == 1
    assert await till.notices() == ["deposit_paid", "deposit_paid_twice"]


async def test_money_that_was_paid_given_back_and_paid_again_is_confirmed_once_and_staff_see_to_it(till: Till) -> None:
    await till.agrees()
    await till.pays()
    await till.hears(update("p1", PaymentStatus.REFUNDED, refund_id="r1"))
    await till.pays(payment="p2")
    assert (await till.status(), till.confirmations) == (["paid"], 1)
    assert (await till.notices())[-1] == "deposit_paid_twice"


async def test_the_right_amount_after_a_wrong_one_is_confirmed_and_the_surplus_told_to_staff(till: Till) -> None:
    await till.agrees()
    await till.pays(cents=4000)
    await till.pays(payment="p2")
    assert (await till.status(), till.confirmations) == (["paid"], 1)
    assert "deposit_paid_twice" in await till.notices()


async def test_a_right_payment_after_a_wrong_one_was_given_back_is_confirmed(till: Till) -> None:
    await till.agrees()
    await till.pays(cents=4000)
    await till.hears(update("p1", PaymentStatus.REFUNDED, 4000, refund_id="r1"))
    await till.pays(payment="p2")
    assert (await till.status(), till.confirmations) == (["paid"], 1)


async def test_a_payment_after_one_that_was_only_ever_heard_of_as_called_back_is_confirmed(till: Till) -> None:
    await till.agrees()
    await till.hears(update("p1", PaymentStatus.DISPUTED, order=await till.order()))
    await till.hears(update("p1", PaymentStatus.REFUNDED, refund_id="r1"))
    await till.pays(payment="p2")
    assert (await till.status(), till.confirmations) == (["paid"], 1)


async def test_the_answer_to_a_refund_and_its_webhook_may_come_at_the_same_moment(till: Till) -> None:
    await till.agrees()
    await till.pays()
    [row] = await till.world.rows("SELECT id FROM deposit")
    await till.desk.refund("harbor", row["id"], "desk")
    key = await till.world.value("SELECT key FROM refund")
    news = update("p1", PaymentStatus.REFUNDED, refund_id=f"r-{key}")
    async with till.world.database.transaction() as connection:
        await payments.one_at_a_time(connection, ACCOUNT, "p1")
        await payments.keep_refund(connection, ACCOUNT, news)
        answer = asyncio.create_task(till.world.engine.refunds.sweep())
        while not await till.world.value("SELECT count(*) FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110
            await asyncio.sleep(0)
    await answer
    rows = await till.world.rows("SELECT cents, status FROM refund")
    assert [tuple(one) for one in rows] == [(5000, "done")]
    assert await till.status() == ["refunded"]


@pytest.mark.parametrize("first", ["answer", "webhook"])
async def test_a_refund_that_comes_to_nothing_after_all_is_told_to_staff_and_may_be_tried_again(
    till: Till, first: str
) -> None:
    await till.agrees()
    await till.pays()
    [row] = await till.world.rows("SELECT id FROM deposit")
    till.bank.thinks = True
    await till.desk.refund("harbor", row["id"], "desk")
    key = await till.world.value("SELECT key FROM refund")
    failed = update("p1", PaymentStatus.FAILED, refund_id=f"r-{key}")
    if first == "answer":
        await till.later(timedelta())
        await till.hears(failed)
    else:
        await till.hears(failed)
        await till.later(timedelta())
    assert (await till.status(), (await till.notices())[-1]) == (["paid"], "refund_refused")
    assert await till.desk.refund("harbor", row["id"], "desk") == AMOUNT


async def test_a_refund_whose_end_nobody_reported_is_asked_about(till: Till) -> None:
    await till.agrees()
    await till.pays()
    [row] = await till.world.rows("SELECT id FROM deposit")
    till.bank.thinks = True
    await till.desk.refund("harbor", row["id"], "desk")
    await till.later(timedelta(hours=1))
    key = await till.world.value("SELECT key FROM refund")
    till.bank.told[await till.order()] = [update("p1", PaymentStatus.REFUNDED, refund_id=f"r-{key}")]
    assert await till.world.engine.cashier.follow() == 1
    assert await till.status() == ["refunded"]


async def test_a_refund_asked_for_here_goes_out_once_and_closes_the_request(till: Till) -> None:
    await till.agrees()
    await till.pays()
    [row] = await till.world.rows("SELECT id FROM deposit")
    till.bank.script.append(OutcomeUnknown("cut off"))
    till.bank.acts = True
    assert await till.desk.refund("harbor", row["id"], "desk") == AMOUNT
    await till.later(timedelta())
    await till.later(timedelta(seconds=30))
    assert list(till.bank.refunded.values()) == [AMOUNT]
    assert (await till.status(), await till.request()) == (["refunded"], "closed")
    assert "refunded" in till.world.sent[-1]
    with pytest.raises(DepositRefused):
        await till.desk.refund("harbor", row["id"], "desk")


async def test_a_refund_is_known_once_whether_the_answer_or_the_webhook_comes_first(till: Till) -> None:
    await till.agrees()
    await till.pays()
    [row] = await till.world.rows("SELECT id FROM deposit")
    await till.desk.refund("harbor", row["id"], "desk")
    [wanted] = await till.world.rows("SELECT key FROM refund")
    news = update("p1", PaymentStatus.REFUNDED, refund_id=f"r-{wanted['key']}")
    await till.hears(news)
    await till.later(timedelta())
    async with till.world.database.connection() as connection:
        [books] = await payments.books(connection, "harbor")
    assert (books["cents"], books["refunded"]) == (5000, 5000)
    assert sum("refunded" in text for text in till.world.sent) == 1


async def test_a_refund_that_the_provider_thinks_about_is_one_refund_when_it_is_done(till: Till) -> None:
    await till.agrees()
    await till.pays()
    [row] = await till.world.rows("SELECT id FROM deposit")
    till.bank.thinks = True
    await till.desk.refund("harbor", row["id"], "desk", cents=2000)
    await till.later(timedelta())
    assert await till.world.value("SELECT status FROM refund") == "asked"
    [wanted] = await till.world.rows("SELECT key FROM refund")
    await till.hears(update("p1", PaymentStatus.REFUNDED, 2000, refund_id=f"r-{wanted['key']}"))
    rows = await till.world.rows("SELECT cents, status FROM refund")
    assert [tuple(row) for row in rows] == [(2000, "done")]
    assert await till.desk.refund("harbor", row["id"], "desk") == Money(3000), "and what is left can go back too"


async def test_a_refund_that_is_refused_is_told_to_staff(till: Till) -> None:
    await till.agrees()
    await till.pays()
    [row] = await till.world.rows("SELECT id FROM deposit")
    till.bank.script.append(Undeliverable(code="NO"))
    await till.desk.refund("harbor", row["id"], "desk")
    await till.later(timedelta())
    assert await till.status() == ["paid"]
    assert (await till.notices())[-1] == "refund_refused"


async def test_a_refund_that_is_reported_before_its_payment_counts_when_the_payment_comes(till: Till) -> None:
    await till.agrees()
    assert await till.hears(update("p1", PaymentStatus.REFUNDED, refund_id="r1")) == ["elsewhere"]
    await till.pays()
    assert await till.status() == ["refunded"]
    assert till.confirmations == 0
    async with till.world.database.connection() as connection:
        assert await payments.parked(connection, "harbor") == []


async def test_a_dispute_is_urgent_for_staff_and_silent_for_the_patient(till: Till) -> None:
    await till.agrees()
    await till.pays()
    before = len(till.world.sent)
    await till.hears(update("p1", PaymentStatus.DISPUTED, 100))
    assert (await till.status(), len(till.world.sent)) == (["disputed"], before)
    assert (await till.notices())[-1] == "deposit_disputed"


# ---- what cannot be placed ----------------------------------------------------------------------------------------


async def test_any_number_of_reports_of_a_sale_that_is_not_ours_is_heard(till: Till) -> None:
    await till.agrees()
    for status in (PaymentStatus.PENDING, PaymentStatus.PAID, PaymentStatus.PAID):
        assert await till.hears(update("p8", status, order="a sale at the till")) == ["elsewhere"]


async def test_a_payment_that_came_before_its_link_is_parked_no_longer_once_it_is_placed(till: Till) -> None:
    till.bank.script.append(RetryLater("busy"))
    await till.agrees()
    key = await till.world.value("SELECT key FROM deposit")
    assert await till.hears(update("p1", order=f"order-{key}")) == ["elsewhere"]
    await till.later(timedelta(seconds=10))
    assert await till.status() == ["paid"]
    async with till.world.database.connection() as connection:
        assert await payments.parked(connection, "harbor") == []


async def test_what_nobody_expected_is_parked_where_it_can_be_seen_and_blocks_nothing(till: Till) -> None:
    await till.agrees()
    stranger = update("p8", order="order-of-another", reference="not one of ours")
    news = [Unhandled("u1", "payout.sent", NOON), update("p9", order="till-sale"), stranger]
    assert await till.hears(*news, update("p1", order=await till.order())) == [
        "unhandled",
        "elsewhere",
        "unmatched",
        "paid",
    ]
    async with till.world.database.connection() as connection:
        parked = await payments.parked(connection, "harbor")
    assert {row["event_id"] for row in parked} == {one.event_id for one in news}


async def test_news_of_one_clinic_never_pays_anothers_deposit(till: Till) -> None:
    await till.agrees()
    other = Account("sierra", BINDING)
    assert await till.world.engine.books.enter(other, [update("p1", order=await till.order())]) == ["elsewhere"]
    assert await till.status() == ["link_sent"]


# ---- links that are not wanted any more ---------------------------------------------------------------------------


async def test_a_new_link_is_made_only_when_the_old_one_is_void(till: Till) -> None:
    await till.agrees()
    till.bank.script.extend([RetryLater("busy"), RetryLater("busy")])
    await till.says("yes 7000")
    assert await till.status() == ["cancelled", "requested"]
    assert till.bank.calls[-1] == "cancel"
    for _ in range(4):
        await till.later(timedelta(seconds=30))
    assert await till.status() == ["cancelled", "link_sent"]
    assert till.bank.most_open == 1
    assert till.links == 2


async def test_a_link_that_was_paid_while_it_was_given_up_counts_and_the_new_one_is_void(till: Till) -> None:
    await till.agrees()
    old = await till.order()
    await till.says("yes 7000")
    await till.hears(update("p1", order=old))
    assert await till.status() == ["paid", "cancelled"]
    await till.later(timedelta())
    assert till.bank.open_links == []
    assert (await till.request(), till.confirmations) == ("paid", 1)


async def test_when_a_link_is_cancelled_the_provider_is_asked_whether_it_was_paid(till: Till) -> None:
    await till.agrees()
    order = await till.order()
    till.bank.told[order] = [update("p1", order=order)]
    await till.says("no")
    assert await till.status() == ["paid"]
    assert (await till.request(), till.confirmations) == ("paid", 1)


async def test_an_unpaid_link_is_mentioned_once_then_void_and_staff_call_without_it(till: Till) -> None:
    await till.agrees()
    await till.later(timedelta(hours=4))
    assert "reminder" in till.world.sent[-1]
    await till.later(timedelta(hours=45))
    assert (await till.status(), await till.request()) == (["expired"], "ready")
    assert till.bank.open_links == []
    assert await till.notices() == ["deposit_expired"]
    assert sum("reminder" in text for text in till.world.sent) == 1


async def test_a_payment_after_the_end_is_still_a_payment(till: Till) -> None:
    await till.agrees()
    order = await till.order()
    await till.later(timedelta(hours=49))
    await till.hears(update("p1", order=order))
    assert (await till.status(), await till.request(), till.confirmations) == (["paid"], "paid", 1)


async def test_a_request_that_ends_takes_its_open_link_along(till: Till) -> None:
    await till.agrees()
    await till.says("anew")
    assert (await till.status(), till.bank.open_links) == (["cancelled"], [])


async def test_whoever_paid_is_neither_reminded_nor_expired(till: Till) -> None:
    await till.agrees()
    await till.pays()
    sent = len(till.world.sent)
    await till.later(timedelta(hours=60))
    assert (await till.status(), len(till.world.sent)) == (["paid"], sent)


# ---- a provider that is away --------------------------------------------------------------------------------------


async def test_a_provider_that_is_away_is_asked_again_with_the_same_key(till: Till) -> None:
    till.bank.script.extend([RetryLater("busy"), OutcomeUnknown("cut off")])
    await till.agrees()
    assert till.links == 0
    await till.later(timedelta(seconds=10))
    await till.later(timedelta(seconds=30))
    assert till.links == 1
    assert len(till.bank.made) == 1
    assert any("a little longer" in text for text in till.world.sent)


@pytest.mark.parametrize("error", [Misconfigured(code="token"), Undeliverable(code="amount")])
async def test_where_no_link_can_be_made_the_patient_is_told_and_staff_call(till: Till, error: Exception) -> None:
    till.bank.script.append(error)
    await till.agrees()
    assert "could not make a payment link" in till.world.sent[-1]
    assert (await till.status(), await till.request()) == (["cancelled"], "ready")
    assert await till.notices() == ["deposit_no_link"]


async def test_a_link_is_tried_to_be_void_until_it_is_and_no_other_is_made_before(till: Till) -> None:
    await till.agrees()
    till.bank.script.extend([RetryLater("away")] * 30)
    await till.says("yes 7000")
    for _ in range(40):
        assert till.bank.most_open == 1
        await till.later(timedelta(minutes=20))
    assert (await till.status(), len(till.bank.open_links)) == (["cancelled", "link_sent"], 1)
    assert (await till.notices()).count("deposit_not_cancelled") == 1


async def test_a_link_that_was_made_after_it_was_given_up_is_made_void(till: Till) -> None:
    """A cashier comes back after its lease: the deposit was given up, and the link made void, behind its back."""
    await till.agrees()
    [row] = await till.world.rows("SELECT id FROM deposit")
    await till.desk.cancel("harbor", row["id"], "desk")
    await till.later(timedelta())
    assert till.bank.open_links == []
    async with till.world.database.connection() as connection:
        late = await deposits.one(connection, "harbor", row["id"])
    assert late is not None
    till.bank.void.clear()
    await till.world.engine.cashier._make(till.world.live, till.bank, late)
    assert till.bank.open_links != []
    await till.later(timedelta())
    assert (till.bank.open_links, await till.status()) == ([], ["cancelled"])


async def test_a_reminder_is_not_sent_in_the_turn_that_gives_the_link_up(till: Till) -> None:
    await till.agrees()
    sent = len(till.world.sent)
    await till.later(timedelta(days=3))
    assert (await till.status(), till.world.sent[sent:]) == (["expired"], [])


async def test_a_clinic_without_payments_asks_for_nothing(till: Till) -> None:
    till.serve(bank=False)
    await till.agrees()
    assert await till.status() == []


async def test_a_link_of_a_provider_that_is_gone_is_given_to_staff(till: Till) -> None:
    await till.agrees()
    till.serve(bank=False)
    await till.says("no")
    await till.later(timedelta())
    assert (await till.notices())[-1] == "deposit_not_cancelled"


async def test_a_webhook_that_never_came_is_made_up_for_by_asking(till: Till) -> None:
    await till.agrees()
    order = await till.order()
    till.bank.told[order] = [update("p1", order=order)]
    assert await till.world.engine.cashier.follow() == 0
    till.world.clock.advance(timedelta(minutes=16).total_seconds())
    assert await till.world.engine.cashier.follow() == 1
    await till.world.settle()
    assert till.confirmations == 1
    assert await till.world.engine.cashier.reconcile("harbor", NOON - timedelta(days=900)) == Reconciled(1, 0, 0)
    till.bank.script.append(RetryLater("busy"))
    assert await till.world.engine.cashier.reconcile("harbor", NOON - timedelta(days=900)) == Reconciled(0, 0, 1)


# ---- staff --------------------------------------------------------------------------------------------------------


async def test_what_staff_take_at_the_desk_is_confirmed_like_any_payment(till: Till) -> None:
    await till.agrees()
    [row] = await till.world.rows("SELECT id FROM deposit")
    assert await till.desk.mark_paid("harbor", row["id"], "desk") == "paid"
    await till.world.settle()
    assert till.confirmations == 1
    with pytest.raises(DepositRefused):
        await till.desk.mark_paid("harbor", row["id"], "desk")
    async with till.world.database.connection() as connection:
        causes = [line["cause"] for line in await deposits.history(connection, "harbor", row["id"])]
    assert "marked paid by desk" in causes
    await till.later(timedelta())
    assert till.bank.open_links == [], "or it could be paid once more"


async def test_what_staff_took_at_the_desk_they_give_back_themselves_and_no_provider_is_asked(till: Till) -> None:
    await till.agrees()
    [row] = await till.world.rows("SELECT id FROM deposit")
    await till.desk.mark_paid("harbor", row["id"], "desk")
    await till.desk.refund("harbor", row["id"], "desk")
    await till.later(timedelta())
    assert (await till.status(), till.bank.refunded) == (["refunded"], {})


async def test_what_staff_give_up_is_void_and_the_patient_hears_nothing_of_it(till: Till) -> None:
    await till.agrees()
    sent = len(till.world.sent)
    [row] = await till.world.rows("SELECT id FROM deposit")
    await till.desk.cancel("harbor", row["id"], "desk")
    await till.later(timedelta())
    assert (await till.status(), till.bank.open_links, len(till.world.sent)) == (["cancelled"], [], sent)


async def test_money_counts_for_whoever_has_opted_out_or_talks_with_staff(till: Till) -> None:
    await till.agrees()
    [row] = await till.world.rows("SELECT id FROM conversation")
    await till.world.engine.takeover.take("harbor", row["id"], "desk")
    await till.world.settle()
    await till.pays()
    assert (await till.status(), await till.request()) == (["paid"], "paid")
    assert "deposit_paid" in await till.notices()


# ---- whoever dies, and whenever -----------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone: nothing catches it."""


@pytest.mark.parametrize("step", [Step.AFTER_COMMIT, Step.LINK_MADE, Step.LINK_KEPT, Step.BEFORE_SEND])
async def test_killed_on_the_way_to_the_link_there_is_one_link_all_the_same(
    database: Database, clock: ManualClock, step: Step
) -> None:
    await _dies(database, clock, step, at="yes")


@pytest.mark.parametrize("step", [Step.LINK_VOID, Step.LINK_MADE, Step.AFTER_COMMIT])
async def test_killed_on_the_way_to_another_link_never_are_two_open(
    database: Database, clock: ManualClock, step: Step
) -> None:
    await _dies(database, clock, step, at="yes 7000")


@pytest.mark.parametrize("step", [Step.PAYMENT_ENTERED, Step.TURN_LOADED, Step.BEFORE_COMMIT, Step.AFTER_COMMIT])
async def test_killed_on_the_way_to_the_confirmation_there_is_one_all_the_same(
    database: Database, clock: ManualClock, step: Step
) -> None:
    await _dies(database, clock, step, at="payment")


async def _dies(database: Database, clock: ManualClock, step: Step, *, at: str) -> None:
    """A conversation up to the confirmation whose process is killed once, at a step of one of its parts."""
    armed: list[Step] = []

    def on_step(reached: Step) -> None:
        if armed and reached is armed[0]:
            armed.clear()
            raise Killed

    till = Till(make_world(database, clock, on_step))

    async def part(name: str) -> None:
        if name == at:
            armed.append(step)
        try:
            if name == "payment":
                await till.pays(event_id="e1")
            else:
                await till.says(name)
        except Killed:
            # The provider comes again with what it got no answer to; others' leases run out.
            if name == "payment":
                await till.pays(event_id="e1")
        for _ in range(3):
            await till.later(timedelta(seconds=60))
            await till.world.engine.outbox.reconcile()
            await till.world.engine.sweeper.send_due()
            await till.world.settle()

    try:
        for name in ("offer", "yes", *(["yes 7000"] if at == "yes 7000" else [])):
            await part(name)
        cents = 7000 if at == "yes 7000" else 5000
        assert not armed, "the step was never reached"
        assert till.bank.most_open == 1
        if at == "payment":
            await part("payment")
        else:
            await till.pays(cents)
        assert not armed, "the step was never reached"
        assert (await till.status())[-1] == "paid"
        assert await till.request() == "paid"
        said = sum("received your" in text for text in till.world.sent)
        held = await till.world.value("SELECT count(*) FROM outbox WHERE status IN ('held', 'unknown')")
        assert said + held >= 1
        assert said <= 1
    finally:
        await till.world.engine.stop(timedelta(seconds=1))
