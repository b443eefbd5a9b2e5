"""Square's provider with invented settings, and what signs for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from deskbell import Grant, ManualClock, PaymentEvent, ProviderContext
from deskbell.provider import no_grant
from deskbell.testing import ProviderServer
from plugins.payments.square import SquareConfig, SquarePayment
from plugins.payments.square.testing import sign

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WEBHOOK = "https://desk.example/webhooks/square/harbor-money"
KEY = "signature-key-1"

#: Makes a provider, not opened, with these settings changed.
Make = Callable[..., SquarePayment]
#: Delivers a signed body to a provider with these settings changed.
Hear = Callable[..., Awaitable[list[PaymentEvent]]]


@pytest.fixture
def square() -> Make:
    def make(grant: Callable[[], Awaitable[Grant | None]] = no_grant, **changes: Any) -> SquarePayment:
        given = {"access_token": "EAAA1", "webhook_signature_key": KEY, **changes}
        context = ProviderContext("harbor", "harbor-money", WEBHOOK, ManualClock(NOW), grant=grant)
        return SquarePayment(SquareConfig(**{name: value for name, value in given.items() if value}), context)

    return make


@pytest.fixture
async def opened(provider_server: ProviderServer) -> AsyncIterator[Callable[[SquarePayment], Awaitable[SquarePayment]]]:
    """Opens providers, and closes them in the end."""
    open_ones: list[SquarePayment] = []

    async def opening(payment: SquarePayment) -> SquarePayment:
        await payment.open()
        open_ones.append(payment)
        return payment

    yield opening
    for payment in open_ones:
        await payment.close()


@pytest.fixture
def hears(square: Make) -> Hear:
    async def hear(body: bytes, url: str = WEBHOOK, **changes: Any) -> list[PaymentEvent]:
        return await square(**changes).receive(sign(url, body, KEY))

    return hear
