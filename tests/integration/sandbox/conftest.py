"""A sandbox on a free port, and an application that only listens: what it was told, and how it answers."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from sanic import HTTPResponse, Request, Sanic

from deskbell import Payee, RawRequest, Reachable
from sandbox.pace import IMMEDIATE, Pace
from sandbox.server import Sandbox

HARBOR = "+12125550142"
PALM = "+13105550177"
DANA = "+12125550117"

_names = itertools.count()


@dataclass(frozen=True)
class Delivery:
    path: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Application:
    """Plays Deskbell's webhook front: notes every delivery and answers what it was told to."""

    url: str = ""
    deliveries: list[Delivery] = field(default_factory=list)
    #: HTTP statuses of the next answers, then 200.
    answers: list[int] = field(default_factory=list)
    #: Makes the bodies of its answers; without it they are empty objects.
    acknowledge: Callable[[RawRequest], tuple[str, bytes]] | None = None
    #: While clear, nothing is answered.
    answering: asyncio.Event = field(default_factory=asyncio.Event)
    arrival: asyncio.Condition = field(default_factory=asyncio.Condition)
    _server: Any = None

    async def heard(self, count: int) -> None:
        """Waits until that many deliveries have come."""
        async with self.arrival:
            await self.arrival.wait_for(lambda: len(self.deliveries) >= count)

    async def start(self) -> None:
        self.answering.set()
        app: Sanic[Any, Any] = Sanic(f"application-{next(_names)}", configure_logging=False)
        app.config.update(MOTD=False, AUTO_EXTEND=False, TOUCHUP=False)
        app.add_route(self._take, "/<path:path>", methods=["POST"])
        listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._server = await app.create_server(sock=listening, access_log=False)
        await self._server.startup()
        await self._server.before_start()

    async def stop(self) -> None:
        for connection in list(self._server.connections):
            connection.abort()
        await self._server.close()
        Sanic.unregister_app(self._server.app)

    async def _take(self, request: Request, path: str) -> HTTPResponse:
        url = self.url + request.server_path + (f"?{request.query_string}" if request.query_string else "")
        self.deliveries.append(Delivery("/" + path, url, dict(request.headers), request.body))
        async with self.arrival:
            self.arrival.notify_all()
        status = self.answers.pop(0) if self.answers else 200
        await self.answering.wait()
        if self.acknowledge is None:
            return HTTPResponse(b"{}", status)
        kind, body = self.acknowledge(RawRequest("POST", url, dict(request.headers), request.body))
        return HTTPResponse(body, status, content_type=kind)


@pytest.fixture
async def application() -> AsyncIterator[Application]:
    application = Application()
    await application.start()
    yield application
    await application.stop()


@pytest.fixture
def pace() -> Pace:
    return IMMEDIATE


@pytest.fixture
def clinics(application: Application) -> list[Reachable]:
    return [
        Reachable("harbor", "Harbor Skin Studio", "telnyx", HARBOR, f"{application.url}/webhooks/telnyx/harbor-main"),
        Reachable("palm", "Palm Dental", "twilio", PALM, f"{application.url}/webhooks/twilio/palm-main"),
    ]


@pytest.fixture
def payees(application: Application) -> list[Payee]:
    url = f"{application.url}/webhooks/square"
    return [
        Payee("harbor", "Harbor Skin Studio", "square", "harbor-money", f"{url}/harbor-money"),
        Payee("palm", "Palm Dental", "square", "palm-money", f"{url}/palm-money"),
    ]


@pytest.fixture
async def sandbox(tmp_path: Path, pace: Pace, clinics: list[Reachable], payees: list[Payee]) -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(host="127.0.0.1", port=0, folder=tmp_path / "sandbox", pace=pace)
    await sandbox.start()
    await sandbox.introduce(clinics, payees)
    yield sandbox
    await sandbox.stop()


@pytest.fixture
async def control(sandbox: Sandbox) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=sandbox.url, trust_env=False) as client:
        yield client


@pytest.fixture
def text(control: httpx.AsyncClient) -> Callable[..., Any]:
    """Texts a clinic from Dana's phone; gives the text's id."""

    async def send(words: str, to: str = HARBOR, sender: str = DANA, **more: Any) -> str:
        answer = await control.post("/api/texts", json={"from": sender, "to": to, "text": words, **more})
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    return send


@pytest.fixture
def thread(control: httpx.AsyncClient) -> Callable[..., Any]:
    async def read(phone: str = DANA) -> list[dict[str, Any]]:
        return list((await control.get(f"/api/threads/{phone}")).json())

    return read


@pytest.fixture
def fault(control: httpx.AsyncClient) -> Callable[..., Any]:
    async def ask(provider: str, kind: str, **more: Any) -> None:
        answer = await control.post("/api/faults", json={"provider": provider, "kind": kind, **more})
        assert answer.status_code == 200, answer.text

    return ask


@pytest.fixture
async def square(sandbox: Sandbox) -> AsyncIterator[Callable[..., Any]]:
    """Clients of Square's own SDK: of a binding's account, or with a token of one's own."""
    from square import AsyncSquare

    settings = sandbox.overrides["square"]
    async with httpx.AsyncClient(trust_env=False, timeout=10) as http:

        def connect(binding: str = "harbor-money", token: str | None = None) -> AsyncSquare:
            own = settings["access_token"].replace("{binding}", binding)
            return AsyncSquare(token=token or own, base_url=settings["base_url"], httpx_client=http)

        yield connect


@pytest.fixture
def ask(square: Callable[..., Any]) -> Callable[..., Any]:
    """Asks for a deposit of $50 as the plugin would: one item, our reference, a key; gives Square's answer."""

    async def make(key: str | None = "dep-1", cents: int = 5_000, binding: str = "harbor-money", **more: Any) -> Any:
        client = square(binding)
        [place] = (await client.locations.list()).locations
        line = {"name": "Appointment deposit", "quantity": "1"}
        order = {
            "location_id": place.id,
            "reference_id": key,
            "line_items": [{**line, "base_price_money": {"amount": cents, "currency": "USD"}}],
            "metadata": {"deposit": key or "none"},
        }
        asked: dict[str, Any] = {"order": order, "checkout_options": {"redirect_url": "http://127.0.0.1:9/thanks"}}
        return await client.checkout.payment_links.create(idempotency_key=key, **{**asked, **more})

    return make


@pytest.fixture
def outcome(control: httpx.AsyncClient, sandbox: Sandbox) -> Callable[..., Any]:
    """Lets something become of a link and waits until all is told; gives the link's row."""

    async def happen(link: str, what: str, **more: Any) -> dict[str, Any]:
        answer = await control.post(f"/api/payments/{link}", json={"outcome": what, **more})
        assert answer.status_code == 200, answer.text
        await sandbox.idle()
        return dict(answer.json())

    return happen
