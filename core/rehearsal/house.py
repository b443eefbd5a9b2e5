"""Where conversations are played: the clinics with their knowledge open, and databases of their own.

A conversation has a clock of its own and time moves for a whole database, so that one database serves one conversation
at a time: a lane. It is emptied between two.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg

from core.config.catalogue import Catalogue
from core.config.clinic import ClinicPlan
from core.config.clinics import load_clinics
from core.config.errors import ConfigError
from core.rehearsal.played import played
from core.runtime.opening import Opener, close_clinic
from core.store import rehearsal as store
from core.store.database import Database
from core.store.embedded import EmbeddedServer
from core.store.migrate import migrate
from deskbell import Knowledge, ManualClock

#: Of any clock; knowledge does not tell the time.
_ONCE = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


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
    """The clinics with their knowledge open."""
    async with AsyncExitStack() as stack:
        clinics = {}
        opener = Opener(_ONCE, "http://127.0.0.1", _no_transcript)
        for name, plan in plans.items():
            live = await opener.open(replace(plan, channels={}, payments={}, models={}, pipeline=()))
            stack.push_async_callback(close_clinic, live)
            clinics[name] = OpenClinic(plan, live.knowledge)
        yield clinics


async def _no_transcript(turn: Any, limit: int) -> tuple[()]:
    return ()


@asynccontextmanager
async def lanes(count: int) -> AsyncIterator[list[Database]]:
    """Databases on a server of their own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="deskbell-test-") as folder:
        server = EmbeddedServer(Path(folder))
        url = await asyncio.to_thread(server.start)
        try:
            await _prepare(url, count)
            async with AsyncExitStack() as stack:
                databases = []
                for number in range(count):
                    database = await Database.connect(_named(url, f"lane{number}"), size=3)
                    stack.push_async_callback(database.close)
                    databases.append(database)
                yield databases
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
