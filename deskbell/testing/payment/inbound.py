"""What every payment provider must do with a webhook: believe only what is signed, and never stumble."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from deskbell.errors import InboundError, NotForMe, SignatureInvalid
from deskbell.http import RawRequest
from deskbell.payment import AccessRevoked, Money, Payment, PaymentEvent, PaymentStatus, PaymentUpdate, Unhandled
from deskbell.testing.payment.scene import DEPOSIT, LINK, REFUND, News, PaymentScene
from deskbell.testing.server import ProviderServer

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_BODIES = st.binary(max_size=300) | _JSON.map(lambda value: json.dumps(value).encode())
#: Where in a good body, how much of it goes, and what comes in its place.
_SPLICES = st.tuples(st.floats(0, 1), st.integers(0, 12), st.binary(max_size=12))
_ELSEWHERE = "https://elsewhere.example/webhooks/contract/harbor-money"


class InboundContract(PaymentScene):
    """From a signed request to facts."""

    async def received(self, request: RawRequest) -> list[PaymentEvent]:
        async with self.opened() as payment:
            return await payment.receive(request)

    def good(self, news: News | None = None) -> RawRequest:
        """Signed news of a payment; skips where the provider never tells it."""
        self.only_if_heard()
        body = self.told(news or News())
        if body is None:
            pytest.skip("this provider never tells such a thing")
        return self.sign(self.webhook_url, body, self.now)

    async def update(self, news: News) -> PaymentUpdate:
        [event] = await self.received(self.good(news))
        assert isinstance(event, PaymentUpdate)
        return event

    @pytest.mark.asyncio
    async def test_news_of_a_paid_deposit_name_it_and_what_was_paid(self) -> None:
        update = await self.update(News())
        assert (update.status, update.amount, update.payment_id) == (PaymentStatus.PAID, DEPOSIT.amount, "PAYMENT-1")
        assert update.event_id
        assert update.at.tzinfo is not None
        assert update.refund_id is None
        assert update.order_id == LINK.order_id or update.reference == DEPOSIT.id
        assert update.order_id in (LINK.order_id, "")
        assert update.reference in (DEPOSIT.id, None)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("status", [status for status in PaymentStatus if status is not PaymentStatus.REFUNDED])
    async def test_each_state_of_a_payment_is_told_as_what_it_is(self, status: PaymentStatus) -> None:
        assert (await self.update(News(status=status))).status is status

    @pytest.mark.asyncio
    async def test_a_refund_is_told_with_its_own_id_and_amount(self) -> None:
        update = await self.update(REFUND)
        assert (update.status, update.amount) == (PaymentStatus.REFUNDED, REFUND.amount)
        assert (update.payment_id, update.refund_id) == (REFUND.payment_id, REFUND.refund_id)

    @pytest.mark.asyncio
    @pytest.mark.parametrize("cents", [1, 99, 100, 123_456_789])
    async def test_amounts_come_in_as_minor_units(self, cents: int) -> None:
        assert (await self.update(News(amount=Money(cents)))).amount == Money(cents)

    @pytest.mark.asyncio
    async def test_the_same_delivery_again_has_the_same_event_id_and_other_news_another(self) -> None:
        first = await self.update(News())
        assert (await self.update(News())).event_id == first.event_id
        assert (await self.update(News(event_id="event-9"))).event_id != first.event_id

    @pytest.mark.asyncio
    async def test_header_names_count_in_any_case(self) -> None:
        request = self.good()
        for change in (str.upper, str.title, str.lower):
            headers = {change(name): value for name, value in request.headers.items()}
            assert await self.received(replace(request, headers=headers))

    @pytest.mark.asyncio
    async def test_a_missing_signature_is_refused(self) -> None:
        request = self.good()
        for headers in (self.without_signature(request).headers, {}):
            with pytest.raises(SignatureInvalid):
                await self.received(replace(request, headers=headers))

    @pytest.mark.asyncio
    async def test_somebody_elses_signature_is_refused(self) -> None:
        body = self.good().body
        with pytest.raises(SignatureInvalid):
            await self.received(self.sign(self.webhook_url, body, self.now, forged=True))

    @pytest.mark.asyncio
    async def test_a_garbled_signature_is_refused(self) -> None:
        request = self.good()
        good = request.headers[self.signature_header]
        for garbled in ("", " ", "AAAA", "=", "é", "\x00", "\ud800", good[:-1], good + good, good.swapcase(), None):
            headers: Any = {**request.headers, self.signature_header: garbled}
            with pytest.raises(SignatureInvalid):
                await self.received(replace(request, headers=headers))

    @pytest.mark.asyncio
    async def test_a_changed_body_is_refused(self) -> None:
        request = self.good()
        for body in (request.body + b" ", request.body.replace(b"5075", b"9075"), request.body[:-1], b""):
            with pytest.raises(SignatureInvalid):
                await self.received(replace(request, body=body))

    @pytest.mark.asyncio
    async def test_an_empty_secret_is_refused_before_it_could_verify_anything(self) -> None:
        self.only_if_heard()
        with pytest.raises(ValidationError):
            self.payment.Config(**{**self.settings("http://127.0.0.1:9"), self.signing_setting: ""})

    @pytest.mark.asyncio
    async def test_behind_a_proxy_the_public_address_is_what_counts(self) -> None:
        request = self.good()
        self.only_if(self.signs_address, "this provider does not sign the address")
        assert await self.received(request)
        for other in (_ELSEWHERE, self.webhook_url.replace("https://", "http://"), f"{self.webhook_url}?peacock=1"):
            signed = self.sign(other, request.body, self.now)
            with pytest.raises(SignatureInvalid):
                await self.received(replace(signed, url=self.webhook_url))

    @pytest.mark.asyncio
    async def test_news_of_an_unknown_kind_are_heard_and_nothing_is_made_of_them(self) -> None:
        self.only_if_heard()
        for body in self.unknown_events():
            for event in await self.received(self.sign(self.webhook_url, body, self.now)):
                assert isinstance(event, Unhandled)
                assert event.event_id
                assert event.kind

    @pytest.mark.asyncio
    async def test_news_of_another_account_are_not_for_this_binding(self) -> None:
        request = self.good(News(account="SOMEBODY-ELSE"))
        with pytest.raises(NotForMe):
            await self.received(request)

    @pytest.mark.asyncio
    async def test_an_account_that_withdraws_our_access_is_told(self) -> None:
        self.only_if_heard()
        body = self.revoked()
        if body is None:
            pytest.skip("this provider never tells such a thing")
        [event] = await self.received(self.sign(self.webhook_url, body, self.now))
        assert isinstance(event, AccessRevoked)
        assert event.event_id

    @pytest.mark.asyncio
    async def test_a_body_that_is_not_utf_8_is_refused(self) -> None:
        good = self.good().body
        for body in (b"\xff\xfe\x00", good + b"\xff", good[:40] + b"\xc3\x28" + good[40:]):
            with pytest.raises(InboundError):
                await self.received(self.sign(self.webhook_url, body, self.now))

    @pytest.mark.asyncio
    @given(bodies=st.lists(_BODIES, max_size=30), splices=st.lists(_SPLICES, max_size=30))
    @settings(
        max_examples=15,
        deadline=None,
        database=None,
        # Inherited by several classes, which is what contracts are for.
        suppress_health_check=[HealthCheck.differing_executors, HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    async def test_no_signed_body_whatsoever_makes_it_stumble(
        self, bodies: list[bytes], splices: list[tuple[float, int, bytes]]
    ) -> None:
        self.only_if_heard()
        good = [body for news in (News(), REFUND) if (body := self.told(news)) is not None]
        for where, gone, instead in splices:
            for body in good:
                at = int(where * len(body))
                bodies.append(body[:at] + instead + body[at + gone :])
        async with self.opened() as payment:
            for body in [*bodies, b"[" * 100_000, b'{"a":' * 100_000, b"1" * 100_000]:
                await self._survives(payment, self.sign(self.webhook_url, body, self.now))

    async def _survives(self, payment: Payment[Any], request: RawRequest) -> None:
        try:
            events = await payment.receive(request)
        except InboundError:
            return
        for event in events:
            assert isinstance(event, PaymentUpdate | AccessRevoked | Unhandled)
            # Every field can be written to a database: no NUL, no half surrogates.
            written = "".join(str(getattr(event, name)) for name in event.__slots__)
            assert "\x00" not in written
            written.encode("utf-8")

    @pytest.mark.asyncio
    async def test_receiving_asks_nobody(self, provider_server: ProviderServer) -> None:
        request = self.good()
        async with self.opened(provider_server.url) as payment:
            await payment.receive(request)
        assert provider_server.calls == []

    @pytest.mark.asyncio
    async def test_a_provider_that_tells_nothing_believes_nothing(self) -> None:
        self.only_if(not self.hears, "this provider does tell things")
        for body in (b"", b"{}", b"\xff", b'{"status": "paid"}'):
            with pytest.raises(SignatureInvalid):
                await self.received(RawRequest("POST", self.webhook_url, {}, body))
