"""Both carriers' channels with invented settings, and what signs for them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from deskbell import ChannelEvent, ManualClock, ProviderContext, RawRequest
from deskbell.testing import ProviderServer
from plugins.channels.telnyx import TelnyxChannel, TelnyxConfig
from plugins.channels.telnyx.testing import Signer
from plugins.channels.twilio import TwilioChannel, TwilioConfig
from plugins.channels.twilio.testing import ACCOUNT_SID

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WEBHOOK = "https://desk.example/webhooks/carrier/harbor-main"


def surroundings() -> ProviderContext:
    return ProviderContext("harbor", "harbor-main", WEBHOOK, ManualClock(NOW))


@pytest.fixture(scope="session")
def signer() -> Signer:
    return Signer()


@pytest.fixture
def telnyx(signer: Signer) -> Callable[..., TelnyxChannel]:
    """Makes a Telnyx channel, not opened, with these settings changed."""

    def make(**changes: Any) -> TelnyxChannel:
        given = {"number": "+12125550142", "api_key": "KEY1", "public_key": signer.public_key, "deadline_seconds": 30}
        given |= changes
        return TelnyxChannel(TelnyxConfig(**given), surroundings())

    return make


@pytest.fixture
def twilio() -> Callable[..., TwilioChannel]:
    """Makes a Twilio channel, not opened, with these settings changed."""

    def make(**changes: Any) -> TwilioChannel:
        given = {"number": "+13105550142", "account_sid": ACCOUNT_SID, "auth_token": "token1", **changes}
        return TwilioChannel(TwilioConfig(**given), surroundings())

    return make


@pytest.fixture
async def open_telnyx(
    telnyx: Callable[..., TelnyxChannel], provider_server: ProviderServer
) -> AsyncIterator[TelnyxChannel]:
    channel = telnyx(base_url=f"{provider_server.url}/v2", messaging_profile_id="profile-1")
    await channel.open()
    yield channel
    await channel.close()


@pytest.fixture
async def open_twilio(
    twilio: Callable[..., TwilioChannel], provider_server: ProviderServer
) -> AsyncIterator[TwilioChannel]:
    channel = twilio(base_url=provider_server.url)
    await channel.open()
    yield channel
    await channel.close()


@pytest.fixture
def telnyx_hears(telnyx: Callable[..., TelnyxChannel], signer: Signer) -> Callable[..., Any]:
    """Delivers a signed body to a Telnyx channel with these settings changed."""

    async def hear(body: bytes, url: str = WEBHOOK, **changes: Any) -> list[ChannelEvent]:
        return await telnyx(**changes).receive(signer.sign(url, body, NOW))

    return hear


@pytest.fixture
def twilio_hears(twilio: Callable[..., TwilioChannel]) -> Callable[..., Any]:
    """Delivers a signed body to a Twilio channel with these settings changed."""
    from plugins.channels.twilio.testing import sign

    async def hear(body: bytes, url: str = WEBHOOK, **changes: Any) -> list[ChannelEvent]:
        request: RawRequest = sign(url, body, "token1")
        return await twilio(**changes).receive(request)

    return hear
