"""Asking payment providers from the command line what became of every link. A command of `deposits`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from core import log
from core.cli.desk import refuse
from core.cli.environment import database, opened, sandbox_elsewhere
from core.cli.ledger import OneClinic
from core.clock import ShiftedClock
from core.config.clinics import ClinicPlan, LoadedClinics, load_clinics
from core.config.nearest import nearest
from core.engine.accounts.grants import Grants
from core.engine.deposits.books import Books
from core.engine.deposits.cashier import Cashier, Reconciled
from core.engine.live import Directory, LiveClinic
from core.engine.queue import WakeQueue
from core.runtime.opening import Opener, close_clinic
from core.vault import open_vault
from deskbell import Clock, ProviderNotReady, SystemClock

console = Console(highlight=False)


def reconcile(
    clinic: OneClinic = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Links that moved within so many days.")] = 7,
) -> None:
    """Ask the providers about every link of the last days: for what webhooks may have missed while we were down.

    Exit code 1 where a provider could not be asked.
    """
    raise typer.Exit(0 if asyncio.run(_reconcile(clinic, days)) else 1)


@dataclass(frozen=True, slots=True)
class _Till:
    """What asking takes: the clinics whose providers are open, and why the others are not."""

    cashier: Cashier
    clock: Clock
    clinics: tuple[str, ...]
    closed: Mapping[str, str]


async def _reconcile(clinic: str | None, days: int) -> bool:
    """Returns whether everybody could be asked."""
    failed = 0
    async with _till(clinic) as till:
        for name in till.clinics:
            found = await _ask(till.cashier, name, till.clock.now() - timedelta(days=days))
            failed += found.failed
            console.print(_told(name, found), markup=False)
    for why in till.closed.values():
        console.print(f"Not asked: {why}", markup=False)
    return not failed and not till.closed


def _told(clinic: str, found: Reconciled) -> str:
    links = f"{found.asked} link{'' if found.asked == 1 else 's'} asked about"
    missed = f"; {found.failed} could not be asked about" if found.failed else ""
    return f"{clinic}: {links}, {found.fresh or 'nothing'} new{missed}."


async def _ask(cashier: Cashier, clinic: str, since: datetime) -> Reconciled:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(clinic, total=None)

        def asked(left: int) -> None:
            bars.advance(bar)
            bars.update(bar, total=bars.tasks[-1].completed + left)

        return await cashier.reconcile(clinic, since, asked)


@asynccontextmanager
async def _till(clinic: str | None) -> AsyncIterator[_Till]:
    """A cashier over the clinics that take payments, and nothing else of them open."""
    settings, catalogue, environment = opened()
    log.set_up(settings.log, level=40)
    sandboxed = await sandbox_elsewhere(environment)
    clock: Clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    overrides: Mapping[str, Mapping[str, Any]] = sandboxed.overrides if sandboxed else {}
    loaded = load_clinics(settings.clinics, catalogue, environment=environment, overrides=overrides)
    plans, closed = _plans(clinic, loaded)
    url = settings.public_url or f"http://{settings.host}:{settings.port}"
    directory, live = Directory(), dict[str, LiveClinic]()
    async with database() as store:
        grants = Grants(store, open_vault(settings.secret_keys, settings.home), clock)
        opener = Opener(clock, url, _no_transcript, settings.home, grants=grants)
        try:
            for plan in plans:
                try:
                    live[plan.clinic.id] = await opener.open(_bare(plan))
                except ProviderNotReady as error:
                    closed[plan.clinic.id] = str(error)
            directory.swap(live)
            books = Books(store, WakeQueue(store), clock)
            cashier = Cashier(store, directory, books, clock, SystemClock(), public_url=url)
            yield _Till(cashier, clock, tuple(live), closed)
        finally:
            for one in live.values():
                await close_clinic(one)


def _plans(clinic: str | None, loaded: LoadedClinics) -> tuple[list[ClinicPlan], dict[str, str]]:
    """Whom to ask, and which clinics cannot be loaded; a clinic that cannot be meant ends the command."""
    if clinic is None:
        unloaded = {name: _unloaded(name) for name in loaded.found if name not in loaded.plans}
        return [plan for plan in loaded.plans.values() if plan.payments], unloaded
    plan = loaded.plans.get(clinic)
    if plan is None and clinic in loaded.found:
        refuse(_unloaded(clinic))
    if plan is None:
        near = nearest(clinic, loaded.found)
        refuse(f"There is no clinic '{clinic}'." + (f" Did you mean '{near}'?" if near else ""))
    if not plan.payments:
        refuse(f"Clinic '{clinic}' takes no payments: its clinic.yml has no section 'payments'.")
    return [plan], {}


def _unloaded(clinic: str) -> str:
    return f"clinic '{clinic}' cannot be loaded: `deskbell check` says why."


def _bare(plan: ClinicPlan) -> ClinicPlan:
    return replace(plan, channels={}, models={}, knowledge=None, pipeline=())


async def _no_transcript(turn: Any, limit: int) -> tuple[()]:
    return ()
