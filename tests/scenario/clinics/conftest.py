"""The shipped clinics, whole: their own YAML, pipeline and knowledge on a real engine; only the carrier is scripted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from core.config.bindings import BindingPlan
from core.config.catalogue import Catalogue
from core.config.clinics import load_clinics
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.traffic import TrafficCounter
from core.observers import ObserverCalls
from core.plugins import load_catalogue
from core.runtime.opening import Opener, close_clinic
from core.store.database import Database
from deskbell import InboundText, Keyword, ManualClock, Media, OutboundText

CLINICS = Path(__file__).parents[3] / "clinics"


@dataclass
class Patient:
    """Somebody who texts a clinic, and what came back."""

    live: LiveClinic
    engine: Engine
    database: Database
    clock: ManualClock
    name: str
    inbox: list[str] = field(default_factory=list)
    written: int = 0

    async def texts(self, *texts: str, handled: Keyword | None = None, media: tuple[Media, ...] = ()) -> list[str]:
        """Writes a burst and returns the clinic's answers to it."""
        before = len(self.inbox)
        channel = next(iter(self.live.channels.values()))
        for text in texts:
            self.written += 1
            event = InboundText(
                f"{self.name}-{self.written}",
                self.name,
                channel.address,
                text,
                self.clock.now(),
                media=media,
                carrier_handled=handled,
            )
            await self.engine.intake.accept(self.live, channel, [event])
        await self._settle()
        return self.inbox[before:]

    async def _settle(self) -> None:
        while row := await self._row("SELECT id, settles_at FROM conversation WHERE arrived > handled LIMIT 1"):
            self.clock.set(max(self.clock.now(), row["settles_at"]))
            attempts = 0
            while (again := await self.engine.turns.handle(self.live.id, row["id"], attempts)) is not None:
                self.clock.advance(again.total_seconds())
                attempts += 1

    async def _row(self, sql: str) -> Any:
        async with self.database.connection() as connection:
            return await connection.fetchrow(sql)

    async def facts(self) -> dict[str, Any]:
        async with self.database.connection() as connection:
            rows = await connection.fetch("SELECT name, value FROM fact ORDER BY request")
        return {row["name"]: row["value"] for row in rows}

    async def notices(self) -> list[tuple[str, str]]:
        async with self.database.connection() as connection:
            return [tuple(row) for row in await connection.fetch("SELECT kind, summary FROM notice ORDER BY id")]


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
async def visit(database: Database, catalogue: Catalogue, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """`await visit("harbor")` is a patient of that clinic, on a Tuesday at 11 there unless told otherwise."""
    opened: list[LiveClinic] = []
    stand_in = catalogue.stand_ins[0](host="127.0.0.1", port=0, folder=tmp_path)
    await stand_in.start()
    loaded = load_clinics(CLINICS, catalogue, environment={}, overrides=stand_in.overrides)
    await stand_in.stop()
    assert not loaded.errors

    async def make(clinic: str, at: datetime = datetime(2026, 3, 3, 11)) -> Patient:  # noqa: DTZ001 - the clinic's
        plan = loaded.plans[clinic]
        clock = ManualClock(at.replace(tzinfo=ZoneInfo(str(plan.clinic.timezone))))
        engine = Engine(database, clock, ObserverCalls(catalogue.manager), wall=clock)
        terminal = catalogue.channels["terminal"]
        binding = BindingPlan("main", f"{clinic}-main", terminal, terminal.Config())
        opener = Opener(clock, "http://127.0.0.1", engine.windows.before, traffic=TrafficCounter(database))
        live = await opener.open(replace(plan, channels={"main": binding}, models={}))
        opened.append(live)
        engine.directory.swap({clinic: live})
        patient = Patient(live, engine, database, clock, "+12125550111")

        async def deliver(text: OutboundText) -> None:
            patient.inbox.append(text.text)

        channel: Any = live.channels[f"{clinic}-main"]
        channel.listen(deliver)
        return patient

    yield make
    for live in opened:
        await close_clinic(live)
