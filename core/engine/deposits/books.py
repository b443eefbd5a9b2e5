"""The books: what payment providers report is entered once, and a deposit follows from all that was entered.

Whatever is entered, a webhook or what a look-up brought, goes the same way: the payment's facts grow, the deposit's
standing is worked out anew from all of them, and only if it has moved does the conversation hear of it, in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from core import log, metrics
from core.deposits.machine import PaymentFacts, in_hand, standing, surplus
from core.engine import events
from core.engine.queue import WakeQueue
from core.engine.steps import OnStep, Step, pass_by
from core.store import announcements, deposits, mailbox, payments, staff
from core.store.database import Connection, Database
from core.store.deposits import DepositRow
from core.store.notices import NO_CONVERSATION
from core.store.payments import Account
from deskbell import AnnouncementType, Clock, DepositStatus, PaymentEvent, PaymentStatus, PaymentUpdate, Unhandled

logger = log.get(__name__)

_S = DepositStatus
#: What a conversation hears of: what it was waiting for, or what changes what was said.
_NEWS = frozenset({_S.LINK_SENT, _S.PAID, _S.FAILED, _S.HELD, _S.REFUNDED, _S.DISPUTED})
_ANNOUNCED: Mapping[DepositStatus, AnnouncementType] = {
    _S.REQUESTED: "deposit.requested",
    _S.LINK_SENT: "deposit.link_sent",
    _S.PAID: "deposit.paid",
    _S.FAILED: "deposit.failed",
    _S.EXPIRED: "deposit.expired",
    _S.CANCELLED: "deposit.cancelled",
    _S.HELD: "deposit.held",
    _S.REFUNDED: "deposit.refunded",
    _S.DISPUTED: "deposit.disputed",
}
_CAUSES = {PaymentStatus.REFUNDED: "refund", PaymentStatus.DISPUTED: "dispute"}


class Books:
    """Enters what was reported, for all clinics."""

    def __init__(self, database: Database, queue: WakeQueue, clock: Clock, on_step: OnStep = pass_by) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock
        self._on_step = on_step

    async def enter(self, account: Account, news: Iterable[PaymentEvent], *, front: bool = False) -> list[str]:
        """Enters news of one account, each piece in a transaction of its own. Returns what became of each.

        `front`: on the connections that webhooks have for themselves.
        """
        return [await self._enter(account, event, front) for event in news]

    async def _enter(self, account: Account, event: PaymentEvent, front: bool) -> str:
        now = self._clock.now()
        async with self._database.transaction(front=front) as connection:
            if not await payments.note(connection, account, event, _kind(event), now):
                return "duplicate"
            outcome = "heard"
            if isinstance(event, PaymentUpdate):
                outcome = await self._money(connection, account, event, now)
            elif isinstance(event, Unhandled):
                outcome = "unhandled"
            if outcome in payments.PARKED:
                await payments.park(connection, account, event, outcome)
            if outcome == "unmatched":
                await self._tell_of_a_stranger(connection, account, event, now)
        self._on_step(Step.PAYMENT_ENTERED)
        if outcome == "unmatched":
            logger.error("payment not matched", clinic=account.clinic, binding=account.binding, news=event.event_id)
        return outcome

    async def _tell_of_a_stranger(
        self, connection: Connection, account: Account, event: PaymentEvent, now: datetime
    ) -> None:
        """Money that says it is ours and that nobody asked for: a person has to find out whose it is."""
        line = "A payment came that belongs to no deposit; `deskbell deposits parked` shows it"
        await staff.notify(
            connection,
            account.clinic,
            NO_CONVERSATION,
            "payment_unmatched",
            line,
            True,
            now,
            subject=f"{account.binding} {event.event_id}",
        )

    async def _money(self, connection: Connection, account: Account, update: PaymentUpdate, now: datetime) -> str:
        await payments.one_at_a_time(connection, account, update.payment_id)
        before = await payments.known(connection, account, update.payment_id)
        found = before["deposit"] if before else None
        if found is None:
            order = update.order_id or (before["order_id"] if before else "")
            found = await deposits.find(connection, account.clinic, account.binding, order, _key(update.reference))
        row = await deposits.lock(connection, account.clinic, found) if found is not None else None
        refused = await self._keep(connection, account, update, found)
        if row is None:
            return "unmatched" if update.reference or (before and before["ours"]) else "elsewhere"
        if before is None or before["deposit"] is None:
            await payments.unpark(connection, account, update.payment_id)
        if refused:
            await self.tell_of_refusal(connection, row, now)
        outcome = await self.settle(connection, row, _CAUSES.get(update.status, "payment"), now)
        if in_hand(update.payment_id):
            await deposits.void_link(connection, row, now)  # or it could be paid once more
        return outcome

    async def _keep(self, connection: Connection, account: Account, update: PaymentUpdate, found: int | None) -> bool:
        """Adds a report to what is known. Returns whether a refund that was asked for here has come to nothing."""
        match update.status:
            case PaymentStatus.REFUNDED:
                await payments.keep_refund(connection, account, update)
            case PaymentStatus.FAILED if update.refund_id:
                return await payments.refuse_refund(connection, account, update)
            case _ if update.refund_id is None:  # of a refund that is only on its way there is nothing to enter
                await payments.keep(connection, account, update, found)
        return False

    async def settle(self, connection: Connection, row: DepositRow, cause: str, now: datetime) -> str:
        """Works out where a locked deposit stands, and tells its conversation if it has moved."""
        known = await payments.of_deposit(connection, row.clinic, row.id)
        after = standing(row.status, row.amount, known, accepted=row.accepted)
        if after is _S.PAID:
            await self._tell_of_more(connection, row, known, now)
        if after is row.status:
            return "known"
        if after is _S.PAID and row.status is _S.REFUNDED and await deposits.was_paid(connection, row):
            cause = "again"
        await self.move(connection, row, after, cause, now)
        if after in _NEWS:
            await self.tell(connection, row, after, cause, now)
        return after.value

    async def move(
        self, connection: Connection, row: DepositRow, after: DepositStatus, cause: str, now: datetime
    ) -> None:
        """Moves a locked deposit, and announces it."""
        await deposits.move(connection, row, after, cause, now)
        told = _ANNOUNCED[after]
        await announcements.put(connection, row.clinic, row.conversation, told, _announced(row), now)
        _count(row, after, now)

    async def tell(
        self,
        connection: Connection,
        row: DepositRow,
        status: DepositStatus,
        cause: str,
        now: datetime,
        *,
        url: str | None = None,
    ) -> None:
        """Puts the news into the conversation's mailbox and wakes it."""
        stored = await mailbox.append(
            connection,
            row.clinic,
            row.conversation,
            events.DEPOSIT,
            f"deposit:{row.id}:{uuid4()}",  # told in the transaction that moves it, and so once
            events.deposit_body(row.seen(status, url), cause),
            now,
        )
        if stored and stored.woke:
            await self._queue.wake(connection, row.clinic, row.conversation, timedelta())

    async def tell_of_refusal(self, connection: Connection, row: DepositRow, now: datetime) -> None:
        """A refund came to nothing: the money stays where it is, and whoever asked for it must know."""
        line = "A refund did not go through: please look at it in your payment provider's own pages."
        await staff.notify_once(connection, row.clinic, row.conversation, "refund_refused", line, True, now)

    async def _tell_of_more(
        self, connection: Connection, row: DepositRow, known: list[PaymentFacts], now: datetime
    ) -> None:
        """A deposit that is paid already was paid again: nothing to say to the patient, but staff must give it back."""
        again = surplus(row.amount, known)
        if again:
            line = "A deposit was paid more than once: please give the surplus back."
            await staff.notify_once(connection, row.clinic, row.conversation, "deposit_paid_twice", line, True, now)


def _announced(row: DepositRow) -> dict[str, Any]:
    return {"deposit": row.id, "request": row.request, "cents": row.cents, "currency": row.currency}


def _kind(event: PaymentEvent) -> str:
    if isinstance(event, PaymentUpdate):
        return f"payment.{event.status.value}"
    return event.kind if isinstance(event, Unhandled) else "access.revoked"


def _key(reference: str | None) -> UUID | None:
    """Our deposit's key as a payment names it; a foreign or damaged one counts as none."""
    try:
        return UUID(reference) if reference else None
    except ValueError:
        return None


def _count(row: DepositRow, after: DepositStatus, now: datetime) -> None:
    metrics.deposits.labels(row.clinic, after.value).inc()
    if after is _S.PAID:
        metrics.deposit_cents.labels(row.clinic, row.currency).inc(row.cents)
        metrics.deposit_pay_seconds.labels(row.clinic).observe(max(0.0, (now - row.created_at).total_seconds()))
