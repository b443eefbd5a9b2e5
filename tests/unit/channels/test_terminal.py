from __future__ import annotations

import pytest

from deskbell import DeliveryStatus, Misconfigured, NotForMe, OutboundText, ProviderContext, RawRequest
from plugins.channels.terminal import TerminalChannel

TEXT = OutboundText(id="t1", to="you", sender="terminal", text="Hello")


def terminal() -> TerminalChannel:
    return TerminalChannel(TerminalChannel.Config(), ProviderContext("harbor", "harbor-chat"))


async def test_what_the_clinic_says_goes_to_whoever_listens() -> None:
    heard: list[OutboundText] = []

    async def listener(text: OutboundText) -> None:
        heard.append(text)

    channel = terminal()
    channel.listen(listener)
    receipt = await channel.send(TEXT)
    assert heard == [TEXT]
    assert (receipt.message_id, receipt.status) == ("t1", DeliveryStatus.DELIVERED)


async def test_a_terminal_that_nobody_listens_at_cannot_send() -> None:
    with pytest.raises(Misconfigured):
        await terminal().send(TEXT)


async def test_a_terminal_takes_no_webhooks() -> None:
    with pytest.raises(NotForMe):
        await terminal().receive(RawRequest("POST", "https://desk.example/w", {}, b"{}"))
