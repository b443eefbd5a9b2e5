"""Where conversations are played: the clinics with their knowledge open, and lanes.

A conversation has a time of its own, and time moves for a whole database: a lane is a database, a clock and an engine
that serve one conversation at a time. It is emptied between two.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg

from core.config.catalogue import Catalogue, new_manager
from core.config.clinic import ClinicPlan
from core.config.clinics import load_clinics
from core.config.errors import ConfigError
from core.engine.engine import Engine, Tuning
from core.engine.live import LiveClinic
from core.engine.traffic import TrafficCounter
from core.engine.usage import UsageCounter
from core.observers import ObserverCalls
from core.rehearsal.models import Model
from core.rehearsal.played import Desk, cast, played
from core.runtime.opening import Opener, close_clinic
from core.store import rehearsal as store
from core.store.database import Database
from core.store.embedded import EmbeddedServer
from core.store.migrate import migrate
from deskbell import Knowledge, ManualClock

_BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class OpenClinic:
    """A clinic to rehearse with."""

    plan: ClinicPlan
    knowledge: Knowledge[Any] | None


def load_plans(root: Path, catalogue: Catalogue) -> tuple[Mapping[str, ClinicPlan], list[ConfigError]]:
    """The clinics below `root`, without their secrets; and what keeps any of them from being played."""
    loaded = load_clinics(root, played(catalogue), environment={}, skip_missing=True)
    errors = [*loaded.errors, *loaded.disabled.values()]
    silent = [name for name in loaded.found if name not in loaded.plans and not any(e.clinic == name for e in errors)]
    errors += [ConfigError("This clinic cannot be played without settings from the environment.", clinic=name)
               for name in silent]  # fmt: skip
    return loaded.plans, errors


@asynccontextmanager
async def opened(plans: Mapping[str, ClinicPlan]) -> AsyncIterator[Mapping[str, OpenClinic]]:
    """The clinics with their knowledge open. What it keeps on disk is gone afterwards."""
    async with AsyncExitStack() as stack:
        home = stack.enter_context(tempfile.TemporaryDirectory(prefix="deskbell-test-"))
        clinics = {}
        opener = Opener(ManualClock(_BEGINNING), "http://127.0.0.1", _no_transcript, Path(home))
        for name, plan in plans.items():
            live = await opener.open(replace(plan, channels={}, payments={}, models={}, pipeline=()))
            stack.push_async_callback(close_clinic, live)
            if live.knowledge is not None:
                # Left to itself an index comes up at some moment; a rehearsal is the same every time.
                await live.knowledge.index()
            clinics[name] = OpenClinic(plan, live.knowledge)
        yield clinics


async def _no_transcript(turn: Any, limit: int) -> tuple[()]:
    return ()


class Lane:
    """A database with its clock and its engine."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = ManualClock(_BEGINNING)
        # Nobody watches it: observers may page people.
        observers = ObserverCalls(new_manager())
        tuning = Tuning(grace=timedelta())
        self.engine = Engine(
            database,
            self.clock,
            observers,
            tuning=tuning,
            wall=self.clock,
            random=Random(0),  # noqa: S311 - the same every time
            public_url="https://clinic.example",
        )
        self._live: dict[tuple[str, bool], LiveClinic] = {}
        self._desk = Desk()

    @asynccontextmanager
    async def serving(self, clinic: OpenClinic, model: Model | None) -> AsyncIterator[LiveClinic]:
        """The clinic as this lane serves it, over an empty database.

        It stays open for the next conversation, but for what a ladder has learned of a model that fails.
        """
        async with self.database.connection() as connection:
            await store.empty(connection)
        name = clinic.plan.clinic.id
        kept = model is None or model.faultless
        live = self._live.get((name, model is not None)) if kept else None
        self._desk.model = model
        if live is None:
            opener = Opener(
                self.clock,
                "http://127.0.0.1",
                self.engine.windows.before,
                traffic=TrafficCounter(self.database),
                usage=UsageCounter(self.database),
            )
            live = await opener.open(cast(clinic.plan, clinic.knowledge, self._desk if model else None))
            await live.models.ready()
        self.engine.directory.swap({name: live})
        try:
            yield live
        finally:
            if kept:
                self._live[name, model is not None] = live
            else:
                await close_clinic(live)

    async def close(self) -> None:
        await self.engine.stop(timedelta())
        for live in self._live.values():
            await close_clinic(live)


@asynccontextmanager
async def lanes(count: int) -> AsyncIterator[list[Lane]]:
    """Lanes on a server of their own, which is gone afterwards."""
    async with databases(count) as opened_databases:
        found = [Lane(database) for database in opened_databases]
        try:
            yield found
        finally:
            for lane in found:
                await lane.close()


@asynccontextmanager
async def databases(count: int) -> AsyncIterator[list[Database]]:
    """Empty databases on a server of their own."""
    with tempfile.TemporaryDirectory(prefix="deskbell-test-") as folder:
        server = EmbeddedServer(Path(folder))
        url = await asyncio.to_thread(server.start)
        try:
            await _prepare(url, count)
            async with AsyncExitStack() as stack:
                found = []
                for number in range(count):
                    database = await Database.connect(_named(url, f"lane{number}"), size=3)
                    stack.push_async_callback(database.close)
                    found.append(database)
                yield found
        finally:
            await asyncio.to_thread(server.stop)


async def _prepare(url: str, count: int) -> None:
    connection = await asyncpg.connect(url)
    try:
        for setting in store.SETTINGS:
            await connection.execute(f"ALTER SYSTEM SET {setting}")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.execute("CREATE DATABASE lane0")
        await migrate(_named(url, "lane0"))
        for number in range(1, count):
            await connection.execute(f"CREATE DATABASE lane{number} TEMPLATE lane0")
    finally:
        await connection.close()


def _named(url: str, name: str) -> str:
    """The same server's address with another database."""
    return url.replace("/postgres?", f"/{name}?")
