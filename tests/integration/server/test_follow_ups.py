"""What a webhook calls for at its provider: after the commit, and the answer does not wait for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from deskbell import FollowUp, RawRequest
from plugins.channels.telnyx import TelnyxChannel

if TYPE_CHECKING:
    from tests.integration.server.conftest import Site


async def test_it_follows_the_commit_and_nobody_waits_for_it(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    stored: asyncio.Queue[int] = asyncio.Queue()
    hangs = asyncio.Event()

    def follow_up(channel: TelnyxChannel, request: RawRequest) -> FollowUp:
        async def command() -> None:
            stored.put_nowait(await site.stored())
            await hangs.wait()

        return command

    monkeypatch.setattr(TelnyxChannel, "follow_up", follow_up)
    assert (await site.post(site.text())).status_code == 200
    assert await stored.get() == 1
    hangs.set()


async def test_what_is_refused_calls_for_nothing(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[RawRequest] = []
    monkeypatch.setattr(TelnyxChannel, "follow_up", lambda channel, request: asked.append(request))
    request = site.text()
    site.clock.advance(301)
    assert (await site.post(request)).status_code == 403
    assert asked == []
