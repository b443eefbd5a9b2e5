"""What an examination finds of connected payment accounts: since when, until when, and what fails."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import asyncpg

from core.config.bindings import BindingPlan
from core.config.clinic import ClinicPlan
from core.config.clinics import LoadedClinics
from core.config.settings import Runtime as Settings
from core.engine.accounts.grants import Grants, state
from core.runtime.finding import Finding, Question
from core.store import grants as store
from core.store.database import Database
from core.store.embedded import EmbeddedServer
from core.store.grants import Kept
from core.store.migrate import HEAD, current
from core.vault import KeysUnusable, open_vault
from deskbell import Clock, Misconfigured

_SECONDS = 8


@dataclass(frozen=True, slots=True)
class Connections:
    """The accounts of the clinics' bindings, where there are any and the database can be read."""

    settings: Settings
    clock: Clock
    database: Database | None = None
    grants: Grants | None = None
    #: Why they cannot be read.
    fault: str = ""

    def questions(self, loaded: LoadedClinics) -> Iterator[Question]:
        """One for each binding that is connected through OAuth; where there are any, the keys come first."""
        wanted = _connecting(loaded)
        if wanted:
            yield "secret keys", self._keys
        for plan, binding in wanted:
            about = f"{plan.clinic.id}: account of {binding.key} ({binding.provider.name})"
            yield about, self._question(plan, binding)

    async def _keys(self) -> Finding:
        if self.settings.secret_keys is not None:
            return Finding("", "ok", "in DESKBELL_SECRET_KEYS")
        shown = f"in {self.settings.home}"
        if self.settings.database_url is None:
            return Finding("", "ok", shown)
        advice = "Set DESKBELL_SECRET_KEYS for all processes: one on another machine cannot open this one's tokens."
        return Finding("", "warning", f"{shown}, and the database is elsewhere", advice)

    def _question(self, plan: ClinicPlan, binding: BindingPlan) -> Callable[[], Awaitable[Finding]]:
        return partial(self._found, plan, binding)

    async def _found(self, plan: ClinicPlan, binding: BindingPlan) -> Finding:
        if self.database is None or self.grants is None:
            return Finding("", "problem", self.fault, "Put that right; then look again.")
        async with self.database.connection() as connection:
            kept = await store.of(connection, plan.clinic.id, binding.id)
        connect = f"`deskbell connections connect {plan.clinic.id} {binding.key}`, and sign in at the provider."
        if kept is None:
            return Finding("", "problem", "not connected", connect)
        try:
            self.grants.opened(kept)
        except Misconfigured as error:
            return Finding("", "problem", str(error), f"Put the secret keys right, or {connect}")
        return _said(kept, self.clock, connect)


def _said(kept: Kept, clock: Clock, connect: str) -> Finding:
    account = f" to {kept.account}" if kept.account else ""
    since = f"connected{account} since {kept.connected_at:%Y-%m-%d}, by {kept.connected_by}"
    until = f"{kept.expires_at:%Y-%m-%d %H:%M} UTC"
    match state(kept, clock.now()):
        case "revoked":
            return Finding("", "problem", f"disconnected since {kept.revoked_at:%Y-%m-%d %H:%M} UTC", connect)
        case "expired":
            return Finding("", "problem", f"{since}; expired {until}{_why(kept)}", connect)
        case "failing":
            found = f"{since}; expires {until}; renewing fails{_why(kept)}"
            return Finding("", "warning", found, f"Look at the provider's keys in the clinic's file, or {connect}")
        case _:
            return Finding("", "ok", f"{since}; expires {until}, renewed {kept.refreshed_at:%Y-%m-%d}")


def _why(kept: Kept) -> str:
    return f" since {kept.failing_since:%Y-%m-%d %H:%M} UTC ({kept.failing_why})" if kept.failing_since else ""


def _connecting(loaded: LoadedClinics) -> list[tuple[ClinicPlan, BindingPlan]]:
    return [
        (plan, binding)
        for plan in loaded.plans.values()
        for binding in plan.payments.values()
        if getattr(binding.provider, "connects", False)
    ]


@asynccontextmanager
async def connections(settings: Settings, loaded: LoadedClinics, clock: Clock) -> AsyncIterator[Connections]:
    """Reads the accounts of these clinics. Nothing is opened where no binding wants one, and nothing is changed."""
    if not _connecting(loaded):
        yield Connections(settings, clock)
        return
    async with AsyncExitStack() as stack:
        try:
            vault = open_vault(settings.secret_keys, settings.home)
            database = await _database(settings, stack)
        except KeysUnusable as error:
            yield Connections(settings, clock, fault=str(error))
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            yield Connections(settings, clock, fault=f"the database cannot be read ({type(error).__name__})")
        else:
            if database is None:
                yield Connections(settings, clock, fault="not connected: the database has no place for accounts yet")
            else:
                yield Connections(settings, clock, database, Grants(database, vault, clock))


async def _database(settings: Settings, stack: AsyncExitStack) -> Database | None:
    """The database as it is; None when it is of an older step."""
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
    else:
        server = EmbeddedServer(settings.home)
        url = await asyncio.to_thread(server.start)
        stack.push_async_callback(asyncio.to_thread, server.stop)
    connection = await asyncpg.connect(url, timeout=_SECONDS)
    try:
        if (await current(connection) or "") < HEAD:
            return None
    finally:
        await connection.close()
    database = await Database.connect(url, size=2)
    stack.push_async_callback(database.close)
    return database
