"""The control API's part about money: what was asked for and paid, and what shall happen to it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from sanic import Blueprint, HTTPResponse, Request, json

from deskbell import Settings
from sandbox.guard import Guard
from sandbox.requests import Refused, read
from sandbox.square.accounts import Accounts
from sandbox.square.errors import SquareError
from sandbox.square.ledger import Ledger, Link
from sandbox.square.oauth import OAuth
from sandbox.square.till import NothingPaid, Till

_OUTCOMES = ("paid", "failed", "cancelled", "refunded", "disputed")


class OutcomeRequest(Settings):
    """What shall become of a link."""

    outcome: Literal["paid", "failed", "cancelled", "refunded", "disputed"] = Field(
        description="One of " + ", ".join(_OUTCOMES) + "."
    )
    times: int = Field(1, ge=1, le=50, description="How often each webhook of it is delivered, 1 to 50.")
    amount_cents: int | None = Field(
        None, ge=1, le=99_999_999, description="Another amount than the link's, in cents; of a refund, a part."
    )


class AccountRequest(Settings):
    """What shall become of an account."""

    outcome: Literal["revoked"] = Field(description="revoked: the clinic ends the application's access.")


class PaymentControl:
    """The handlers under ``/api/payments`` and ``/api/payees``."""

    def __init__(self, *, accounts: Accounts, ledger: Ledger, till: Till, oauth: OAuth, guard: Guard) -> None:
        self._accounts = accounts
        self._ledger = ledger
        self._till = till
        self._oauth = oauth
        self._guard = guard

    def blueprint(self, name: str) -> Blueprint:
        blueprint = Blueprint(name, url_prefix="/api")
        for method, path, answer in (
            ("GET", "/payments", self.payments),
            ("POST", "/payments/<link_id:str>", self.act),
            ("GET", "/payees", self.payees),
            ("POST", "/payees/<binding:str>", self.revoke),
        ):
            blueprint.add_route(self._guard.guarded(answer), path, methods=[method], unquote=True)
        return blueprint

    async def payments(self, request: Request) -> HTTPResponse:
        return json([link.as_json() for link in self._ledger.links.values()])

    async def act(self, request: Request, link_id: str) -> HTTPResponse:
        wanted = read(request, OutcomeRequest)
        link = self._ledger.links.get(link_id)
        if link is None:
            raise Refused("there is no such link", list(self._ledger.links)[-20:], 404)
        try:
            self._happen(link, wanted)
        except NothingPaid:
            raise Refused(f"outcome: nothing is paid that could be {wanted.outcome}", "paid, first", 409) from None
        except SquareError as problem:
            raise Refused(problem.body["errors"][0]["detail"], "at most what is left of it", 409) from None
        return json(link.as_json())

    def _happen(self, link: Link, wanted: OutcomeRequest) -> None:
        amount, copies = wanted.amount_cents, wanted.times - 1
        match wanted.outcome:
            case "paid":
                self._till.pay(link, amount, copies=copies)
            case "failed":
                self._till.decline(link, amount, copies=copies)
            case "cancelled":
                self._till.give_up(link, amount, copies=copies)
            case "refunded":
                self._till.refund_latest(link, amount, copies=copies)
            case "disputed":
                self._till.dispute_latest(link, copies=copies)

    async def payees(self, request: Request) -> HTTPResponse:
        return json(
            [
                {
                    "clinic": account.clinic,
                    "name": account.name,
                    "provider": "square",
                    "binding": account.binding,
                    "merchant": account.merchant,
                    "location": account.location,
                }
                for account in self._accounts.introduced()
            ]
        )

    async def revoke(self, request: Request, binding: str) -> HTTPResponse:
        read(request, AccountRequest)
        account = self._accounts.known(binding)
        if account is None:
            bindings = [one.binding for one in self._accounts.introduced()]
            raise Refused("there is no account of this binding", bindings, 404)
        self._oauth.withdraw(account, "MERCHANT")
        return json({"binding": binding})
