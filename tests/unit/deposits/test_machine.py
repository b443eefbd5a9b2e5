"""Where a deposit stands follows from the facts of its payments, in whatever order they were told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.deposits.machine import MOVES, OPEN, PaymentFacts, may_move, merged, standing, surplus
from deskbell import DepositStatus, Money, PaymentStatus

S = DepositStatus
ASKED = Money(5000)


def fact(payment: str, status: PaymentStatus, cents: int = 5000) -> tuple[str, PaymentStatus, int]:
    return payment, status, cents


#: Everything that a provider may tell of one deposit: two payments, one of a wrong amount, refunds whole and in parts.
NEWS = (
    fact("a", PaymentStatus.PENDING),
    fact("a", PaymentStatus.FAILED),
    fact("a", PaymentStatus.PAID),
    fact("a", PaymentStatus.DISPUTED),
    fact("b", PaymentStatus.PAID),
    fact("c", PaymentStatus.PAID, 4900),
    fact("a", PaymentStatus.REFUNDED, 5000),
    fact("a", PaymentStatus.REFUNDED, 2000),
    fact("b", PaymentStatus.REFUNDED, 5000),
)


@dataclass(frozen=True)
class Book:
    """What was told so far, and how often the patient was told that it was paid."""

    status: DepositStatus = S.LINK_SENT
    payments: tuple[tuple[str, PaymentStatus, int], ...] = ()
    refunds: frozenset[tuple[str, int]] = frozenset()
    confirmed: int = 0

    def hears(self, news: tuple[str, PaymentStatus, int]) -> Book:
        payment, told, cents = news
        known = {name: (status, amount) for name, status, amount in self.payments}
        refunds = self.refunds
        if told is PaymentStatus.REFUNDED:
            refunds |= {(payment, cents)}
        else:
            status, amount = known.get(payment, (None, cents))
            known[payment] = (merged(status, told), amount)
        payments = tuple(sorted((name, status, amount) for name, (status, amount) in known.items()))
        after = standing(self.status, ASKED, facts(payments, refunds))
        fresh = after is S.PAID and self.status is not S.PAID
        return replace(self, status=after, payments=payments, refunds=refunds, confirmed=self.confirmed + fresh)


def facts(payments: Any, refunds: Any) -> list[PaymentFacts]:
    return [
        PaymentFacts(name, status, Money(amount), sum(cents for who, cents in refunds if who == name))
        for name, status, amount in payments
    ]


def test_every_order_of_up_to_six_reports_comes_to_the_same_status() -> None:
    """Sequences that have told the same meet in one state, so that walking the states walks all sequences."""
    books = {Book()}
    stands: dict[tuple[Any, Any], set[DepositStatus]] = {}
    for _ in range(6):
        books = {replace(book.hears(news), confirmed=0) for book in books for news in NEWS}
        for book in books:
            if any(status is not PaymentStatus.PENDING for _, status, _ in book.payments):
                stands.setdefault((book.payments, book.refunds), set()).add(book.status)
    assert len(stands) > 100
    assert {facts: found for facts, found in stands.items() if len(found) > 1} == {}


@given(st.lists(st.sampled_from(NEWS), max_size=40), st.randoms(use_true_random=False))
def test_duplicates_and_shuffles_change_nothing(news: list[Any], random: Any) -> None:
    straight, mixed = Book(), Book()
    for one in news:
        straight = straight.hears(one)
    again = [*news, *news]
    random.shuffle(again)
    for one in again:
        mixed = mixed.hears(one)
    assert (straight.status, straight.payments, straight.refunds) == (mixed.status, mixed.payments, mixed.refunds)


@given(st.lists(st.sampled_from([one for one in NEWS if one[1] is not PaymentStatus.REFUNDED]), max_size=30))
def test_money_that_stays_is_confirmed_at_most_once(news: list[Any]) -> None:
    book = Book()
    for one in news:
        book = book.hears(one)
    assert book.confirmed <= 1


@pytest.mark.parametrize("before", [S.REQUESTED, S.LINK_SENT, S.FAILED, S.EXPIRED, S.CANCELLED])
def test_money_that_came_counts_whatever_was_decided_before(before: DepositStatus) -> None:
    assert standing(before, ASKED, [PaymentFacts("a", PaymentStatus.PAID, ASKED)]) is S.PAID


@pytest.mark.parametrize("came", [Money(4999), Money(5001), Money(5000, "CAD"), Money(0)])
def test_another_amount_or_currency_is_held_until_staff_accept_it(came: Money) -> None:
    paid = [PaymentFacts("a", PaymentStatus.PAID, came)]
    assert standing(S.LINK_SENT, ASKED, paid) is S.HELD
    assert standing(S.HELD, ASKED, paid, accepted=True) is S.PAID


@pytest.mark.parametrize("before", [S.EXPIRED, S.CANCELLED, S.REQUESTED])
def test_a_refused_card_opens_nothing_that_is_over(before: DepositStatus) -> None:
    assert standing(before, ASKED, [PaymentFacts("a", PaymentStatus.FAILED, ASKED)]) is before


def test_a_part_that_was_given_back_leaves_it_paid_and_the_whole_does_not() -> None:
    paid = PaymentFacts("a", PaymentStatus.PAID, ASKED)
    assert standing(S.PAID, ASKED, [replace(paid, refunded=4999)]) is S.PAID
    assert standing(S.PAID, ASKED, [replace(paid, refunded=5000)]) is S.REFUNDED


def test_of_two_payments_one_is_surplus_until_it_is_given_back() -> None:
    first, second = (PaymentFacts(name, PaymentStatus.PAID, ASKED) for name in "ab")
    assert surplus(ASKED, [first, second]) == [second]
    assert surplus(ASKED, [first, replace(second, refunded=5000)]) == []
    assert surplus(ASKED, [PaymentFacts("c", PaymentStatus.PAID, Money(1))]) == []


def test_only_what_is_open_can_be_given_up() -> None:
    assert {status for status in S if may_move(status, S.CANCELLED)} == OPEN
    assert not any(S.PAID in moves for moves in MOVES.values())
