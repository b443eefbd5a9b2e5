"""The deposits of a clinic say what its money says."""

from __future__ import annotations

from core.deposits.balance import Holding, Share, balanced, shares, strays
from core.deposits.machine import PaymentFacts
from deskbell import DepositStatus, Money, PaymentStatus

S = DepositStatus
ASKED = Money(5000)


def holding(status: DepositStatus, *came: PaymentFacts, number: int = 1, accepted: bool = False) -> Holding:
    return Holding(number, status, ASKED, accepted, came)


def came(cents: int = 5000, refunded: int = 0, *, status: PaymentStatus = PaymentStatus.PAID) -> PaymentFacts:
    return PaymentFacts(f"p{cents}", status, Money(cents), refunded)


def test_what_stays_is_held_by_deposits_whose_status_says_so() -> None:
    held = [
        holding(S.PAID, came()),
        holding(S.PAID, came(5000, 2000), came(5000)),
        holding(S.HELD, came(4000)),
        holding(S.PAID, came(4000), accepted=True),
        holding(S.REFUNDED, came(5000, 5000)),
        holding(S.DISPUTED, came(status=PaymentStatus.DISPUTED)),
        holding(S.EXPIRED, came(status=PaymentStatus.FAILED)),
    ]
    assert shares(held) == [
        Share("USD", S.PAID, 3, 17000),
        Share("USD", S.HELD, 1, 4000),
        Share("USD", S.REFUNDED, 1, 0),
        Share("USD", S.DISPUTED, 1, 5000),
    ]
    assert balanced({"USD": 26000}, held)


def test_a_deposit_that_says_paid_without_money_or_cancelled_with_it_is_named() -> None:
    held = [holding(S.PAID, number=3), holding(S.CANCELLED, came(), number=4), holding(S.PAID, came(4000), number=5)]
    assert strays(held) == [3, 4, 5]
    assert not balanced({"USD": 9000}, held)


def test_money_that_no_deposit_holds_is_not_balanced() -> None:
    assert not balanced({"USD": 5000, "CAD": 100}, [holding(S.PAID, came())])
    assert not balanced({}, [holding(S.PAID, came())])
    assert balanced({}, [])
