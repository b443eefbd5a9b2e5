"""A payment provider that a test scripts: it makes links, forgets nothing, and does what it is told to do next."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any, ClassVar

from deskbell import (
    LinkRequest,
    Money,
    Payment,
    PaymentConfig,
    PaymentEvent,
    PaymentLink,
    PaymentStatus,
    PaymentUpdate,
    ProviderContext,
    RawRequest,
    SignatureInvalid,
)

BINDING = "harbor-bank"
NOON = datetime(2026, 3, 3, 17, tzinfo=UTC)


class Bank(Payment[PaymentConfig]):
    """`script` holds errors: the next call raises one, after it has acted where `acts` is set."""

    name: ClassVar[str] = "bank"
    Config: ClassVar[type[Any]] = PaymentConfig

    def __init__(self) -> None:
        super().__init__(PaymentConfig(), ProviderContext("harbor", BINDING))
        self.made: dict[str, LinkRequest] = {}
        self.void: set[str] = set()
        self.calls: list[str] = []
        self.script: deque[Exception | None] = deque()
        self.acts = False
        #: Refunds are not done at once.
        self.thinks = False
        self.told: dict[str, list[PaymentUpdate]] = {}
        self.refunded: dict[str, Money] = {}
        #: The most links that were open at one time.
        self.most_open = 0

    @property
    def open_links(self) -> list[str]:
        return [key for key in self.made if key not in self.void]

    async def create_link(self, request: LinkRequest) -> PaymentLink:
        self.calls.append("create")
        error = self._next()
        if error is None or self.acts:
            self.made.setdefault(request.id, request)
            self.most_open = max(self.most_open, len(self.open_links))
        if error is not None:
            raise error
        return PaymentLink(f"link-{request.id}", f"https://checkout.example/{request.id}", f"order-{request.id}")

    async def cancel_link(self, link: PaymentLink) -> None:
        self.calls.append("cancel")
        error = self._next()
        if error is None or self.acts:
            self.void.add(link.id.removeprefix("link-"))
        if error is not None:
            raise error

    async def look_up(self, link: PaymentLink) -> Sequence[PaymentUpdate]:
        self.calls.append("look up")
        error = self._next()
        if error is not None:
            raise error
        return self.told.get(link.order_id, [])

    async def refund(self, payment_id: str, amount: Money, *, refund_id: str) -> PaymentUpdate:
        self.calls.append("refund")
        error = self._next()
        if error is None or self.acts:
            self.refunded[refund_id] = amount
        if error is not None:
            raise error
        status = PaymentStatus.PENDING if self.thinks else PaymentStatus.REFUNDED
        return update(payment_id, status, amount.cents, refund_id=f"r-{refund_id}")

    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        raise SignatureInvalid

    def _next(self) -> Exception | None:
        return self.script.popleft() if self.script else None


_numbers = count(1)


def update(
    payment: str,
    status: PaymentStatus = PaymentStatus.PAID,
    cents: int = 5000,
    *,
    order: str = "",
    reference: str | None = None,
    refund_id: str | None = None,
    event_id: str | None = None,
    currency: str = "USD",
) -> PaymentUpdate:
    """News of a payment, each time under a name of its own."""
    return PaymentUpdate(
        event_id=event_id or f"event-{next(_numbers)}",
        payment_id=payment,
        status=status,
        amount=Money(cents, currency),
        at=NOON,
        order_id=order,
        reference=reference,
        refund_id=refund_id,
    )
