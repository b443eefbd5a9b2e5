"""The Telnyx channel: its settings, its life, and which room does what."""

from __future__ import annotations

import asyncio
import base64
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import AfterValidator, Field

from deskbell import (
    E164,
    Channel,
    ChannelConfig,
    ChannelEvent,
    Health,
    OutboundError,
    OutboundText,
    ProviderContext,
    ProviderNotReady,
    RawRequest,
    SendReceipt,
)
from plugins.channels.telnyx import webhook
from plugins.channels.wire import Credential

if TYPE_CHECKING:
    from plugins.channels.telnyx.client import TelnyxClient


def _public_key(value: str) -> str:
    try:
        raw = base64.b64decode(value, validate=True)
    except ValueError:
        raw = b""
    if len(raw) != 32:
        raise ValueError("must be the public key of the Telnyx portal (Keys & Credentials): 32 bytes, in base64")
    return value


class TelnyxConfig(ChannelConfig):
    """What a clinic writes under ``channels:`` beside ``use: telnyx``."""

    number: E164 = Field(repr=False, description="The clinic's number at Telnyx, in E.164 form.")
    api_key: Credential = Field(description="API key (V2) of the Telnyx account.")
    public_key: Annotated[str, AfterValidator(_public_key)] = Field(
        description="The account's public key, which webhooks are verified with; base64."
    )
    messaging_profile_id: str | None = Field(
        default=None, description="Messaging profile to send with; needed only where the number alone does not say."
    )
    carrier_keywords: bool = Field(
        default=True,
        description="Telnyx answers STOP and START itself. False only where Telnyx has turned that off for you.",
    )
    base_url: str = Field(default="https://api.telnyx.com/v2", description="Address of the Telnyx API.")


class TelnyxChannel(Channel[TelnyxConfig]):
    """Texts through Telnyx.

    After an unknown outcome Telnyx has no list to look a text up in, so `look_up` raises `CannotTell`; the
    receipts, whose address names our text, settle it instead.
    """

    name: ClassVar[str] = "telnyx"
    Config: ClassVar[type[TelnyxConfig]] = TelnyxConfig

    def __init__(self, config: TelnyxConfig, context: ProviderContext) -> None:
        super().__init__(config, context)
        self._key = Ed25519PublicKey.from_public_bytes(base64.b64decode(config.public_key))
        self._client: TelnyxClient | None = None

    @property
    def address(self) -> str:
        return self.config.number

    async def open(self) -> None:
        # Loading the SDK and its message resource takes 1.6 s: never on the event loop.
        module = await asyncio.to_thread(import_module, "plugins.channels.telnyx.client")
        self._client = await asyncio.to_thread(module.TelnyxClient, self.config, self.context)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def check(self) -> Health:
        """Asks for the account's balance, which needs a valid key and changes nothing."""
        try:
            await self._opened().check()
        except OutboundError as error:
            return Health(ok=False, detail=f"Telnyx: {error}")
        return Health(ok=True)

    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        now = self.context.clock.now()
        webhook.verify(request, self._key, now)
        return webhook.events(
            request, number=self.config.number, carrier_keywords=self.config.carrier_keywords, now=now
        )

    async def send(self, text: OutboundText) -> SendReceipt:
        return await self._opened().send(text)

    def _opened(self) -> TelnyxClient:
        if self._client is None:
            raise ProviderNotReady(f"The channel {self.context.binding} is not open.")
        return self._client
