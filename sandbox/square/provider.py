"""Square as a whole: its parts put together for one sandbox."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sanic import Blueprint

from deskbell import Clock, Payee
from sandbox.guard import Guard
from sandbox.keys import Keys
from sandbox.live import Live
from sandbox.pace import Pace
from sandbox.provider_calls import ProviderCalls
from sandbox.square.accounts import Accounts
from sandbox.square.api import SquareApi
from sandbox.square.control import PaymentControl
from sandbox.square.ledger import Ledger
from sandbox.square.news import News
from sandbox.square.oauth import OAuth
from sandbox.square.page.routes import Pages
from sandbox.square.till import Till
from sandbox.square.tokens import Tokens
from sandbox.tasks import Tasks
from sandbox.webhooks import Courier


class Square:
    """The stand-in. `url` is asked for the sandbox's address whenever a link is made."""

    name = "square"

    def __init__(
        self,
        *,
        keys: Keys,
        courier: Courier,
        tasks: Tasks,
        clock: Clock,
        pace: Pace,
        live: Live,
        url: Callable[[], str],
    ) -> None:
        self._accounts = Accounts()
        self._ledger = Ledger()
        news = News(key=keys.square_signature_key, courier=courier, clock=clock, pace=pace)
        tokens = Tokens(keys, clock)
        self._till = Till(ledger=self._ledger, news=news, tasks=tasks, clock=clock, pace=pace, live=live)
        self._oauth = OAuth(keys=keys, accounts=self._accounts, tokens=tokens, news=news, clock=clock)
        self._api = SquareApi(
            accounts=self._accounts,
            tokens=tokens,
            ledger=self._ledger,
            till=self._till,
            clock=clock,
            address=lambda link: f"{url()}/square/checkout/{link}",
        )

    def introduce(self, payees: Sequence[Payee]) -> None:
        self._accounts.replace(payees)

    def blueprints(self, calls: ProviderCalls, guard: Guard) -> list[Blueprint]:
        control = PaymentControl(
            accounts=self._accounts, ledger=self._ledger, till=self._till, oauth=self._oauth, guard=guard
        )
        return [
            self._api.blueprint("square", calls),
            self._oauth.blueprint("square-oauth", calls),
            Pages(self._ledger, self._till, self._oauth).blueprint("square-pages"),
            control.blueprint("payments"),
        ]


def overrides(keys: Keys, url: str) -> dict[str, str | None]:
    """The settings that send a binding here, into an account of its own; what names the real one is left out."""
    return {
        "base_url": f"{url}/square",
        "access_token": f"{keys.square_token}.{{binding}}",
        "webhook_signature_key": keys.square_signature_key,
        "environment": "sandbox",
        "application_id": f"{keys.square_application_id}.{{binding}}",
        "application_secret": keys.square_application_secret,
        "location_id": None,
        "merchant_id": None,
        "notification_url": None,
    }
