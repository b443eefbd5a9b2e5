"""What the accounts hold: links, their orders, the payments on them and what was given back."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sandbox.square.accounts import Account
from sandbox.square.errors import not_found

_ALPHABET = string.ascii_letters + string.digits

PaymentState = Literal["APPROVED", "COMPLETED", "CANCELED", "FAILED"]


def fresh_id(length: int) -> str:
    """An id in Square's letters."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(slots=True)
class Refund:
    id: str
    payment: Payment
    #: Minor units, as everywhere here.
    amount: int
    reason: str | None
    created_at: datetime
    updated_at: datetime
    status: Literal["PENDING", "COMPLETED"] = "PENDING"


@dataclass(slots=True)
class Payment:
    id: str
    order: Order
    amount: int
    status: PaymentState
    note: str | None
    created_at: datetime
    updated_at: datetime
    version: int = 1
    refunds: list[Refund] = field(default_factory=list)
    disputed: bool = False

    @property
    def account(self) -> Account:
        return self.order.account

    @property
    def given_back(self) -> int:
        """What refunds took of it; those still pending count."""
        return sum(refund.amount for refund in self.refunds)

    @property
    def left(self) -> int:
        """What may still be given back."""
        return self.amount - self.given_back if self.status == "COMPLETED" else 0

    def as_json(self) -> dict[str, Any]:
        """For the control API and the stream."""
        return {
            "id": self.id,
            "status": self.status,
            "amount_cents": self.amount,
            "refunded_cents": self.given_back,
            "disputed": self.disputed,
        }


@dataclass(slots=True)
class Order:
    id: str
    account: Account
    currency: str
    items: Sequence[Mapping[str, Any]]
    created_at: datetime
    updated_at: datetime
    reference_id: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    #: As payment links leave it: a draft until somebody pays.
    state: Literal["DRAFT", "OPEN", "CANCELED"] = "DRAFT"
    version: int = 1
    payments: list[Payment] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(item["base_price_money"]["amount"] * int(item["quantity"]) for item in self.items)

    @property
    def label(self) -> str:
        return str(self.items[0]["name"])

    @property
    def paid(self) -> list[Payment]:
        return [payment for payment in self.payments if payment.status == "COMPLETED"]


@dataclass(slots=True)
class Link:
    id: str
    order: Order
    url: str = field(repr=False)
    created_at: datetime
    checkout_options: Mapping[str, Any] = field(default_factory=dict)
    pre_populated_data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    description: str | None = None
    payment_note: str | None = None
    deleted: bool = False

    @property
    def account(self) -> Account:
        return self.order.account

    @property
    def redirect_url(self) -> str | None:
        return self.checkout_options.get("redirect_url")

    @property
    def state(self) -> Literal["open", "paid", "refunded", "disputed", "cancelled"]:
        """Where its money stands, in a word for the pages."""
        paid = self.order.paid
        if any(payment.disputed for payment in paid):
            return "disputed"
        if paid:
            return "paid" if any(payment.left for payment in paid) else "refunded"
        return "cancelled" if self.deleted else "open"

    def as_json(self) -> dict[str, Any]:
        """For the control API and the stream."""
        order = self.order
        return {
            "link": self.id,
            "url": self.url,
            "clinic": self.account.clinic,
            "binding": self.account.binding,
            "order": order.id,
            "reference": order.reference_id,
            "label": order.label,
            "amount_cents": order.total,
            "currency": order.currency,
            "state": self.state,
            "at": self.created_at.isoformat(),
            "payments": [payment.as_json() for payment in order.payments],
        }


class Ledger:
    """Everything by id. What an account asks for by id is found only if it is its own: `SquareError` NOT_FOUND."""

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self.of_order: dict[str, Link] = {}
        self.orders: dict[str, Order] = {}
        self.payments: dict[str, Payment] = {}
        self.refunds: dict[str, Refund] = {}

    def add(self, link: Link) -> None:
        self.links[link.id] = link
        self.of_order[link.order.id] = link
        self.orders[link.order.id] = link.order

    def link(self, account: Account, link_id: str) -> Link:
        found = self.links.get(link_id)
        if found is None or found.account is not account or found.deleted:
            raise not_found("payment link")
        return found

    def order(self, account: Account, order_id: str) -> Order:
        found = self.orders.get(order_id)
        if found is None or found.account is not account:
            raise not_found("order")
        return found

    def payment(self, account: Account, payment_id: str) -> Payment:
        found = self.payments.get(payment_id)
        if found is None or found.account is not account:
            raise not_found("payment")
        return found

    def refund(self, account: Account, refund_id: str) -> Refund:
        found = self.refunds.get(refund_id)
        if found is None or found.payment.account is not account:
            raise not_found("refund")
        return found
