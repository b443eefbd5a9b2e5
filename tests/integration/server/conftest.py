"""The real server on a loopback port, in front of a real engine, with a real Telnyx binding."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.fernet import Fernet

from core.config.catalogue import new_manager
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.observers import ObserverCalls
from core.server.app import build_app
from core.server.kept import Kept
from core.server.listener import Listener
from core.server.webhooks import Receiver
from core.store.database import Database
from core.vault import Vault
from deskbell import ManualClock, ProviderContext, RawRequest
from plugins.channels.telnyx import TelnyxChannel, TelnyxConfig
from plugins.channels.telnyx.testing import Signer, received
from tests.conftest import bare_plan

NUMBER = "+12125550142"
PATIENT = "+12125550111"
PUBLIC = "https://desk.example/webhooks/telnyx/harbor-main"


@dataclass
class Site:
    """A served clinic, and a provider that knows how to call it."""

    http: httpx.AsyncClient
    signer: Signer
    clock: ManualClock
    database: Database
    engine: Engine
    listener: Listener
    kept: Kept

    def text(self, text: str | None = "hello there", *, message_id: str = "m1", **more: Any) -> RawRequest:
        """A signed delivery of one text."""
        now = self.clock.now()
        body = received(message_id=message_id, sender=PATIENT, to=[NUMBER], text=text, at=now, **more)
        return self.signer.sign(PUBLIC, body, now)

    async def post(self, request: RawRequest, path: str = "/webhooks/telnyx/harbor-main") -> httpx.Response:
        return await self.http.post(path, content=request.body, headers=dict(request.headers))

    async def stored(self) -> int:
        async with self.database.connection() as connection:
            return int(await connection.fetchval("SELECT count(*) FROM event"))

    async def ready(self) -> int:
        return (await self.http.get("/health/ready")).status_code


@pytest.fixture
async def site(database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    clock = ManualClock(datetime(2026, 3, 2, 15, tzinfo=UTC))
    engine = Engine(database, clock, ObserverCalls(new_manager()))
    signer = Signer()
    channel = TelnyxChannel(
        TelnyxConfig(number=NUMBER, api_key="KEY-of-a-test", public_key=signer.public_key),
        ProviderContext("harbor", "harbor-main", PUBLIC, clock),
    )
    engine.directory.swap({"harbor": LiveClinic(bare_plan(), {"harbor-main": channel}, None, Pipeline([]))})

    async def readiness() -> list[str]:
        await database.ping()
        return []

    kept = Kept(tmp_path / "webhooks", Vault([Fernet.generate_key().decode()]))
    async with (
        _listening(engine, readiness, kept) as listener,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.port}") as http,
    ):
        yield Site(http, signer, clock, database, engine, listener, kept)


@asynccontextmanager
async def _listening(engine: Engine, readiness: Any, kept: Kept) -> AsyncIterator[Listener]:
    app = build_app(f"test-{uuid4().hex}", Receiver(engine.directory, engine.intake, kept.keep), readiness)
    listener = Listener(app, "127.0.0.1", 0)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop(grace=1)
