"""The contract of a payment provider: what an author tells the kit, and the tests that come with it.

`scene` is what the author fills in; `inbound`, `links`, `aftermath` and `connecting` are the tests, by what they are
about; and here is what concerns the whole: what it declares, its manners on the event loop, and its discretion.
"""

from __future__ import annotations

import asyncio
import inspect
import sys
from typing import Any

import pytest

from deskbell.http import RawRequest
from deskbell.payment import Payment
from deskbell.provider import no_grant
from deskbell.testing import cold
from deskbell.testing.discretion import Discretion
from deskbell.testing.payment.aftermath import REFUND_KEY, AftermathContract
from deskbell.testing.payment.connecting import REDIRECT, ConnectingContract, connected
from deskbell.testing.payment.inbound import InboundContract
from deskbell.testing.payment.links import LinkContract
from deskbell.testing.payment.scene import DEPOSIT, GRANT, LINK, PAYER, REFUND, News
from deskbell.testing.server import Answer, ProviderServer, closed_port
from deskbell.types import Settings

__all__ = ["DEPOSIT", "GRANT", "LINK", "PAYER", "REFUND", "News", "PaymentContract"]

_ASYNC = (
    *("open", "close", "check", "create_link", "cancel_link", "look_up", "refund", "receive"),
    *("exchange", "refresh", "revoke", "locations"),
)


class PaymentContract(InboundContract, LinkContract, AftermathContract, ConnectingContract):
    """Inherit it as ``class TestMyPayments(PaymentContract)`` and fill in what `PaymentScene` asks for."""

    #: How long the event loop may be held up, in seconds. Best of three cold starts.
    longest_hold_up = 0.25

    @pytest.mark.asyncio
    async def test_it_declares_a_name_and_described_settings(self) -> None:
        assert issubclass(self.payment, Payment)
        assert self.payment.name.isidentifier()
        assert self.payment.name == self.payment.name.lower()
        assert issubclass(self.payment.Config, Settings)
        undescribed = [name for name, field in self.payment.Config.model_fields.items() if not field.description]
        assert undescribed == []
        for method in _ASYNC:
            assert inspect.iscoroutinefunction(getattr(self.payment, method)), f"{method} must be async"

    @pytest.mark.asyncio
    async def test_its_acknowledgement_is_a_content_type_and_bytes(self) -> None:
        request = RawRequest("POST", "https://clinic.example/webhooks", {}, b"")
        content_type, body = self.made().acknowledgement(request)
        assert "/" in content_type
        assert isinstance(body, bytes)

    @pytest.mark.asyncio
    async def test_the_event_loop_is_never_held_up_not_even_by_loading_the_sdk(self) -> None:
        hold_ups = await asyncio.to_thread(cold.hold_ups, type(self), self.longest_hold_up)
        assert max(hold_ups.values()) <= self.longest_hold_up, hold_ups

    @pytest.mark.asyncio
    async def test_no_secret_and_no_number_stands_in_a_log_record_an_error_or_a_repr(
        self, provider_server: ProviderServer
    ) -> None:
        with Discretion(self.private()) as discretion:
            async with self.opened(provider_server.url, deadline=1.0) as payment:
                discretion.look_at("the provider", payment)
                discretion.look_at("its settings", payment.config)
                if self.hears:
                    await self._receive_everything(payment, discretion)
                await self._ask_for_everything(payment, provider_server, discretion)
            if self.payment.connects:
                await self._connect(provider_server, discretion)
            async with self.opened(closed_port(), deadline=1.0) as payment:
                await self._link(payment, discretion)
        assert discretion.breaches == []

    async def _receive_everything(self, payment: Payment[Any], discretion: Discretion) -> None:
        bodies = [body for news in (News(), REFUND, News(account="SOMEBODY-ELSE")) if (body := self.told(news))]
        for body in [*bodies, *self.unknown_events()]:
            good = self.sign(self.webhook_url, body, self.now)
            for request in (
                good,
                self.without_signature(good),
                self.sign(self.webhook_url, body, self.now, forged=True),
                self.sign(self.webhook_url, b"\xff\xfe" + body, self.now),
            ):
                discretion.look_at("a request", request)
                with discretion.errors():
                    discretion.look_at("an event", await payment.receive(request))

    async def _ask_for_everything(self, payment: Payment[Any], server: ProviderServer, discretion: Discretion) -> None:
        if not self.calls:
            return await self._link(payment, discretion)
        answers = [
            self.made_link(LINK),
            *(refusal.answer for refusal in self.refusals()),
            self.bad_credentials(),
            Answer(500, f"no luck with {PAYER}"),
            Answer(cut=True),
            Answer(silent=True),
        ]
        for answer in answers:
            server.script(answer)
            await self._link(payment, discretion)
        for answer in (self.given_back(REFUND), self.bad_credentials(), Answer(500, f"not to {PAYER}")):
            server.script(answer)
            with discretion.errors():
                refunded = await payment.refund("PAYMENT-1", REFUND.amount, refund_id=REFUND_KEY)
                discretion.look_at("a refund", refunded)
        for found in ([*self.healthy()], [self.bad_credentials()]):
            server.script(*found)
            discretion.look_at("the health", await payment.check())
        for history in (self.history([News(), REFUND]), [self.bad_credentials()]):
            server.script(*(history or ()))
            with discretion.errors():
                discretion.look_at("a look-up", await payment.look_up(LINK))
        return None

    async def _connect(self, server: ProviderServer, discretion: Discretion) -> None:
        async with self.opened(server.url, deadline=1.0, grant=connected) as payment:
            discretion.look_at("a connected provider", payment)
            discretion.look_at("its settings", payment.config)
            for answer in (self.granted(GRANT), self.bad_credentials(), Answer(500, GRANT.refresh_token)):
                server.script(answer, answer, answer)
                with discretion.errors():
                    discretion.look_at("tokens", await payment.exchange("code-1", REDIRECT))
                with discretion.errors():
                    discretion.look_at("tokens", await payment.refresh(GRANT))
                with discretion.errors():
                    await payment.revoke(GRANT)
            server.script(self.made_link(LINK))
            await self._link(payment, discretion)
        discretion.look_at("one without an account", self.made(grant=no_grant))

    async def _link(self, payment: Payment[Any], discretion: Discretion) -> None:
        discretion.look_at("a deposit", DEPOSIT)
        with discretion.errors():
            discretion.look_at("a link", await payment.create_link(DEPOSIT))

    async def cold_start(self) -> dict[str, float]:
        """The longest hold-up of each step in a process that has loaded nothing yet. Run by `deskbell.testing.cold`."""
        assert self.sdk is None or self.sdk not in sys.modules, f"{self.sdk} was imported before open()"
        server = ProviderServer()
        server.start()
        payment = self.made(server.url)
        steps: dict[str, Any] = {"open": payment.open}
        if self.hears and (body := self.told(News())) is not None:
            request = self.sign(self.webhook_url, body, self.now)
            steps["receive"] = lambda: payment.receive(request)
        if self.calls:
            server.script(self.made_link(LINK), self.given_back(REFUND), *self.healthy())
        steps |= {
            "link": lambda: payment.create_link(DEPOSIT),
            "refund": lambda: payment.refund("PAYMENT-1", REFUND.amount, refund_id=REFUND_KEY),
            "check": payment.check,
            "close": payment.close,
        }
        try:
            return await cold.measured(steps)
        finally:
            server.stop()
