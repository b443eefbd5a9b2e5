"""The demo clinics with Claude on Bedrock: the real engine and the real SDK, over HTTP to the sandbox's stand-in."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.config.bindings import BindingPlan
from core.config.clinics import load_clinics
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.usage import UsageCounter
from core.observers import ObserverCalls
from core.plugins import load_catalogue
from core.runtime.opening import Opener, close_clinic
from core.store.database import Database
from deskbell import InboundText, ManualClock, OutboundText

CLINICS = Path(__file__).parents[3] / "clinics"
#: A Tuesday, 11 in the morning in New York.
NOW = datetime(2026, 3, 3, 16, tzinfo=UTC)


@dataclass
class Practice:
    """A clinic whose texts a model words, and the model's control API."""

    live: LiveClinic
    engine: Engine
    database: Database
    clock: ManualClock
    model: httpx.AsyncClient
    #: What left, by recipient.
    sent: dict[str, list[str]] = field(default_factory=dict)
    _heard: int = 0

    async def hears(self, *texts: str, sender: str = "+12125550111") -> list[str]:
        """A burst of texts of one patient's; returns what they were answered."""
        before = len(self.sent.get(sender, ()))
        channel: Any = next(iter(self.live.channels.values()))
        for text in texts:
            self._heard += 1
            event = InboundText(f"in{self._heard}", sender, channel.address, text, self.clock.now())
            await self.engine.intake.accept(self.live, channel, [event])
        while row := await self.row("SELECT id, settles_at FROM conversation WHERE arrived > handled LIMIT 1"):
            self.clock.set(max(self.clock.now(), row["settles_at"]))
            assert await self.engine.turns.handle(self.live.id, row["id"], 0) is None
        return self.sent.get(sender, [])[before:]

    async def row(self, sql: str, *arguments: Any) -> Any:
        async with self.database.connection() as connection:
            return await connection.fetchrow(sql, *arguments)

    async def decisions(self, name: str) -> list[dict[str, Any]]:
        """The details of every decision of this name, in all turns so far."""
        async with self.database.connection() as connection:
            traces = await connection.fetch("SELECT trace FROM turn ORDER BY id")
        return [
            decision.get("details", {})
            for row in traces
            for decision in row["trace"]["decisions"]
            if decision["decision"] == name
        ]

    async def notices(self) -> list[str]:
        async with self.database.connection() as connection:
            return [row["kind"] for row in await connection.fetch("SELECT kind FROM notice ORDER BY id")]

    async def script(self, *steps: dict[str, Any]) -> None:
        (await self.model.post("/api/llm/script", json=list(steps))).raise_for_status()

    async def fault(self, **fault: Any) -> None:
        (await self.model.post("/api/faults", json={"provider": "bedrock", **fault})).raise_for_status()

    async def calls(self) -> list[dict[str, Any]]:
        """Everything that was sent to the model."""
        found: list[dict[str, Any]] = (await self.model.get("/api/llm/calls")).json()
        return found


@pytest.fixture
async def practice(database: Database, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """`await practice("harbor")`: that clinic, with its model open; keyword arguments are the assistant's settings."""
    catalogue = load_catalogue()
    stand_in = catalogue.stand_ins[0](host="127.0.0.1", port=0, folder=tmp_path)
    await stand_in.start()
    opened: list[LiveClinic] = []
    loaded = load_clinics(CLINICS, catalogue, environment={}, overrides=stand_in.overrides)
    assert not loaded.errors
    async with httpx.AsyncClient(base_url=stand_in.url, timeout=20) as http:

        async def make(clinic: str, **settings: Any) -> Practice:
            plan = loaded.plans[clinic]
            terminal = catalogue.channels["terminal"]
            pipeline = tuple(
                replace(one, config=one.config.model_copy(update=settings)) if one.stage.name == "assistant" else one
                for one in plan.pipeline
            )
            clock = ManualClock(NOW)
            engine = Engine(database, clock, ObserverCalls(catalogue.manager), wall=clock)
            opener = Opener(
                clock, "http://127.0.0.1", engine.windows.before, tmp_path / "home", usage=UsageCounter(database)
            )
            channels = {"main": BindingPlan("main", f"{clinic}-main", terminal, terminal.Config())}
            live = await opener.open(replace(plan, channels=channels, pipeline=pipeline))
            opened.append(live)
            await live.models.ready()
            assert live.models
            engine.directory.swap({clinic: live})
            made = Practice(live, engine, database, clock, http)

            async def deliver(text: OutboundText) -> None:
                made.sent.setdefault(text.to, []).append(text.text)

            channel: Any = live.channels[f"{clinic}-main"]
            channel.listen(deliver)
            return made

        yield make
        for live in opened:
            await close_clinic(live)
    await stand_in.stop()
