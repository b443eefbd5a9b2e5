"""Square as a way to take deposits: its life, and which room does what."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from deskbell import (
    Grant,
    Health,
    LinkRequest,
    Location,
    Misconfigured,
    Money,
    OutboundError,
    Payment,
    PaymentEvent,
    PaymentLink,
    PaymentUpdate,
    ProviderContext,
    ProviderNotReady,
    RawRequest,
)
from plugins.payments.square import accounts, webhook
from plugins.payments.square.accounts import Accounts
from plugins.payments.square.config import SquareConfig
from plugins.payments.square.links import Links

if TYPE_CHECKING:
    from plugins.payments.square.api import SquareApi


@dataclass(frozen=True, slots=True)
class _Rooms:
    """What there is once the SDK is loaded."""

    api: SquareApi
    links: Links
    accounts: Accounts


class SquarePayment(Payment[SquareConfig]):
    """Deposits over Square's payment links.

    A link and a refund carry our id as the idempotency key: asked for again, also after an unknown outcome, they are
    the same. Without tips, `amount` is what the order came to.
    """

    name: ClassVar[str] = "square"
    Config: ClassVar[type[SquareConfig]] = SquareConfig
    connects: ClassVar[bool] = True

    def __init__(self, config: SquareConfig, context: ProviderContext) -> None:
        super().__init__(config, context)
        self._loading: asyncio.Task[_Rooms] | None = None

    async def open(self) -> None:
        """Succeeds without an account too: one may be connected later."""
        if find_spec("square") is None:
            raise ModuleNotFoundError("No module named 'square'", name="square")
        # Loading the SDK takes a second: never on the event loop, and nobody need wait for it before the first link.
        # What comes in does without it.
        self._loading = asyncio.create_task(self._load(), name=f"{self.context.binding} loads its SDK")

    async def _load(self) -> _Rooms:
        module = await asyncio.to_thread(import_module, "plugins.payments.square.api")
        api: SquareApi = await asyncio.to_thread(module.SquareApi, self.config, self.context)
        account = Accounts(api, self.config, self.context)
        return _Rooms(api, Links(api, account, self.context.clock), account)

    async def close(self) -> None:
        loading, self._loading = self._loading, None
        if loading is not None:
            with suppress(Exception):  # it was told to whoever wanted a link
                await (await loading).api.close()

    async def check(self) -> Health:
        """Asks for the account's locations: the token works, and there is one to book deposits on."""
        try:
            return await (await self._opened()).accounts.health()
        except OutboundError as error:
            return Health(ok=False, detail=f"Square: {error}")

    # ---- links ---------------------------------------------------------------------------------------------------

    async def create_link(self, request: LinkRequest) -> PaymentLink:
        return await (await self._opened()).links.create(request)

    async def cancel_link(self, link: PaymentLink) -> None:
        await (await self._opened()).links.cancel(link)

    async def look_up(self, link: PaymentLink) -> Sequence[PaymentUpdate]:
        """From the order: its payments as they are now, and their refunds. Attempts that failed may be missing."""
        return await (await self._opened()).links.look_up(link)

    async def refund(self, payment_id: str, amount: Money, *, refund_id: str) -> PaymentUpdate:
        return await (await self._opened()).links.refund(payment_id, amount, refund_id)

    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        key = self.config.webhook_signature_key.get_secret_value()
        webhook.verify(request, key, self.config.notification_url or request.url)
        return webhook.events(request.body, merchant=await self._merchant(), now=self.context.clock.now())

    async def _merchant(self) -> str | None:
        """Our account at Square; None where nobody has said which it is, and "" where there is none yet."""
        if self.config.merchant_id is not None or self.config.application_id is None:
            return self.config.merchant_id
        grant = await self.context.grant()
        if grant is None:
            return "" if self.config.access_token is None else None
        return grant.account or None

    # ---- connecting an account -----------------------------------------------------------------------------------

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        return accounts.authorize_url(self.config, state, redirect_uri)

    async def exchange(self, code: str, redirect_uri: str) -> Grant:
        return await (await self._opened()).accounts.exchange(code, redirect_uri)

    async def refresh(self, grant: Grant) -> Grant:
        return await (await self._opened()).accounts.refresh(grant)

    async def revoke(self, grant: Grant) -> None:
        await (await self._opened()).accounts.revoke(grant)

    async def locations(self) -> Sequence[Location]:
        return await (await self._opened()).accounts.locations()

    async def _opened(self) -> _Rooms:
        if self._loading is None:
            raise ProviderNotReady(f"The payment provider {self.context.binding} is not open.")
        try:
            # Shielded: a caller that gives up must not take the SDK from the others.
            return await asyncio.shield(self._loading)
        except Exception as error:  # noqa: BLE001 - whatever an import may raise: nothing has left, and an operator has to act
            problem = type(error).__name__
        raise Misconfigured(f"Square's SDK could not be loaded ({problem}).")
