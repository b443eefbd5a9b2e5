"""`deskbell connections`: clinics' own accounts at payment providers, from the command line."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core import log
from core.cli.environment import opened, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.clinics import BindingPlan, ClinicPlan, LoadedClinics, load_clinics
from core.config.settings import Runtime as Settings
from core.engine.accounts.connecting import LIFE, Connecting
from core.engine.accounts.grants import Grants, state
from core.runtime.opening import Opener
from core.runtime.storage import storage
from core.store import grants as store
from core.store.database import Database
from core.store.grants import Kept
from core.vault import open_vault
from deskbell import Clock, Misconfigured, OutboundError, Payment, SystemClock

console = Console(highlight=False)
app = typer.Typer(help="Connect clinics' payment accounts, see and end the connections.", no_args_is_help=True)

Clinic = Annotated[str, typer.Argument(help="The clinic's id.")]
Binding = Annotated[str, typer.Argument(help="The key under 'payments' in the clinic's file, e.g. square.")]


@app.command("list")
def list_all() -> None:
    """Show which accounts are connected, since when and until when."""
    asyncio.run(_list())


@app.command()
def connect(clinic: Clinic, binding: Binding) -> None:
    """Make a one-time address, for whoever may sign in at the provider. Open it yourself, or hand it on safely."""
    asyncio.run(_connect(clinic, binding))


@app.command()
def disconnect(
    clinic: Clinic,
    binding: Binding,
    anyway: Annotated[bool, typer.Option("--anyway", help="Forget the tokens even if the provider fails.")] = False,
) -> None:
    """Give the access back to the provider and forget the tokens."""
    asyncio.run(_disconnect(clinic, binding, anyway))


@app.command()
def locations(clinic: Clinic, binding: Binding) -> None:
    """Show the account's places of business, with the ids that clinic.yml may name."""
    asyncio.run(_locations(clinic, binding))


@app.command()
def rotate() -> None:
    """Encrypt with the first of the secret keys what an older one encrypted."""
    asyncio.run(_rotate())


@dataclass(frozen=True, slots=True)
class _Desk:
    """What the commands work with."""

    settings: Settings
    loaded: LoadedClinics
    clock: Clock
    database: Database
    grants: Grants

    @property
    def public_url(self) -> str:
        return self.settings.public_url or f"http://{self.settings.host}:{self.settings.port}"

    def found(self, clinic: str, key: str) -> tuple[ClinicPlan, BindingPlan]:
        """The binding that is meant. Says what there is, and ends the command, when it is not there."""
        plan = self.loaded.plans.get(clinic)
        if plan is None:
            there = ", ".join(sorted(self.loaded.plans)) or "none"
            _stop(f"There is no clinic '{clinic}' that can be loaded; there are: {there}. `deskbell check` says more.")
        binding = plan.payments.get(key)
        if binding is None or not _connects(binding):
            able = ", ".join(one.key for one in plan.payments.values() if _connects(one)) or "none"
            _stop(f"'{key}' is no payment binding of '{clinic}' that is connected through OAuth; those are: {able}.")
        return plan, binding

    @asynccontextmanager
    async def provider(self, plan: ClinicPlan, binding: BindingPlan) -> AsyncIterator[Payment[Any]]:
        """Open, with the account's grant."""
        opener = Opener(self.clock, self.public_url, _no_transcript, self.settings.home, grants=self.grants)
        provider: Payment[Any] = await opener.open_binding(plan, binding)
        try:
            yield provider
        finally:
            await provider.close()


@asynccontextmanager
async def _desk() -> AsyncIterator[_Desk]:
    settings, catalogue, environment = opened()
    log.set_up(settings.log, level=40)
    sandboxed = await sandbox_elsewhere(environment)
    overrides = sandboxed.overrides if sandboxed else {}
    loaded = load_clinics(settings.clinics, catalogue, environment=environment, overrides=overrides)
    clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    vault = open_vault(settings.secret_keys, settings.home)
    async with storage(settings, size=2) as database:
        yield _Desk(settings, loaded, clock, database, Grants(database, vault, clock))


def _connects(binding: BindingPlan) -> bool:
    return bool(getattr(binding.provider, "connects", False))


def _stop(why: str) -> NoReturn:
    console.print(escape(why))
    raise typer.Exit(1)


async def _list() -> None:
    async with _desk() as desk:
        now = desk.clock.now()
        async with desk.database.connection() as connection:
            kept = {one.binding: one for one in await store.all_of(connection, list(desk.loaded.plans))}
        table = Table("clinic", "binding", "provider", "account", "state", "since", "by", "expires", "why", box=None)
        for plan in desk.loaded.plans.values():
            for binding in plan.payments.values():
                if _connects(binding):
                    cells = _cells(kept.get(binding.id), now)
                    table.add_row(plan.clinic.id, binding.key, binding.provider.name, *map(escape, cells))
    console.print(table)


def _cells(kept: Kept | None, now: datetime) -> tuple[str, ...]:
    if kept is None:
        return "", "not connected", "", "", "", ""
    since, until = kept.revoked_at or kept.connected_at, "" if kept.revoked_at else f"{kept.expires_at:%Y-%m-%d %H:%M}"
    return kept.account, state(kept, now), f"{since:%Y-%m-%d %H:%M}", kept.connected_by, until, kept.failing_why or ""


async def _connect(clinic: str, key: str) -> None:
    async with _desk() as desk:
        _, binding = desk.found(clinic, key)
        connecting = Connecting(desk.database, desk.grants, dict, desk.clock, desk.public_url)
        address = await connecting.invite(clinic, binding.id, getpass.getuser())
    minutes = f"{LIFE.total_seconds() / 60:.0f}"
    console.print(f"Open this in a browser within {minutes} minutes, while `deskbell serve` runs. It works once:\n")
    console.print(address, markup=False, soft_wrap=True)
    console.print(f"\n{binding.provider.name} has to know this address to come back to: {connecting.redirect_uri}")


async def _disconnect(clinic: str, key: str, anyway: bool) -> None:
    async with _desk() as desk:
        plan, binding = desk.found(clinic, key)
        try:
            grant = await desk.grants.read(clinic, binding.id)
            if grant:
                async with desk.provider(plan, binding) as provider:
                    await provider.revoke(grant)
        except OutboundError as error:
            if not anyway:
                code = f" ({error.code})" if error.code else ""
                _stop(
                    f"The access could not be given back: {type(error).__name__}{code}. Nothing was changed. Try again,"
                    " or forget the tokens with --anyway and withdraw the access at the provider by hand."
                )
        done = await desk.grants.given_back(clinic, binding.id, getpass.getuser())
    console.print(f"{clinic} {key}: {'disconnected' if done else 'nothing was connected'}.")


async def _locations(clinic: str, key: str) -> None:
    async with _desk() as desk:
        plan, binding = desk.found(clinic, key)
        if await desk.grants.read(clinic, binding.id) is None:
            _stop(f"{clinic} {key} is not connected: `deskbell connections connect {clinic} {key}`.")
        try:
            async with desk.provider(plan, binding) as provider:
                places = await provider.locations()
        except OutboundError as error:
            _stop(f"{binding.provider.name} did not tell: {type(error).__name__} {error.code or ''}".rstrip() + ".")
    table = Table("id", "name", "currency", "active", box=None)
    for place in places:
        table.add_row(escape(place.id), escape(place.name), place.currency, "yes" if place.active else "no")
    console.print(table)


async def _rotate() -> None:
    async with _desk() as desk:
        done, faults = await desk.grants.rotate()
    console.print(f"{done} grant{'' if done == 1 else 's'} encrypted with the first key.")
    if faults:
        raise Misconfigured("\n".join(faults), code="secret_keys")


async def _no_transcript(turn: Any, limit: int) -> tuple[()]:
    return ()
