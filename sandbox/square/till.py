"""What happens to money: paid, declined, given back, disputed. Every step is kept and then told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from deskbell import Clock
from sandbox.live import Live
from sandbox.pace import Pace
from sandbox.square.errors import SquareError
from sandbox.square.ledger import Ledger, Link, Order, Payment, PaymentState, Refund, fresh_id
from sandbox.square.news import News
from sandbox.square.shapes import dispute_shape
from sandbox.tasks import Tasks

#: How long a seller has to answer a dispute.
_EVIDENCE_DUE = timedelta(days=14)


class NothingPaid(Exception):
    """There is no payment on this link that could be given back or disputed."""


class Till:
    """Acts on links. `copies` is how many times more each webhook of an act is delivered."""

    def __init__(self, *, ledger: Ledger, news: News, tasks: Tasks, clock: Clock, pace: Pace, live: Live) -> None:
        self._ledger = ledger
        self._news = news
        self._tasks = tasks
        self._clock = clock
        self._pace = pace
        self._live = live

    def open(self, link: Link) -> None:
        self._ledger.add(link)
        self._show(link.order)

    def close(self, link: Link) -> bool:
        """Deletes a link; whether its order was cancelled with it, which one that was paid is not."""
        link.deleted = True
        unpaid = not link.order.paid
        if unpaid:
            self._move(link.order, "CANCELED")
            self._news.of_order(link.order)
        self._show(link.order)
        return unpaid

    # ---- the payer ---------------------------------------------------------------------------------------

    def pay(self, link: Link, amount: int | None = None, *, copies: int = 0) -> Payment:
        """A payment goes through; a second one on the same link is paid twice."""
        payment = self._authorise(link, amount, copies)
        self._reach(payment, "COMPLETED")
        self._news.of_payment("payment.updated", payment, copies=copies)
        self._move(link.order, "OPEN")
        self._news.of_order(link.order, copies=copies)
        self._show(link.order)
        return payment

    def give_up(self, link: Link, amount: int | None = None, *, copies: int = 0) -> Payment:
        """A payment is approved and then cancelled before any money moves."""
        payment = self._authorise(link, amount, copies)
        self._reach(payment, "CANCELED")
        self._news.of_payment("payment.updated", payment, copies=copies)
        self._show(link.order)
        return payment

    def decline(self, link: Link, amount: int | None = None, *, copies: int = 0) -> Payment:
        """The card is declined."""
        payment = self._payment(link, "FAILED", amount)
        self._news.of_payment("payment.updated", payment, copies=copies)
        self._show(link.order)
        return payment

    def _authorise(self, link: Link, amount: int | None, copies: int) -> Payment:
        payment = self._payment(link, "APPROVED", amount)
        self._news.of_payment("payment.created", payment, copies=copies)
        return payment

    def _payment(self, link: Link, status: PaymentState, amount: int | None) -> Payment:
        now = self._now()
        asked = link.order.total if amount is None else amount
        payment = Payment(fresh_id(29), link.order, asked, status, link.payment_note, now, now)
        link.order.payments.append(payment)
        self._ledger.payments[payment.id] = payment
        return payment

    # ---- the seller --------------------------------------------------------------------------------------

    def refund(self, payment: Payment, amount: int, reason: str | None = None, *, copies: int = 0) -> Refund:
        """Gives money back: pending at first, completed a little later. Raises `SquareError`."""
        if payment.status != "COMPLETED":
            raise SquareError("PAYMENT_NOT_REFUNDABLE", f"The payment is {payment.status}.", "payment_id")
        if payment.disputed:
            raise SquareError("PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE", "The payment is disputed.", "payment_id")
        if amount > payment.left:
            detail = "The requested refund amount exceeds the amount available to refund."
            raise SquareError("REFUND_AMOUNT_INVALID", detail, "amount_money.amount")
        now = self._now()
        refund = Refund(f"{payment.id}_{fresh_id(43)}", payment, amount, reason, now, now)
        payment.refunds.append(refund)
        self._ledger.refunds[refund.id] = refund
        self._news.of_refund("refund.created", refund, copies=copies)
        self._tasks.start(self._settle(refund, copies), "square gives money back")
        self._show(payment.order)
        return refund

    async def _settle(self, refund: Refund, copies: int) -> None:
        await asyncio.sleep(self._pace.refunded_after)
        refund.status = "COMPLETED"
        refund.updated_at = self._now()
        self._news.of_refund("refund.updated", refund, copies=copies)
        # The payment stays COMPLETED and is told again, now with what was given back.
        self._reach(refund.payment, refund.payment.status)
        self._news.of_payment("payment.updated", refund.payment, copies=copies)
        self._show(refund.payment.order)

    def refund_latest(self, link: Link, amount: int | None = None, *, copies: int = 0) -> Refund:
        """As a person at the clinic does it in Square's own pages. Raises `NothingPaid`, `SquareError`."""
        payment = self._latest(link, lambda one: one.left > 0)
        return self.refund(payment, payment.left if amount is None else amount, "Returned", copies=copies)

    def dispute_latest(self, link: Link, *, copies: int = 0) -> Payment:
        """The payer's bank takes the latest payment back. Raises `NothingPaid`."""
        payment = self._latest(link, lambda one: not one.disputed)
        payment.disputed = True
        now = self._now()
        dispute = dispute_shape(fresh_id(22), payment, now, now + _EVIDENCE_DUE)
        self._news.of_dispute(payment, dispute, copies=copies)
        self._show(link.order)
        return payment

    def _latest(self, link: Link, fits: Callable[[Payment], bool]) -> Payment:
        for payment in reversed(link.order.paid):
            if fits(payment):
                return payment
        raise NothingPaid

    def _now(self) -> datetime:
        """To the millisecond, as it is told: who asks for a time that they were told finds what happened then."""
        now = self._clock.now()
        return now.replace(microsecond=now.microsecond // 1_000 * 1_000)

    # ---- both --------------------------------------------------------------------------------------------

    def _reach(self, payment: Payment, status: PaymentState) -> None:
        payment.status = status
        payment.version += 1
        payment.updated_at = self._now()

    def _move(self, order: Order, state: Literal["OPEN", "CANCELED"]) -> None:
        order.state = state
        order.version += 1
        order.updated_at = self._now()

    def _show(self, order: Order) -> None:
        self._live.tell("payment", self._ledger.of_order[order.id].as_json())
