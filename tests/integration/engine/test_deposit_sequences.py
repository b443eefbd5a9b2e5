"""Whatever is told of a deposit's money, however often, in whatever order and by whom at once: one link, one
confirmation, and books that agree with what was told.
"""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from core.deposits.balance import balanced
from core.engine.deposits.desk import DepositRefused
from core.store import holdings, payments
from core.store.database import Database
from deskbell import ManualClock, PaymentStatus, PaymentUpdate, RetryLater
from tests.integration.engine.bank import update
from tests.integration.engine.conftest import make_world
from tests.integration.engine.test_deposits import ACCOUNT, Till

_S = PaymentStatus
#: What a provider may tell: (payment, status, cents, refund). The deposit is 5000 cents.
NEWS: tuple[tuple[str, PaymentStatus, int, str | None], ...] = (
    ("p1", _S.PENDING, 5000, None),
    ("p1", _S.FAILED, 5000, None),
    ("p1", _S.PAID, 5000, None),
    ("p1", _S.DISPUTED, 5000, None),
    ("p2", _S.PAID, 5000, None),
    ("p3", _S.PAID, 4900, None),
    ("p1", _S.REFUNDED, 5000, "r1"),
    ("p1", _S.REFUNDED, 2000, "r2"),
    ("p2", _S.REFUNDED, 5000, "r3"),
    ("p1", _S.PENDING, 2000, "r2"),
    ("p1", _S.FAILED, 2000, "r4"),
    ("till", _S.PAID, 999, None),
)
ACTS = ("refund", "cancel", "take in hand", "accept", "patient: no", "rounds", "an hour", "provider away")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("news"), st.integers(0, len(NEWS) - 1)), st.sampled_from(ACTS).map(lambda act: (act, 0))
    ),
    min_size=1,
    max_size=12,
)


@dataclass
class Ledger:
    """Plays one example: every piece of news has one name, under which it may come again at any time."""

    till: Till
    told: list[PaymentUpdate] = field(default_factory=list)

    async def step(self, what: str, which: int, random: Random) -> None:
        desk, deposit = self.till.desk, await self.till.world.value("SELECT max(id) FROM deposit")
        match what:
            case "news":
                news = await self.news(*NEWS[which], name=f"e{which}")
                self.told.append(news)
                # It comes up to three times, at once and beside others that were told before.
                again = [news] * random.randint(0, 2) + random.sample(self.told, min(2, len(self.told)))
                await asyncio.gather(*(self.till.world.engine.books.enter(ACCOUNT, [one]) for one in [news, *again]))
            case "refund":
                await self.attempt(desk.refund("harbor", deposit, "rosa"))
            case "cancel":
                await self.attempt(desk.cancel("harbor", deposit, "rosa"))
            case "take in hand":
                await self.attempt(desk.mark_paid("harbor", deposit, "rosa"))
            case "accept":
                await self.attempt(desk.accept("harbor", deposit, "rosa"))
            case "patient: no":
                await self.till.world.hear("no")
            case "provider away":
                self.till.bank.script.append(RetryLater("busy"))
            case "rounds":
                await self.rounds()
            case "an hour":
                await self.till.later(timedelta(hours=1))

    async def news(
        self, payment: str, status: PaymentStatus, cents: int, refund: str | None, *, name: str
    ) -> PaymentUpdate:
        order = "a sale of the clinic's" if payment == "till" else await self.till.order()
        return update(payment, status, cents, order=order, refund_id=refund, event_id=name)

    async def attempt(self, act: Any) -> None:
        try:
            await act
        except DepositRefused as refused:
            note(f"  refused: {refused}")

    async def rounds(self) -> None:
        """A turn, an errand and a refund at the same moment, as several workers do."""
        engine = self.till.world.engine
        await asyncio.gather(engine.cashier.sweep(), engine.refunds.sweep(), self.till.world.settle())

    async def rest(self) -> None:
        self.till.bank.script.clear()
        for _ in range(3):
            await self.till.later(timedelta(minutes=20))


async def in_order(ledger: Ledger) -> None:
    till = ledger.till
    async with till.world.database.connection() as connection:
        held = await holdings.of_clinic(connection, "harbor")
        stays = {row["currency"]: row["cents"] - row["refunded"] for row in await payments.books(connection, "harbor")}
    assert balanced(stays, held), f"{stays} and {held}"
    assert till.confirmations <= 1
    links = {found for text in till.world.sent for found in re.findall(r"/pay/\w+", text)}
    assert len(links) <= 1, "whatever becomes of it, one link was asked for"
    assert till.bank.most_open == 1
    confirmable = any(money.status is _S.PAID and money.payment_id in ("p1", "p2") for money in ledger.told)
    [status] = await till.status()
    if confirmable and status == "paid":
        assert till.confirmations == 1


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, seed=st.integers(0, 999))
async def test_whatever_is_told_in_whatever_order_the_books_agree_and_one_confirmation_goes_out(
    database: Database, clock: ManualClock, steps: list[tuple[str, int]], seed: int
) -> None:
    async with database.connection() as connection:
        tables = await connection.fetch(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'alembic%'"
            " AND tablename NOT LIKE 'pgqueuer\\_%'"
        )
        await connection.execute("ALTER TABLE consent DISABLE TRIGGER ALL")  # which keeps what was consented to
        await connection.execute(f"TRUNCATE {', '.join(row['tablename'] for row in tables)} RESTART IDENTITY CASCADE")
    till = Till(make_world(database, clock))
    try:
        await till.agrees()
        ledger, random = Ledger(till), Random(seed)
        for what, which in steps:
            note(f"{what} {NEWS[which] if what == 'news' else ''}")
            await ledger.step(what, which, random)
            if random.random() < 0.5:
                await till.world.settle()
        await ledger.rest()
        await in_order(ledger)
    finally:
        await till.world.engine.stop(timedelta(seconds=1))
