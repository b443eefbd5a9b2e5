"""The Telnyx channel: its life, and which room does what."""

from __future__ import annotations

import asyncio
import base64
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from deskbell import (
    Channel,
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
from plugins.channels.telnyx.config import TelnyxConfig

if TYPE_CHECKING:
    from plugins.channels.telnyx.client import TelnyxClient


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
