"""Whether a clinic's deposits say what its money says: each stands where its payments put it, and nothing is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.deposits.machine import PaymentFacts, standing
from deskbell.deposit import DepositStatus
from deskbell.payment import Money

_S = DepositStatus
#: Statuses that money alone brings about.
MONEYED = frozenset({_S.PAID, _S.HELD, _S.DISPUTED, _S.REFUNDED})


@dataclass(frozen=True, slots=True)
class Holding:
    """A deposit that money came for, or that says so."""

    deposit: int
    status: DepositStatus
    asked: Money
    accepted: bool
    payments: tuple[PaymentFacts, ...] = ()

    @property
    def kept(self) -> Mapping[str, int]:
        """Cents that came and were not given back, by currency."""
        found: dict[str, int] = {}
        for one in self.payments:
            if one.came:
                currency = one.amount.currency
                found[currency] = found.get(currency, 0) + one.amount.cents - one.refunded
        return found

    @property
    def agrees(self) -> bool:
        """Whether its status is the one that its payments bring about."""
        if not any(one.came for one in self.payments):
            return self.status not in MONEYED
        return standing(self.status, self.asked, self.payments, accepted=self.accepted) is self.status


@dataclass(frozen=True, slots=True)
class Share:
    """What deposits of one status hold, in one currency."""

    currency: str
    status: DepositStatus
    deposits: int
    #: Below zero where more was given back than came.
    cents: int


def shares(holdings: Iterable[Holding]) -> list[Share]:
    """What the deposits hold, by currency and status."""
    found: dict[tuple[str, DepositStatus], list[int]] = {}
    for holding in holdings:
        for currency, cents in holding.kept.items():
            found.setdefault((currency, holding.status), []).append(cents)
    order = list(_S)
    keys = sorted(found, key=lambda key: (key[0], order.index(key[1])))
    return [Share(*key, len(found[key]), sum(found[key])) for key in keys]


def strays(holdings: Iterable[Holding]) -> list[int]:
    """The numbers of deposits whose status is not what their payments bring about."""
    return [holding.deposit for holding in holdings if not holding.agrees]


def balanced(stays: Mapping[str, int], holdings: Iterable[Holding]) -> bool:
    """Whether deposits hold what came and stayed, in cents by currency, and each of them for a status that says so."""
    known = list(holdings)
    held: dict[str, int] = {}
    for share in shares(known):
        held[share.currency] = held.get(share.currency, 0) + share.cents
    return not strays(known) and all(stays.get(one, 0) == held.get(one, 0) for one in {*stays, *held})
