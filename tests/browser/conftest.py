"""A browser, a sandbox, and a small application behind it that answers through the official SDK."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Coroutine
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from sanic import HTTPResponse, Request, Sanic

from deskbell import Reachable
from sandbox.pace import Pace
from sandbox.server import Sandbox

HARBOR = "+12125550142"
PALM = "+13105550177"
_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Receptionist:
    """Answers every text with `reply`, as Deskbell would: webhook in, SDK out."""

    def __init__(self) -> None:
        self.reply = "We do! Lip filler is $650 a syringe. Are you new to us?"
        self.heard: list[dict[str, Any]] = []
        self.url = ""
        self._client: Any = None
        self._server: Any = None
        self._answers: set[asyncio.Task[Any]] = set()

    async def start(self) -> None:
        app: Sanic[Any, Any] = Sanic(f"receptionist-{uuid4().hex}", configure_logging=False)
        app.config.update(MOTD=False, AUTO_EXTEND=False, TOUCHUP=False)
        app.add_route(self._webhook, "/webhooks/<path:path>", methods=["POST"])
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._server = await app.create_server(sock=listening, access_log=False)
        await self._server.startup()
        await self._server.before_start()

    async def connect(self, sandbox: Sandbox) -> None:
        from telnyx import AsyncTelnyx

        settings = sandbox.overrides["telnyx"]
        self._client = AsyncTelnyx(api_key=settings["api_key"], base_url=settings["base_url"], max_retries=0)
        # The SDK loads on first use, longer than the carrier waits for a webhook.
        assert self._client.messages

    async def stop(self) -> None:
        await asyncio.gather(*self._answers, return_exceptions=True)
        await self._client.close()
        for connection in list(self._server.connections):
            connection.abort()
        await self._server.close()
        Sanic.unregister_app(self._server.app)

    async def _webhook(self, request: Request, path: str) -> HTTPResponse:
        data = json.loads(request.body)["data"]
        if data["event_type"] == "message.received":
            self.heard.append(data["payload"])
            if "autoresponse_type" not in data["payload"] and self.reply:
                heard = data["payload"]
                self._start(self._send(heard["to"][0]["phone_number"], heard["from"]["phone_number"], self.reply))
        if data["event_type"] == "call.hangup":
            self.heard.append(data["payload"])
            self._start(self._send(data["payload"]["to"], data["payload"]["from"], "Sorry we missed your call."))
        return HTTPResponse(b"{}", 200)

    def _start(self, sending: Coroutine[Any, Any, None]) -> None:
        answer = asyncio.ensure_future(sending)
        self._answers.add(answer)
        answer.add_done_callback(self._answers.discard)

    async def _send(self, number: str, phone: str, text: str) -> None:
        await self._client.messages.send(to=phone, from_=number, text=text)


@pytest_asyncio.fixture(loop_scope="module")
async def receptionist() -> AsyncIterator[Receptionist]:
    receptionist = Receptionist()
    await receptionist.start()
    yield receptionist
    await receptionist.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def sandbox(tmp_path: Path, receptionist: Receptionist) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(host="127.0.0.1", port=0, folder=tmp_path, pace=Pace(sent_after=0.02, delivered_after=0.02))
    await sandbox.start()
    await receptionist.connect(sandbox)
    url = f"{receptionist.url}/webhooks"
    await sandbox.introduce(
        [
            Reachable("harbor", "Harbor Skin Studio", "telnyx", HARBOR, f"{url}/telnyx/harbor-main"),
            Reachable("palm", "Palm Grove Aesthetics", "telnyx", PALM, f"{url}/telnyx/palm-main"),
        ]
    )
    yield sandbox
    await sandbox.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    """One browser for a module; each test has a fresh page and a fresh sandbox."""
    if _CHROMIUM is None:
        pytest.skip("no Chromium on this machine (looked for chromium, chromium-browser, google-chrome)")
    from playwright.async_api import async_playwright

    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_CHROMIUM, args=flags)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Any, sandbox: Sandbox) -> AsyncIterator[Any]:
    """The phone page at 1280 × 800; a script error or a refused resource on it fails the test."""
    page = await browser.new_page(
        viewport={"width": 1280, "height": 800}, locale="en-US", timezone_id="America/New_York"
    )
    page.set_default_timeout(30_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    await page.goto(sandbox.url)
    await page.get_by_role("region", name="Dana Cole").first.wait_for()
    yield page
    await page.close()
    assert not [trouble for trouble in troubles if "the server responded with a status of 4" not in trouble]
