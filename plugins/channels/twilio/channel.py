"""The Twilio channel: its life, and which room does what."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, ClassVar

from deskbell import (
    CannotTell,
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
from plugins.channels.twilio import voice, webhook
from plugins.channels.twilio.config import TwilioConfig

if TYPE_CHECKING:
    from plugins.channels.twilio.client import TwilioClient


class TwilioChannel(Channel[TwilioConfig]):
    """Texts through Twilio.

    Twilio takes no idempotency key. After an unknown outcome the recent messages to the recipient are listed,
    and the receipts, whose address names our text, settle what the list cannot.
    """

    name: ClassVar[str] = "twilio"
    Config: ClassVar[type[TwilioConfig]] = TwilioConfig

    def __init__(self, config: TwilioConfig, context: ProviderContext) -> None:
        super().__init__(config, context)
        self._client: TwilioClient | None = None

    @property
    def address(self) -> str:
        return self.config.number

    async def open(self) -> None:
        module = await asyncio.to_thread(import_module, "plugins.channels.twilio.client")
        # Made here, because its HTTP session belongs to the running loop; filled in a thread, because the SDK
        # loads its resources at first use.
        self._client = module.TwilioClient(self.config, self.context)
        await asyncio.to_thread(self._client.load)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def check(self) -> Health:
        """Fetches the account, which needs valid credentials and changes nothing."""
        try:
            status = await self._opened().account_status()
        except OutboundError as error:
            return Health(ok=False, detail=f"Twilio: {error}")
        return Health(ok=status == "active", detail=f"Twilio: the account is {status}.")

    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        form = webhook.form(request.body)
        webhook.verify(request, form, self.config.auth_token.get_secret_value())
        now = self.context.clock.now()
        webhook.belongs(form, self.config)
        if voice.is_call(form):
            return voice.events(form, config=self.config, now=now)
        return webhook.events(form, request.url, config=self.config, now=now)

    async def send(self, text: OutboundText) -> SendReceipt:
        return await self._opened().send(text)

    async def look_up(self, text: OutboundText) -> SendReceipt | None:
        """The receipt of the newest message with these words to this number since the first attempt, or None.

        Messages that are known to be other texts of ours are passed over.

        Raises `CannotTell` when the first attempt's time is not known or more texts went to the number since
        than one page holds, `RetryLater` when Twilio cannot be asked now.
        """
        if text.first_attempt_at is None:
            raise CannotTell("Without the time of the first attempt Twilio's messages cannot be searched.")
        return await self._opened().find(text, text.first_attempt_at)

    def acknowledgement(self, request: RawRequest) -> tuple[str, bytes]:
        """TwiML: what becomes of a call, and nothing for texts.

        Replies go through the API, where they are counted and sent once.
        """
        form = webhook.form(request.body)
        action = self.context.webhook_url or request.url
        said = voice.answer(form, self.config, action) if voice.is_call(form) else ""
        return "text/xml", f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>'.encode()

    def _opened(self) -> TwilioClient:
        if self._client is None:
            raise ProviderNotReady(f"The channel {self.context.binding} is not open.")
        return self._client
