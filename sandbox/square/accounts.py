"""Whose money it is: one Square account for each binding, with a merchant id and a location of its own.

An account exists as soon as somebody calls with its token (a binding checks its provider before it is introduced);
being introduced gives it a name and a place for its webhooks.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from deskbell import Payee

CURRENCY = "USD"


@dataclass(slots=True)
class Account:
    """A seller, as Square knows it."""

    binding: str
    name: str
    clinic: str = ""
    #: Where its webhooks go; None while it is not introduced.
    webhook_url: str | None = field(default=None, repr=False)

    @property
    def merchant(self) -> str:
        return "ML" + _letters("merchant", self.binding, 11)

    @property
    def location(self) -> str:
        return "L" + _letters("location", self.binding, 12)


class Accounts:
    """The accounts by binding."""

    def __init__(self) -> None:
        self._by_binding: dict[str, Account] = {}

    def replace(self, payees: Sequence[Payee]) -> None:
        """Takes these as the accounts in use; others keep their money and hear no more of it."""
        for account in self._by_binding.values():
            account.webhook_url = None
        for payee in payees:
            account = self.of(payee.binding)
            account.name, account.clinic, account.webhook_url = payee.name, payee.clinic, payee.webhook_url

    def of(self, binding: str) -> Account:
        return self._by_binding.setdefault(binding, Account(binding, name=binding))

    def known(self, binding: str) -> Account | None:
        return self._by_binding.get(binding)

    def merchant(self, merchant: str) -> Account | None:
        return next((account for account in self._by_binding.values() if account.merchant == merchant), None)

    def introduced(self) -> list[Account]:
        return [account for account in self._by_binding.values() if account.webhook_url is not None]


def _letters(kind: str, binding: str, length: int) -> str:
    """Derived from the binding, so that a restart changes no id."""
    digest = hashlib.sha256(f"square {kind} {binding}".encode()).digest()
    return base64.b32encode(digest).decode()[:length]
