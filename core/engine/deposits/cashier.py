"""The cashier: makes payment links and makes them void, after the commit that wished for it.

The wish is a row, marked before the provider is called. A call whose outcome nobody knows is made again with the same
key, and is the same link: so a link is made once, whoever dies in between. A link is made only when the one before it
is void. What came of it returns to the conversation's mailbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, TypeVar

from core import log, metrics
from core.engine.deposits.books import Books
from core.engine.live import Directory, LiveClinic
from core.engine.steps import OnStep, Step, pass_by
from core.store import deposits, payments, staff
from core.store.database import Connection, Database
from core.store.deposits import DepositRow
from core.store.payments import Account
from deskbell import (
    CannotTell,
    Clock,
    DepositStatus,
    LinkRequest,
    Misconfigured,
    OutboundError,
    OutcomeUnknown,
    Payment,
    PaymentLink,
    RetryLater,
    Undeliverable,
)

logger = log.get(__name__)

_S = DepositStatus
#: Stands on the payer's receipt: neutral, for a receipt is seen by others.
LABEL = "Appointment deposit"
_GIVEN_UP = frozenset({_S.EXPIRED, _S.CANCELLED})
_FIRST_RETRY, _LONGEST_RETRY = timedelta(seconds=2), timedelta(minutes=15)
#: Links that were given up so lately may still have been paid.
_LATELY = timedelta(days=3)

ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What came of asking about links."""

    asked: int = 0
    #: News among the answers that had not reached us.
    fresh: int = 0
    #: Links that could not be asked about.
    failed: int = 0


def _unwatched(left: int) -> None:
    """Where nobody watches."""


class Cashier:
    """Runs the errands of deposits, for all clinics of this process."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        books: Books,
        clock: Clock,
        wall: Clock,
        *,
        public_url: str,
        lease: timedelta = timedelta(seconds=45),
        random: Random | None = None,
        on_step: OnStep = pass_by,
    ) -> None:
        self._database = database
        self._directory = directory
        self._books = books
        self._clock = clock
        self._wall = wall
        self._public_url = public_url.rstrip("/")
        self._lease = lease
        self._random = random or Random()  # noqa: S311 - jitter, no secret
        self._on_step = on_step

    async def serve(self, clinic: str, conversation: int) -> None:
        """Runs what a conversation's deposits need now: first what is to be void, then what is to be made."""
        while await self._run([clinic], conversation):
            continue

    async def sweep(self) -> int:
        """Runs errands that are due and that no worker is at. Returns how many."""
        return await self._run(self._directory.ids)

    async def _run(self, clinics: list[str], conversation: int | None = None) -> int:
        async with self._database.connection() as connection:
            due = await deposits.claim(
                connection, clinics, self._clock.now(), self._wall.now(), self._lease, conversation=conversation
            )
        await asyncio.gather(*(self._errand(row) for row in due))
        return len(due)

    async def _errand(self, row: DepositRow) -> None:
        live = self._directory.clinic(row.clinic)
        provider = live.payments.get(row.binding) if live else None
        if live is None:
            await self._postpone(row, None, "its clinic is not served")
            return
        if provider is None:
            await self._give_up(live, row, "its payment provider is no longer configured")
            return
        try:
            await (self._make(live, provider, row) if row.errand == "make" else self._void(provider, row))
        except OutboundError as error:
            await self._failed(live, row, error)

    # ---- making a link -------------------------------------------------------------------------------------------

    async def _make(self, live: LiveClinic, provider: Payment[Any], row: DepositRow) -> None:
        link = await self._link(provider, row)
        self._on_step(Step.LINK_MADE)
        url = f"{self._public_url}/pay/{row.token}" if link.url else ""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            current = await deposits.lock(connection, row.clinic, row.id)
            if current is None:
                return
            await deposits.keep_link(connection, current, link, url)
            await deposits.finish(connection, current, "make")
            if current.status is _S.REQUESTED:
                await self._books.move(connection, current, _S.LINK_SENT, "link", now)
                await self._books.tell(connection, current, _S.LINK_SENT, "link", now, url=url)
            elif current.status in _GIVEN_UP:
                # Given up while the call was out; whoever made it void may have done so before it was made.
                await deposits.void_link(connection, current, now)
            if await payments.adopt(connection, Account(row.clinic, row.binding), link.order_id, row.id):
                moved = await deposits.lock(connection, row.clinic, row.id)
                if moved is not None:
                    await self._books.settle(connection, moved, "payment", now)
        self._on_step(Step.LINK_KEPT)

    async def _link(self, provider: Payment[Any], row: DepositRow) -> PaymentLink:
        """The provider's link of a deposit; asked again, it is the same one."""
        async with self._database.connection() as connection:
            phone = await deposits.payer_phone(connection, row)
        request = LinkRequest(
            id=str(row.key),
            amount=row.amount,
            label=LABEL,
            redirect_url=f"{self._public_url}/pay/{row.token}/thanks",
            payer_phone=phone,
        )
        return await self.call(provider, provider.create_link(request))

    # ---- making it void ------------------------------------------------------------------------------------------

    async def _void(self, provider: Payment[Any], row: DepositRow) -> None:
        """Cancels a link, and looks whether it was paid while it was still open.

        Where nobody knows whether the link was made, it is asked for once more: the same key gives the same link.
        """
        link = row.link or await self._link(provider, row)
        await self.call(provider, provider.cancel_link(link))
        self._on_step(Step.LINK_VOID)
        async with self._database.transaction() as connection:
            current = await deposits.lock(connection, row.clinic, row.id)
            if current is None:
                return
            if current.link is None:
                await deposits.keep_link(connection, current, link, "")
            await deposits.finish(connection, current, "void")
        await self.look_up(provider, row, link)

    async def look_up(self, provider: Payment[Any], row: DepositRow, link: PaymentLink) -> int:
        """Asks the provider what became of a link, and enters it. Returns how much was new."""
        try:
            found = await self.call(provider, provider.look_up(link))
        except CannotTell:
            return 0
        outcomes = await self._books.enter(Account(row.clinic, row.binding), found)
        return sum(outcome not in ("duplicate", "known") for outcome in outcomes)

    # ---- when a call fails ---------------------------------------------------------------------------------------

    async def call(self, provider: Payment[Any], asked: Awaitable[ResultT]) -> ResultT:
        """One call, bounded. Whatever breaks in a plugin may have broken after the provider acted."""
        try:
            async with asyncio.timeout(provider.config.deadline_seconds + 1):
                return await asked
        except OutboundError:
            raise
        except TimeoutError:
            raise OutcomeUnknown("the payment provider did not keep its deadline", code="deadline") from None
        except Exception as error:
            logger.error(
                "payment provider broke its contract",
                binding=provider.context.binding,
                error=type(error).__name__,
            )
            raise OutcomeUnknown(f"the payment provider raised {type(error).__name__}", code="plugin") from error

    async def _failed(self, live: LiveClinic, row: DepositRow, error: OutboundError) -> None:
        reason = type(error).__name__
        logger.warning("deposit errand failed", clinic=row.clinic, deposit=row.id, errand=row.errand, why=reason,
                       code=error.code)  # fmt: skip
        hopeless = isinstance(error, Misconfigured) or row.attempts >= live.plan.payment_links.attempts
        if isinstance(error, Undeliverable) or (hopeless and row.errand == "make"):
            await self._give_up(live, row, reason)
            return
        if hopeless:
            # An open link could be paid, and another must not be made beside it: staff may be quicker than we.
            async with self._database.connection() as connection:
                await self._ask_staff_to_cancel(connection, row)
        await self._postpone(row, error.after if isinstance(error, RetryLater) else None, reason)

    async def _postpone(self, row: DepositRow, after: timedelta | None, reason: str) -> None:
        due = self._clock.now() + (after or self._back_off(row.attempts))
        async with self._database.connection() as connection:
            await deposits.postpone(connection, row, due)
        metrics.deposit_errands.labels(row.clinic, row.errand, "retry").inc()

    def _back_off(self, attempts: int) -> timedelta:
        """Doubling, with jitter of a quarter either way."""
        delay: timedelta = min(_FIRST_RETRY * 2 ** min(attempts - 1, 16), _LONGEST_RETRY)
        return delay * self._random.uniform(0.75, 1.25)

    async def _give_up(self, live: LiveClinic, row: DepositRow, reason: str) -> None:
        """No link can be made: the patient is told the truth. None can be made void: staff are told."""
        metrics.deposit_errands.labels(row.clinic, row.errand, "given_up").inc()
        logger.error("deposit errand given up", clinic=row.clinic, deposit=row.id, errand=row.errand, why=reason)
        now = self._clock.now()
        async with self._database.transaction() as connection:
            current = await deposits.lock(connection, row.clinic, row.id)
            if current is None or current.errand != row.errand:
                return
            await deposits.finish(connection, current, current.errand or "make")
            if current.errand == "make" and current.status is _S.REQUESTED:
                await self._books.move(connection, current, _S.CANCELLED, "no_link", now)
                # Nobody has its address: whatever the provider may have made is not to be paid by anyone.
                await deposits.finish(connection, current, "void")
                await self._books.tell(connection, current, _S.CANCELLED, "no_link", now)
            elif current.errand == "void":
                await self._ask_staff_to_cancel(connection, row)

    async def _ask_staff_to_cancel(self, connection: Connection, row: DepositRow) -> None:
        line = "A payment link that is not wanted any more could not be cancelled: please cancel it by hand."
        await staff.notify_once(
            connection, row.clinic, row.conversation, "deposit_not_cancelled", line, True, self._clock.now()
        )

    # ---- looking after links -------------------------------------------------------------------------------------

    async def follow(self) -> int:
        """Asks about links that have been open for a while, in case a webhook did not reach us. Returns how many."""
        now = self._clock.now()
        clinics = {live.id: live for live in self._directory if live.payments}
        before = {name: now - live.plan.payment_links.look_up_after for name, live in clinics.items()}
        if not before:
            return 0
        async with self._database.connection() as connection:
            rows = await deposits.take_unsettled(connection, before, now, now - _LATELY)
        await asyncio.gather(*(self._follow_one(clinics[row.clinic], row) for row in rows))
        return len(rows)

    async def _follow_one(self, live: LiveClinic, row: DepositRow) -> int | None:
        """Asks about one link: how much was new, None where nobody could be asked.

        The provider being away is no reason not to ask about the next.
        """
        provider, link = live.payments.get(row.binding), row.link
        if provider is None or link is None:
            return None
        try:
            return await self.look_up(provider, row, link)
        except OutboundError as error:
            logger.warning("link not looked up", clinic=row.clinic, deposit=row.id, why=type(error).__name__)
            return None

    async def reconcile(self, clinic: str, since: datetime, on_asked: Callable[[int], None] = _unwatched) -> Reconciled:
        """Asks about every link of a clinic that moved since then; `on_asked` hears how many there are left."""
        live = self._directory.clinic(clinic)
        if live is None:
            return Reconciled()
        async with self._database.connection() as connection:
            rows = await deposits.with_links(connection, clinic, since)
        found: list[int | None] = []
        for row in rows:
            found.append(await self._follow_one(live, row))
            on_asked(len(rows) - len(found))
        fresh = [one for one in found if one is not None]
        return Reconciled(len(fresh), sum(fresh), len(found) - len(fresh))
