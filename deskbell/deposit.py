"""A deposit as turns see it: where it stands, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from deskbell.payment import Money


class DepositStatus(StrEnum):
    """Life of a deposit."""

    #: Agreed to; the link is being made.
    REQUESTED = "requested"
    #: The link is open.
    LINK_SENT = "link_sent"
    PAID = "paid"
    #: The provider refused a payment; the link is still open.
    FAILED = "failed"
    #: Not paid in time; the link is void.
    EXPIRED = "expired"
    #: Given up by us or the patient, or another took its place; the link is void.
    CANCELLED = "cancelled"
    #: Money came, and not what was asked for: staff decide.
    HELD = "held"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit as a turn sees it."""

    id: int
    #: Number of the request that it belongs to.
    request: int
    status: DepositStatus
    #: What was asked for.
    amount: Money
    #: Where it is paid; empty before the link is made, and where there is nothing to click.
    url: str = field(default="", repr=False)

    @property
    def open(self) -> bool:
        """Whether it can still be paid."""
        return self.status in (DepositStatus.REQUESTED, DepositStatus.LINK_SENT, DepositStatus.FAILED)
