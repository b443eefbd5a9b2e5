"""`deskbell chat <clinic>`: a clinic in the terminal, through the same pipeline as any text."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.console import Console

from core import log
from core.cli.environment import opened
from core.cli.trace import turn_tree
from core.config.bindings import BindingPlan, Overrides
from core.config.catalogue import Catalogue
from core.config.clinic import ClinicPlan
from core.config.clinics import load_clinics
from core.config.nearest import nearest
from core.config.schema import Burst
from core.config.settings import Runtime as Settings
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.traffic import TrafficCounter
from core.engine.usage import UsageCounter
from core.observers import ObserverCalls
from core.runtime import heap
from core.runtime.opening import Opener, close_clinic
from core.runtime.storage import storage
from core.store import mailbox, turns
from core.store.database import Database
from deskbell import InboundText, OutboundText, SystemClock

console = Console(highlight=False)

_SENDER = "visitor"


def chat(clinic: Annotated[str, typer.Argument(help="The clinic's id, e.g. harbor.")]) -> None:
    """Talk to a clinic here and now. `/trace` shows the last turn, `/new` begins again, Ctrl-D ends."""
    settings, catalogue, environment = opened()
    log.set_up(settings.log, level=40)
    asyncio.run(_chat(clinic, settings, catalogue, environment))


async def _chat(clinic: str, settings: Settings, catalogue: Catalogue, environment: Mapping[str, str]) -> None:
    plan = _plan(clinic, settings, catalogue, environment, await _stand_in_settings(settings, catalogue))
    # A database of its own: the workers of a running system must not see these conversations.
    alone = settings.model_copy(update={"home": settings.home / "chat", "database_url": None})
    async with storage(alone, size=5) as database:
        clock = SystemClock()
        engine = Engine(database, clock, ObserverCalls(catalogue.manager))
        opener = Opener(
            clock,
            "http://127.0.0.1",
            engine.windows.before,
            settings.home,
            traffic=TrafficCounter(database),
            usage=UsageCounter(database),
        )
        live = await opener.open(plan)
        engine.directory.swap({clinic: live})
        engine.work()
        heap.settle()
        try:
            await _Talk(database, engine, live).run()
        finally:
            await engine.stop(timedelta(seconds=5))
            await close_clinic(live)


async def _stand_in_settings(settings: Settings, catalogue: Catalogue) -> Overrides:
    """Settings for bindings that will not be used: with them a clinic loads without any of its secrets."""
    if not catalogue.stand_ins:
        return {}
    stand_in = catalogue.stand_ins[0](host="127.0.0.1", port=0, folder=settings.home / "chat")
    await stand_in.start()
    try:
        # Models are used, if there are any: the real ones.
        return {name: values for name, values in stand_in.overrides.items() if name not in catalogue.llms}
    finally:
        await stand_in.stop()


def _plan(
    clinic: str, settings: Settings, catalogue: Catalogue, environment: Mapping[str, str], overrides: Overrides
) -> ClinicPlan:
    """The clinic's own plan, reached by a terminal instead of its channels, one line being one text."""
    loaded = load_clinics(settings.clinics, catalogue, environment=environment, overrides=overrides)
    plan = loaded.plans.get(clinic)
    if plan is None:
        if clinic in loaded.found:
            console.print(f"Clinic '{clinic}' cannot be loaded: `deskbell check` says why.")
        else:
            near = nearest(clinic, loaded.found)
            console.print(f"There is no clinic '{clinic}'." + (f" Did you mean '{near}'?" if near else ""))
        raise typer.Exit(1)
    terminal = catalogue.channels["terminal"]
    binding = BindingPlan("terminal", f"{clinic}-terminal", terminal, terminal.Config())
    nothing = timedelta()
    burst = Burst(fragment=nothing, text=nothing, question=nothing, cap=nothing)
    return replace(plan, channels={"terminal": binding}, burst=burst, subscribers={})


class _Talk:
    """One sitting at the terminal."""

    def __init__(self, database: Database, engine: Engine, live: LiveClinic) -> None:
        self._database = database
        self._engine = engine
        self._live = live
        self._channel: Any = next(iter(live.channels.values()))
        self._sender = f"{_SENDER}-{uuid4().hex[:8]}"

    async def run(self) -> None:
        self._channel.listen(self._show)
        console.print(f"[dim]{self._live.plan.clinic.name}. /trace, /new, Ctrl-D to end.[/]")
        while (line := await asyncio.to_thread(self._read)) is not None:
            if line == "/trace":
                await self._trace()
            elif line == "/new":
                self._sender = f"{_SENDER}-{uuid4().hex[:8]}"
                console.print("[dim]You are somebody new.[/]")
            elif line:
                await self._text(line)

    def _read(self) -> str | None:
        if sys.stdin.isatty():
            console.print("[bold]you[/]    ", end="")
        line = sys.stdin.readline()
        return line.strip() if line else None

    async def _show(self, text: OutboundText) -> None:
        console.print("[bold green]clinic[/] ", end="")
        console.print(text.text, markup=False)

    async def _text(self, line: str) -> None:
        now = SystemClock().now()
        event = InboundText(uuid4().hex, self._sender, self._channel.address, line, now)
        await self._engine.intake.accept(self._live, self._channel, [event])
        async with self._database.connection() as connection:
            # Asked rather than told: the engine has no reason to announce that it is idle.
            while await mailbox.busy(connection, self._live.id):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def _trace(self) -> None:
        async with self._database.connection() as connection:
            found = await turns.newest(connection, self._live.id)
        console.print(turn_tree(found) if found else "No turn yet.")
