"""The life of a deposit, from the facts of its payments.

requested → link_sent → paid | failed | expired | cancelled → refunded; held and disputed are for staff to settle::

    requested   agreed to; the link is being made
    link_sent   the link is open
    failed      the provider refused a payment; the link is still open
    expired     not paid in time          ╮ the link is void,
    cancelled   given up, or superseded   ╯ and money may come all the same
    paid        what was asked for has come
    held        money has come, and not what was asked for
    disputed    the payer has called it back
    refunded    all that came was given back

Money is never a transition: it is a fact, and facts only grow. A status follows from the set of facts, so that the
same facts come to the same status, however often and in whatever order they are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from deskbell.deposit import DepositStatus
from deskbell.payment import Money, PaymentStatus

_S = DepositStatus

#: How much a report says: a later one that says less changes nothing.
_RANK: Mapping[PaymentStatus, int] = {
    PaymentStatus.PENDING: 0,
    PaymentStatus.FAILED: 1,
    PaymentStatus.CANCELLED: 2,
    PaymentStatus.PAID: 3,
    PaymentStatus.DISPUTED: 4,
}
#: What the id of a payment begins with that staff took themselves.
IN_HAND = "staff:"
#: Statuses in which a deposit can still be paid, and be given up.
OPEN = frozenset({_S.REQUESTED, _S.LINK_SENT, _S.FAILED})
#: What we and the patient may decide; all else is decided by money.
MOVES: Mapping[DepositStatus, frozenset[DepositStatus]] = {
    _S.REQUESTED: frozenset({_S.LINK_SENT, _S.EXPIRED, _S.CANCELLED}),
    _S.LINK_SENT: frozenset({_S.EXPIRED, _S.CANCELLED}),
    _S.FAILED: frozenset({_S.EXPIRED, _S.CANCELLED}),
}


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """One payment, as far as it is known."""

    id: str
    status: PaymentStatus
    amount: Money
    #: What of it was given back, in cents.
    refunded: int = 0

    @property
    def came(self) -> bool:
        """Money has come, whatever became of it later."""
        return _RANK[self.status] >= _RANK[PaymentStatus.PAID]

    @property
    def given_back(self) -> bool:
        return self.came and 0 < self.amount.cents <= self.refunded


def in_hand(payment: str) -> bool:
    """Whether staff took this payment themselves: no provider knows of it."""
    return payment.startswith(IN_HAND)


def may_move(before: DepositStatus, after: DepositStatus) -> bool:
    """Whether we may decide on `after`."""
    return after in MOVES.get(before, frozenset())


def merged(before: PaymentStatus | None, told: PaymentStatus) -> PaymentStatus:
    """What is known of a payment after another report of it. Refunds are facts of their own and no status."""
    return told if before is None or _RANK[told] > _RANK[before] else before


def standing(
    before: DepositStatus, asked: Money, payments: Iterable[PaymentFacts], *, accepted: bool = False
) -> DepositStatus:
    """Where a deposit stands in view of all that is known of its payments.

    `accepted`: staff have taken another amount for good. Where no money has come, what was decided stays.
    """
    known = list(payments)
    came = [one for one in known if one.came]
    if not came:
        refused = any(one.status is PaymentStatus.FAILED for one in known)
        return _S.FAILED if refused and before is _S.LINK_SENT else before
    kept = [one for one in came if not one.given_back]
    if not kept:
        return _S.REFUNDED
    if any(one.status is PaymentStatus.DISPUTED for one in kept):
        return _S.DISPUTED
    return _S.PAID if accepted or any(one.amount == asked for one in kept) else _S.HELD


def surplus(asked: Money, payments: Iterable[PaymentFacts]) -> list[PaymentFacts]:
    """Payments beyond the one that was asked for, which staff should give back: somebody paid twice."""
    kept = [one for one in payments if one.came and not one.given_back]
    fitting = next((one for one in kept if one.amount == asked), None)
    return [one for one in kept if one is not fitting] if fitting else []
