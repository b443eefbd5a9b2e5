"""The Telnyx channel: its life, and which room does what."""

from __future__ import annotations

import asyncio
import base64
from contextlib import suppress
from datetime import timedelta
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from deskbell import (
    Channel,
    ChannelEvent,
    FollowUp,
    Health,
    Misconfigured,
    OutboundError,
    OutboundText,
    ProviderContext,
    ProviderNotReady,
    RawRequest,
    RetryLater,
    SendReceipt,
)
from plugins.channels.telnyx import call_control, webhook
from plugins.channels.telnyx.call_control import Command
from plugins.channels.telnyx.config import TelnyxConfig

if TYPE_CHECKING:
    from plugins.channels.telnyx.client import TelnyxClient

#: When a text that came before the SDK was loaded is tried again.
_ANOTHER_LOOK = timedelta(seconds=1)


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
        self._loading: asyncio.Task[TelnyxClient] | None = None

    @property
    def address(self) -> str:
        return self.config.number

    async def open(self) -> None:
        if find_spec("telnyx") is None:
            raise ModuleNotFoundError("No module named 'telnyx'", name="telnyx")
        # Loading the SDK and its message resource takes two seconds: never on the event loop, and nobody need wait for
        # it before the first text is sent. What comes in does without it.
        self._loading = asyncio.create_task(self._load(), name=f"{self.context.binding} loads its SDK")

    async def _load(self) -> TelnyxClient:
        module = await asyncio.to_thread(import_module, "plugins.channels.telnyx.client")
        client: TelnyxClient = await asyncio.to_thread(module.TelnyxClient, self.config, self.context)
        return client

    async def close(self) -> None:
        loading, self._loading = self._loading, None
        if loading is not None:
            with suppress(Exception):  # it was told to whoever wanted to send
                await (await loading).close()

    async def check(self) -> Health:
        """Asks for the account's balance, which needs a valid key and changes nothing."""
        try:
            await (await self._opened()).check()
        except OutboundError as error:
            return Health(ok=False, detail=f"Telnyx: {error}")
        return Health(ok=True)

    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        now = self.context.clock.now()
        webhook.verify(request, self._key, now)
        return webhook.events(request, self.config, now)

    def follow_up(self, request: RawRequest) -> FollowUp | None:
        """The command that a call's event calls for: ring the clinic's line, say why nobody came, hang up."""
        data = webhook.told(request.body) if self.config.forward_to else None
        command = call_control.command(data["event_type"], data.get("payload"), self.config) if data else None
        return partial(self._give, command) if command else None

    async def _give(self, command: Command) -> None:
        await (await self._opened()).give(command)

    async def send(self, text: OutboundText) -> SendReceipt:
        return await (await self._opened()).send(text)

    async def _opened(self) -> TelnyxClient:
        if self._loading is None:
            raise ProviderNotReady(f"The channel {self.context.binding} is not open.")
        try:
            # Given up early enough to leave time for the call: once the deadline is over, it looks to our caller as if
            # the text may have left. Shielded: a sender that gives up must not take the SDK from the others.
            async with asyncio.timeout(self.config.deadline_seconds / 2):
                return await asyncio.shield(self._loading)
        except TimeoutError:
            # Says nothing of Telnyx: its channel must not count as down for it.
            raise RetryLater(
                "Telnyx' SDK is still being loaded.", after=_ANOTHER_LOOK, code="loading", down=False
            ) from None
        except Exception as error:  # noqa: BLE001 - whatever an import may raise: nothing has left, and an operator has to act
            problem = type(error).__name__
        raise Misconfigured(f"Telnyx' SDK could not be loaded ({problem}).")
