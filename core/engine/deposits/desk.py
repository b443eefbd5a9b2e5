"""What staff do about a deposit: give money back, say that it was paid, take another amount for good, give it up."""

from __future__ import annotations

from uuid import uuid4

from core.deposits.machine import IN_HAND, PaymentFacts, may_move
from core.engine.deposits.books import Books
from core.receptionist.money import money_text
from core.store import deposits, payments, refunds
from core.store.database import Connection, Database
from core.store.deposits import DepositRow
from core.store.payments import Account
from deskbell import Clock, DepositStatus, DeskbellError, Money, PaymentStatus, PaymentUpdate

_S = DepositStatus


class DepositRefused(DeskbellError):
    """This cannot be done with this deposit."""


class Desk:
    """Staff's hands on deposits. Every act names its author in the journal."""

    def __init__(self, database: Database, books: Books, clock: Clock) -> None:
        self._database = database
        self._books = books
        self._clock = clock

    async def refund(self, clinic: str, deposit: int, author: str, cents: int | None = None) -> Money:
        """Wishes for a refund, of all that came or of `cents`; the next sweep asks the provider. Returns the amount.

        Raises `DepositRefused`, which says what could be given back.
        """
        async with self._database.transaction() as connection:
            row = await self._lock(connection, clinic, deposit)
            known = [one for one in await payments.of_deposit(connection, clinic, deposit) if one.came]
            if not known:
                raise DepositRefused(f"Deposit {deposit} is {row.status.value}: no money has come that could go back.")
            given = Money(cents, known[-1].amount.currency) if cents is not None else None
            return await self._want(connection, row, known, given, author)

    async def _want(
        self, connection: Connection, row: DepositRow, known: list[PaymentFacts], given: Money | None, author: str
    ) -> Money:
        """A refund of a whole deposit gives back every payment; a part is taken from the latest that has as much."""
        now, total = self._clock.now(), 0
        left = []
        for one in reversed(known):
            on_the_way = await refunds.on_the_way(connection, row.clinic, row.binding, one.id)
            left.append((one, one.amount.cents - on_the_way))
        if given is not None:
            left = [(one, given.cents) for one, cents in left if cents >= given.cents > 0][:1]
        for one, cents in left:
            if cents > 0:
                amount = Money(cents, one.amount.currency)
                await refunds.want(connection, row.clinic, row.binding, one.id, amount, author, now)
                await deposits.journal(
                    connection, row.clinic, row.id, row.status, row.status, f"refund wanted by {author}", now
                )
                total += cents
        if not total:
            most = " or ".join(money_text(one.amount) for one in known)
            raise DepositRefused(f"Nothing is left to give back of deposit {row.id}, or not as much: {most} came.")
        return Money(total, known[-1].amount.currency)

    async def mark_paid(self, clinic: str, deposit: int, author: str, cents: int | None = None) -> str:
        """Staff have the money in hand: at the desk, or by a way that reports nothing. Returns the new status."""
        async with self._database.connection() as connection:
            row = await deposits.one(connection, clinic, deposit)
        if row is None:
            raise DepositRefused(f"There is no deposit {deposit} at {clinic}.")
        if row.status in (_S.PAID, _S.DISPUTED, _S.HELD):
            raise DepositRefused(f"Deposit {deposit} is {row.status.value}: its money has come already.")
        taken = PaymentUpdate(
            event_id=f"staff:{uuid4()}",
            payment_id=f"{IN_HAND}{uuid4()}",
            status=PaymentStatus.PAID,
            amount=Money(row.cents if cents is None else cents, row.currency),
            at=self._clock.now(),
            order_id=row.order_id or "",
            reference=str(row.key),
        )
        [outcome] = await self._books.enter(Account(clinic, row.binding), [taken])
        await self._note(row, f"marked paid by {author}")
        return outcome

    async def accept(self, clinic: str, deposit: int, author: str) -> None:
        """Another amount came, and it will do."""
        async with self._database.transaction() as connection:
            row = await self._lock(connection, clinic, deposit)
            if row.status is not _S.HELD:
                raise DepositRefused(f"Deposit {deposit} is {row.status.value}; only one that is held can be accepted.")
            await deposits.accept(connection, row)
            current = await self._lock(connection, clinic, deposit)
            await self._books.settle(connection, current, f"accepted by {author}", self._clock.now())

    async def cancel(self, clinic: str, deposit: int, author: str) -> None:
        """Gives an open deposit up; its link is made void by the next sweep."""
        async with self._database.transaction() as connection:
            row = await self._lock(connection, clinic, deposit)
            if not may_move(row.status, _S.CANCELLED):
                raise DepositRefused(f"Deposit {deposit} is {row.status.value}; only an open one can be cancelled.")
            await self._books.move(connection, row, _S.CANCELLED, f"cancelled by {author}", self._clock.now())
            await self._books.tell(connection, row, _S.CANCELLED, "staff", self._clock.now())

    async def _lock(self, connection: Connection, clinic: str, deposit: int) -> DepositRow:
        row = await deposits.lock(connection, clinic, deposit)
        if row is None:
            raise DepositRefused(f"There is no deposit {deposit} at {clinic}.")
        return row

    async def _note(self, row: DepositRow, cause: str) -> None:
        async with self._database.connection() as connection:
            current = await deposits.one(connection, row.clinic, row.id)
            status = current.status if current else row.status
            await deposits.journal(connection, row.clinic, row.id, status, status, cause, self._clock.now())
