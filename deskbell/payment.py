"""The payment contract: create and cancel links, look up, refund, and turn signed webhooks into facts.

Amounts are integer minor units (cents). The runtime owns the state machine; a payment provider reports.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from deskbell.http import RawRequest
from deskbell.provider import Provider
from deskbell.types import Settings


class PaymentStatus(StrEnum):
    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Money:
    #: Minor units: 5000 is fifty dollars.
    cents: int
    currency: str = "USD"

    def __post_init__(self) -> None:
        if self.cents < 0 or isinstance(self.cents, bool) or len(self.currency) != 3:
            raise ValueError("money is a whole, non-negative number of cents and a three-letter currency")


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A deposit to ask for. `id` is the idempotency key. `label` is neutral ("Appointment deposit")."""

    id: str
    amount: Money
    label: str
    redirect_url: str
    payer_phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PaymentLink:
    id: str
    url: str
    #: What webhooks will name this payment by.
    order_id: str


@dataclass(frozen=True, slots=True)
class PaymentUpdate:
    """What the provider says of a payment. `event_id` is unique per delivery cause, for deduplication."""

    event_id: str
    order_id: str
    payment_id: str
    status: PaymentStatus
    amount: Money
    at: datetime


PaymentConfigT = TypeVar("PaymentConfigT", bound=Settings)


class Payment(Provider[PaymentConfigT]):
    """A way to take deposits. Raises the same vocabulary as a channel, inbound and outbound."""

    async def create_link(self, request: LinkRequest) -> PaymentLink:
        raise NotImplementedError

    async def cancel_link(self, link: PaymentLink) -> None:
        """Makes an unpaid link useless. Cancelling twice is not an error."""
        raise NotImplementedError

    async def look_up(self, link: PaymentLink) -> PaymentUpdate | None:
        """The newest fact about a link, None while nobody has tried to pay."""
        raise NotImplementedError

    async def refund(self, payment_id: str, amount: Money, *, refund_id: str) -> PaymentUpdate:
        """Gives money back; `refund_id` is the idempotency key."""
        raise NotImplementedError

    async def receive(self, request: RawRequest) -> list[PaymentUpdate]:
        raise NotImplementedError
