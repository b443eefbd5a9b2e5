"""The terminal as a channel: a clinic talks to whoever sits at ``deskbell chat``, through the same pipeline.

Nothing comes in by webhook: the command feeds what was typed to intake itself. What the clinic says is handed to
the callback that the command registered with `listen`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar

from deskbell import (
    Channel,
    ChannelConfig,
    ChannelEvent,
    DeliveryStatus,
    Misconfigured,
    NotForMe,
    OutboundText,
    RawRequest,
    SendReceipt,
    hookimpl,
)

Listener = Callable[[OutboundText], Awaitable[None]]


class TerminalChannel(Channel[ChannelConfig]):
    """Hands every text to the listener, once, and calls it delivered."""

    name: ClassVar[str] = "terminal"
    kind: ClassVar[str] = "terminal"
    Config: ClassVar[type[ChannelConfig]] = ChannelConfig
    _listener: Listener | None = None

    def listen(self, listener: Listener) -> None:
        """From now on `listener` is awaited with every text; a second call replaces the first."""
        self._listener = listener

    @property
    def address(self) -> str:
        return "terminal"

    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        raise NotForMe("A terminal takes no webhooks.")

    async def send(self, text: OutboundText) -> SendReceipt:
        if self._listener is None:
            raise Misconfigured("Nobody sits at this terminal: it is there for 'deskbell chat' only.")
        await self._listener(text)
        return SendReceipt(message_id=text.id, status=DeliveryStatus.DELIVERED)


@hookimpl
def register_channels() -> Sequence[type[Channel[Any]]]:
    return [TerminalChannel]
