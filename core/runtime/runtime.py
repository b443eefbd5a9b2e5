"""A running Deskbell: storage, clinics, engine and server, opened in order and closed in reverse."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from core import log, metrics
from core.clock import ShiftedClock
from core.config.catalogue import Catalogue
from core.config.clinics import LoadedClinics, load_clinics
from core.config.reload import reload
from core.config.settings import Runtime as Settings
from core.engine.engine import Engine, Tuning
from core.engine.live import LiveClinic
from core.engine.steps import OnStep, pass_by
from core.engine.traffic import TrafficCounter
from core.engine.usage import UsageCounter
from core.observers import ObserverCalls
from core.runtime import heap
from core.runtime.history import near_history
from core.runtime.mail import mailer_of
from core.runtime.opening import Opener, close_clinic
from core.runtime.storage import storage
from core.server.app import build_app, build_health_app
from core.server.kept import Kept
from core.server.listener import Listener
from core.server.pay import PayPages
from core.server.webhooks import Receiver
from core.store.database import Database
from core.vault import open_vault
from deskbell import Clock, DeskbellError, Payee, ProviderNotReady, Reachable, SystemClock

logger = log.get(__name__)

#: A clinic that a reload replaced keeps its providers open this long, for the turns that still use them.
_LINGER = timedelta(seconds=60)
#: How long after a start what can wait is loaded.
_CALM_AFTER = timedelta(seconds=2)
#: How many workers beside the first one machine has ports for.
_MORE_WORKERS = 63


class Introduce(Protocol):
    """Tells a sandbox which numbers and accounts exist."""

    def __call__(self, clinics: Sequence[Reachable], payees: Sequence[Payee] = ()) -> Awaitable[None]: ...


@dataclass(frozen=True, slots=True)
class Sandboxed:
    """What a sandbox changes: where bindings go, and what time it is."""

    url: str
    overrides: Mapping[str, Mapping[str, Any]]
    clock_file: Path
    #: Called after the start and after every reload.
    introduce: Introduce


@dataclass(slots=True)
class Runtime:
    """What `running` yields."""

    settings: Settings
    catalogue: Catalogue
    environment: Mapping[str, str]
    sandbox: Sandboxed | None
    database: Database
    clock: Clock
    engine: Engine
    opener: Opener
    loaded: LoadedClinics
    #: Clinics that are configured and cannot be served, with the reason.
    failed: dict[str, str] = field(default_factory=dict)
    lingering: set[asyncio.Task[None]] = field(default_factory=set)
    listener: Listener | None = None
    works: bool = True

    async def open_clinics(self) -> None:
        """Opens every loaded clinic; one that cannot open is named in `failed` and does not stop the others."""
        opened = await asyncio.gather(*(self._open(clinic) for clinic in self.loaded.plans))
        self.engine.directory.swap({live.id: live for live in opened if live})
        await self._introduce()

    async def _open(self, clinic: str) -> LiveClinic | None:
        try:
            live = await self.opener.open(self.loaded.plans[clinic])
        except (ProviderNotReady, DeskbellError) as error:
            logger.error("clinic not served", clinic=clinic, why=str(error))
            self.failed[clinic] = str(error)
            return None
        self.failed.pop(clinic, None)
        return live

    async def _introduce(self) -> None:
        metrics.clinics.set(len(self.engine.directory))
        if self.sandbox:
            await self.sandbox.introduce(self.reachable(), self.payees())

    def reachable(self) -> list[Reachable]:
        """Every number of every clinic that is served."""
        return [
            Reachable(
                clinic=live.id,
                name=live.plan.clinic.name,
                channel=channel.name,
                number=channel.address,
                webhook_url=channel.context.webhook_url or "",
            )
            for live in self.engine.directory
            for channel in live.channels.values()
        ]

    def payees(self) -> list[Payee]:
        """Every account that payments go to."""
        return [
            Payee(
                clinic=live.id,
                name=live.plan.clinic.name,
                provider=payment.name,
                binding=binding,
                webhook_url=payment.context.webhook_url or "",
            )
            for live in self.engine.directory
            for binding, payment in live.payments.items()
        ]

    async def reload(self) -> None:
        """Reads the clinics anew and swaps them all at once; a clinic whose file is bad keeps running as it was."""
        fresh = reload(
            self.loaded,
            self.settings.clinics,
            self.catalogue,
            environment=self.environment,
            overrides=self.sandbox.overrides if self.sandbox else {},
        )
        for error in fresh.errors:
            logger.error("clinic file refused", problem=str(error))
        if fresh.errors:
            metrics.reloads.labels("refused").inc()
        before = {live.id: live for live in self.engine.directory}
        self.loaded = fresh.current
        after: dict[str, LiveClinic] = {}
        for clinic in fresh.plans:
            known = before.get(clinic)
            if known and clinic not in fresh.changed:
                after[clinic] = known
            elif (live := await self._open(clinic) or known) is not None:
                after[clinic] = live
        self.engine.directory.swap(after)
        await self._introduce()
        for live in before.values():
            if after.get(live.id) is not live:
                self._close_later(live)
        metrics.reloads.labels("done").inc()
        logger.info("clinics reloaded", changed=sorted(fresh.changed), kept=sorted(fresh.kept), serving=len(after))

    def _close_later(self, live: LiveClinic) -> None:
        async def close() -> None:
            try:
                await asyncio.sleep(_LINGER.total_seconds())
            finally:
                await close_clinic(live)

        task = asyncio.create_task(close(), name=f"close {live.id}")
        self.lingering.add(task)
        task.add_done_callback(self.lingering.discard)

    async def readiness(self) -> list[str]:
        """What is missing before this process can serve its patients."""
        missing = []
        try:
            async with asyncio.timeout(2):
                await self.database.ping()
        except Exception as error:  # noqa: BLE001 - any failure means the same here: no database
            missing.append(f"database: {type(error).__name__}")
        if not len(self.engine.directory):
            missing.append("clinics: none is served")
        if self.works and not self.engine.working:
            missing.append("worker: not taking wakes")
        return missing

    async def close(self) -> None:
        for task in self.lingering:
            task.cancel()
        await asyncio.gather(*self.lingering, return_exceptions=True)
        await asyncio.gather(*(close_clinic(live) for live in self.engine.directory))
        self.engine.directory.swap({})


def _unique_name() -> str:
    """Sanic knows the applications of a process by their names."""
    return f"deskbell-{uuid4().hex[:8]}"


@asynccontextmanager
async def running(
    settings: Settings,
    catalogue: Catalogue,
    environment: Mapping[str, str],
    *,
    sandbox: Sandboxed | None = None,
    serve: bool = True,
    work: bool = True,
    tuning: Tuning | None = None,
    on_step: OnStep = pass_by,
) -> AsyncIterator[Runtime]:
    """Starts what is asked for and stops it in reverse order: no new webhooks, turns finish, providers close.

    Raises `ConfigErrors` when no clinic can be loaded at all.
    """
    async with AsyncExitStack() as stack:
        clock: Clock = ShiftedClock(sandbox.clock_file) if sandbox else SystemClock()
        loaded = load_clinics(
            settings.clinics,
            catalogue,
            environment=environment,
            overrides=sandbox.overrides if sandbox else {},
        )
        if not loaded.plans:
            loaded.require()
        for error in loaded.errors:
            logger.error("clinic file refused", problem=str(error))
        database = await stack.enter_async_context(storage(settings))
        observers = ObserverCalls(catalogue.manager)
        history = await stack.enter_async_context(near_history(settings, catalogue, clock))
        vault = open_vault(settings.secret_keys, settings.home)
        public_url = settings.public_url or f"http://{settings.host}:{settings.port}"
        engine = Engine(
            database,
            clock,
            observers,
            tuning=tuning,
            history=history,
            mailer=mailer_of(settings, clock, sandboxed=sandbox is not None),
            public_url=public_url,
            subscribers_at="loopback" if sandbox else "public",
            vault=vault,
            on_step=on_step,
        )
        opener = Opener(
            clock,
            public_url,
            engine.windows.before,
            settings.home,
            traffic=TrafficCounter(database),
            usage=UsageCounter(database),
            calm=(calm := asyncio.Event()),
            grants=engine.accounts.grants if engine.accounts else None,
        )
        runtime = Runtime(
            settings, catalogue, environment, sandbox, database, clock, engine, opener, loaded, works=work
        )
        stack.push_async_callback(runtime.close)
        await runtime.open_clinics()
        stack.push_async_callback(engine.stop)
        if work:
            engine.work()
        if serve:
            receiver = Receiver(engine.directory, engine.intake, Kept(settings.home / "webhooks", vault).keep)
            stack.push_async_callback(receiver.close)
            app = build_app(
                _unique_name(),
                receiver,
                runtime.readiness,
                catalogue.pages,
                PayPages(database, engine.directory),
                engine.accounts.connecting if engine.accounts else None,
            )
            runtime.listener = Listener(app, settings.host, settings.port)
        else:
            app = build_health_app(_unique_name(), runtime.readiness)
            runtime.listener = Listener(app, settings.host, settings.worker_port, spare=_MORE_WORKERS)
        await runtime.listener.start()
        stack.push_async_callback(runtime.listener.stop)
        heap.settle()
        asyncio.get_running_loop().call_later(_CALM_AFTER.total_seconds(), calm.set)
        yield runtime
