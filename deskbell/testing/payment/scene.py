"""What the author of a payment provider tells the kit: how to make one, sign for one, and answer one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from deskbell.http import RawRequest
from deskbell.payment import LinkRequest, Money, Payment, PaymentLink, PaymentStatus
from deskbell.provider import Grant, ProviderContext, no_grant
from deskbell.testing.contract import Contract
from deskbell.testing.refusal import Refusal
from deskbell.testing.server import Answer, Call, ProviderServer
from deskbell.types import ManualClock

#: `ProviderContext.grant`.
GrantSource = Callable[[], Awaitable[Grant | None]]

#: Who pays in every sample. The number may turn up in a request for a link and nowhere else.
PAYER = "+13105550166"
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)

#: The deposit of every sample.
DEPOSIT = LinkRequest(
    id="5f0c6a52-93b1-4f0e-8a3b-6f1d5f8f7f10",
    amount=Money(5_075),
    label="Appointment deposit",
    redirect_url="https://desk.example/after/peacock",
    payer_phone=PAYER,
)
#: The link to it.
LINK = PaymentLink(id="LINK-1", url="https://pay.example/peacock", order_id="ORDER-1")
#: The account that a binding of an author's `connected` settings is connected to.
GRANT = Grant("access-peacock-1", "refresh-peacock-1", NOW + timedelta(days=30), account="ACCOUNT-1")


@dataclass(frozen=True)
class News:
    """What became of a payment, as the provider is to tell it. `refund_id` stands where `status` is `REFUNDED`."""

    status: PaymentStatus = PaymentStatus.PAID
    event_id: str = "event-1"
    payment_id: str = "PAYMENT-1"
    amount: Money = DEPOSIT.amount
    order_id: str = LINK.order_id
    #: Our id of the deposit, where the provider hands it back.
    reference: str = DEPOSIT.id
    refund_id: str | None = None
    #: Whose news it is; None: the binding's own account.
    account: str | None = None
    at: datetime = NOW


REFUND = News(status=PaymentStatus.REFUNDED, event_id="event-2", amount=Money(2_025), refund_id="REFUND-1")


class PaymentScene(Contract, ABC):
    """The author's part. Class attributes say what the provider is like, methods build what it sends.

    A provider that is asked nothing says ``calls = False``, one that tells nothing ``hears = False``: what cannot
    concern it is skipped, and the methods for it need not be written.
    """

    payment: ClassVar[type[Payment[Any]]]
    #: Every secret in `settings` and `connected`: none may show anywhere.
    secrets: ClassVar[Sequence[str]] = ()
    #: Top-level module of the provider's SDK, which nothing may load before `open()`.
    sdk: ClassVar[str | None] = None
    #: The provider is asked over HTTP.
    calls: ClassVar[bool] = True
    #: The provider tells over webhooks.
    hears: ClassVar[bool] = True
    #: Header that carries the signature, in lower case.
    signature_header: ClassVar[str] = ""
    #: The setting that signatures are checked with.
    signing_setting: ClassVar[str] = ""
    #: The signature covers the webhook's address.
    signs_address: ClassVar[bool] = False

    webhook_url: ClassVar[str] = "https://desk.example/webhooks/contract/harbor-money"
    now: ClassVar[datetime] = NOW

    # ---- the author fills these in: of everybody -----------------------------------------------------------------

    @abstractmethod
    def settings(self, base_url: str) -> dict[str, Any]:
        """The `Config` of a working binding whose provider's API is at `base_url`."""

    # ---- of those that tell --------------------------------------------------------------------------------------

    def sign(self, url: str, body: bytes, at: datetime, *, forged: bool = False) -> RawRequest:
        """A webhook with any body, signed for this address at this moment; `forged`: with somebody else's key."""
        raise NotImplementedError("write sign(), or say hears = False")

    def told(self, news: News) -> bytes | None:
        """The body of the webhook that tells this; None for a status that the provider never tells."""
        raise NotImplementedError("write told(), or say hears = False")

    def revoked(self) -> bytes | None:
        """The body of the webhook that says that the account withdrew our access; None where there is none."""
        return None

    def unknown_events(self) -> Sequence[bytes]:
        """Bodies of webhooks about other things, and about things that do not exist yet."""
        raise NotImplementedError("write unknown_events(), or say hears = False")

    # ---- of those that are asked ---------------------------------------------------------------------------------

    def made_link(self, link: PaymentLink) -> Answer:
        """The provider makes this link."""
        raise NotImplementedError("write made_link(), or say calls = False")

    def key_in(self, call: Call) -> str | None:
        """The idempotency key of a call for a link or a refund."""
        raise NotImplementedError("write key_in(), or say calls = False")

    def amount_in(self, call: Call) -> Money:
        """What a call for a link or a refund asks for."""
        raise NotImplementedError("write amount_in(), or say calls = False")

    def gone(self) -> Answer:
        """The answer to cancelling a link that is not there any more."""
        raise NotImplementedError("write gone(), or say calls = False")

    def cancelled(self) -> Answer:
        """The provider cancels the link."""
        raise NotImplementedError("write cancelled(), or say calls = False")

    def history(self, news: Sequence[News]) -> Sequence[Answer] | None:
        """The answers to a look-up, in their order, when this is all that happened to `LINK`; None where the
        provider has no way to say."""
        raise NotImplementedError("write history(), or say calls = False")

    def given_back(self, news: News) -> Answer:
        """The answer to a refund: done (`REFUNDED`), or still thought about (`PENDING`)."""
        raise NotImplementedError("write given_back(), or say calls = False")

    def refusals(self) -> Sequence[Refusal]:
        """The error table of a call for a link: at least one refusal for good, one that passes, one of our own
        making. Let the messages name `PAYER`, as providers' do."""
        raise NotImplementedError("write refusals(), or say calls = False")

    def too_many_requests(self, seconds: int) -> Answer:
        """The provider wants to be left alone for so many seconds, and says so in its own way."""
        raise NotImplementedError("write too_many_requests(), or say calls = False")

    def bad_credentials(self) -> Answer:
        """The provider does not accept our key."""
        raise NotImplementedError("write bad_credentials(), or say calls = False")

    def healthy(self) -> Sequence[Answer]:
        """The answers to `check()` when all is well, in their order."""
        raise NotImplementedError("write healthy(), or say calls = False")

    # ---- of those that are connected through OAuth ---------------------------------------------------------------

    def connected(self, base_url: str) -> dict[str, Any]:
        """The `Config` of a binding whose account is connected through OAuth."""
        raise NotImplementedError("write connected(), for the provider says connects")

    def granted(self, grant: Grant) -> Answer:
        """The provider gives these tokens."""
        raise NotImplementedError("write granted(), for the provider says connects")

    # ---- what the tests make of it -------------------------------------------------------------------------------

    def made(
        self, base_url: str = "http://127.0.0.1:9", *, deadline: float = 5.0, grant: GrantSource | None = None
    ) -> Payment[Any]:
        """A provider in its surroundings, not opened. With `grant`, which gives the tokens, one that is connected."""
        given = self.connected(base_url) if grant else self.settings(base_url)
        config = self.payment.Config(**{**given, "deadline_seconds": deadline})
        clock = ManualClock(self.now)
        context = ProviderContext("harbor", "harbor-money", self.webhook_url, clock, grant=grant or no_grant)
        return self.payment(config, context)

    @asynccontextmanager
    async def opened(
        self, base_url: str = "http://127.0.0.1:9", *, deadline: float = 5.0, grant: GrantSource | None = None
    ) -> AsyncIterator[Payment[Any]]:
        payment = self.made(base_url, deadline=deadline, grant=grant)
        await payment.open()
        try:
            yield payment
        finally:
            await payment.close()

    async def linked(self, payment: Payment[Any], server: ProviderServer, request: LinkRequest) -> PaymentLink:
        """A link, made by a willing provider."""
        if self.calls:
            server.script(self.made_link(LINK))
        return await payment.create_link(request)

    def only_if(self, true: bool, why_not: str) -> None:
        """Skips a test that cannot concern this provider."""
        if not true:
            pytest.skip(why_not)

    def only_if_asked(self) -> None:
        self.only_if(self.calls, "this provider is asked nothing")

    def only_if_heard(self) -> None:
        self.only_if(self.hears, "this provider tells nothing")

    def private(self) -> list[str]:
        """What may not show in logs, errors and reprs."""
        return [*self.secrets, PAYER.removeprefix("+"), GRANT.access_token, GRANT.refresh_token]

    def without_signature(self, request: RawRequest) -> RawRequest:
        headers = {name: value for name, value in request.headers.items() if name.lower() != self.signature_header}
        return replace(request, headers=headers)
