"""Refunds that staff asked for: the provider is asked after the wish is stored, with one key for all attempts."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from core import log
from core.deposits.machine import in_hand
from core.engine.deposits.books import Books
from core.engine.deposits.cashier import Cashier
from core.engine.live import Directory, LiveClinic
from core.store import deposits, payments, refunds
from core.store.database import Connection, Database
from core.store.deposits import DepositRow
from core.store.payments import Account
from core.store.refunds import Wanted
from deskbell import Clock, Misconfigured, OutboundError, PaymentStatus, RetryLater, Undeliverable

logger = log.get(__name__)

_LONGEST_RETRY = timedelta(minutes=15)


class Refunds:
    """Asks for what is wanted and enters what came of it."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        books: Books,
        cashier: Cashier,
        clock: Clock,
        wall: Clock,
        *,
        lease: timedelta = timedelta(seconds=45),
    ) -> None:
        self._database = database
        self._directory = directory
        self._books = books
        self._cashier = cashier
        self._clock = clock
        self._wall = wall
        self._lease = lease

    async def sweep(self) -> int:
        """Asks for every refund that is due. Returns how many."""
        async with self._database.connection() as connection:
            due = await refunds.claim(connection, self._directory.ids, self._clock.now(), self._wall.now(), self._lease)
        await asyncio.gather(*(self._ask(wanted) for wanted in due))
        return len(due)

    async def _ask(self, wanted: Wanted) -> None:
        if in_hand(wanted.payment_id):
            # What staff took themselves they give back themselves.
            await self._booked(wanted, str(wanted.key), done=True)
            return
        live = self._directory.clinic(wanted.clinic)
        provider = live.payments.get(wanted.binding) if live else None
        if live is None or provider is None:
            await self._refused(wanted, "its payment provider is no longer configured")
            return
        try:
            asked = provider.refund(wanted.payment_id, wanted.amount, refund_id=str(wanted.key))
            update = await self._cashier.call(provider, asked)
        except OutboundError as error:
            await self._failed(live, wanted, error)
            return
        done = update.status is PaymentStatus.REFUNDED
        await self._booked(wanted, update.refund_id or str(wanted.key), done=done)

    async def _booked(self, wanted: Wanted, refund_id: str, *, done: bool) -> None:
        """The provider's answer. Its webhook may come at the same moment, so both take the payment first."""
        async with self._database.transaction() as connection:
            row = await self._deposit(connection, wanted)
            status = await refunds.asked(connection, wanted, refund_id, done=done)
            if row is not None and status == "done":
                await self._books.settle(connection, row, "refund", self._clock.now())
            elif row is not None and status == "refused":
                await self._books.tell_of_refusal(connection, row, self._clock.now())

    async def _deposit(self, connection: Connection, wanted: Wanted) -> DepositRow | None:
        """The deposit that the refund is of, the payment and the deposit locked as the books lock them."""
        account = Account(wanted.clinic, wanted.binding)
        await payments.one_at_a_time(connection, account, wanted.payment_id)
        known = await payments.known(connection, account, wanted.payment_id)
        return await deposits.lock(connection, wanted.clinic, known["deposit"]) if known else None

    async def _failed(self, live: LiveClinic, wanted: Wanted, error: OutboundError) -> None:
        reason = type(error).__name__
        logger.warning("refund failed", clinic=wanted.clinic, refund=wanted.id, why=reason, code=error.code)
        for_good = isinstance(error, Undeliverable | Misconfigured)
        if for_good or wanted.attempts >= live.plan.payment_links.attempts:
            await self._refused(wanted, f"{reason} {error.code or ''}".strip())
            return
        after = error.after if isinstance(error, RetryLater) else None
        due = self._clock.now() + (after or min(timedelta(seconds=2**wanted.attempts), _LONGEST_RETRY))
        async with self._database.connection() as connection:
            await refunds.postpone(connection, wanted, due, reason)

    async def _refused(self, wanted: Wanted, reason: str) -> None:
        """The money stays where it is; whoever asked for the refund must know."""
        async with self._database.transaction() as connection:
            row = await self._deposit(connection, wanted)
            await refunds.refuse(connection, wanted, reason)
            if row is not None:
                await self._books.tell_of_refusal(connection, row, self._clock.now())
