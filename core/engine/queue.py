"""The queue of wakes: PgQueuer on the same PostgreSQL, so that a job is committed together with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pgqueuer.db import AsyncpgDriver, AsyncpgPoolDriver
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job
from pgqueuer.qm import QueueManager
from pgqueuer.queries import Queries
from pydantic_core import from_json, to_json

from core import log, metrics
from core.store.database import Connection, Database

logger = log.get(__name__)

_WAKE = "wake"

#: Runs one wake: clinic, conversation, how often it was tried before. Returns when to try again, None when done.
Handler = Callable[[str, int, int], Awaitable[timedelta | None]]


@dataclass(frozen=True, slots=True)
class Wake:
    """A conversation to be looked at after a while."""

    clinic: str
    conversation: int
    delay: timedelta


class WakeQueue:
    """Enqueues wakes and, in a worker, runs them."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._template = Queries(AsyncpgPoolDriver(database.pool))
        self._manager: QueueManager | None = None
        self._stopping = False

    async def wake(self, connection: Connection, clinic: str, conversation: int, delay: timedelta) -> None:
        """Enqueues a wake on `connection`: it exists exactly if the caller's transaction commits."""
        await self.wake_all(connection, [Wake(clinic, conversation, delay)])

    async def wake_all(self, connection: Connection, wakes: Sequence[Wake]) -> None:
        """Enqueues several wakes in one round trip."""
        template = self._template
        queries = Queries(AsyncpgDriver(connection), template.qbe, template.qbq, template.qbs)
        await queries.enqueue(
            [_WAKE] * len(wakes),
            [to_json([wake.clinic, wake.conversation]) for wake in wakes],
            [0] * len(wakes),
            execute_after=[max(wake.delay, timedelta()) for wake in wakes],
        )

    async def run(self, handle: Handler, *, concurrency: int, heartbeat: timedelta) -> None:
        """Works until `stop`: claims, runs, retries. Comes back by itself after the database was away."""
        while not self._stopping:
            self._manager = self._new_manager(handle)
            try:
                await self._manager.run(
                    dequeue_timeout=timedelta(seconds=5),
                    batch_size=min(50, concurrency // 2),
                    max_concurrent_tasks=concurrency,
                    shutdown_on_listener_failure=True,
                    heartbeat_timeout=heartbeat,
                )
            except Exception as error:  # noqa: BLE001 - whatever it was, the queue must come back
                if self._stopping:
                    return
                logger.error("queue interrupted", error=type(error).__name__, next="tries again in a second")
                await asyncio.sleep(1)

    def stop(self) -> None:
        """Takes no further wakes; `run` returns when the running ones are done."""
        self._stopping = True
        if self._manager is not None:
            self._manager.shutdown.set()

    @property
    def running(self) -> bool:
        return self._manager is not None and not self._manager.shutdown.is_set()

    async def measure(self) -> None:
        """Sets the gauge of jobs by state."""
        states = {"queued": 0, "picked": 0, "failed": 0}
        for row in await self._template.queue_size():
            states[row.status] = states.get(row.status, 0) + row.count
        for state, count in states.items():
            metrics.queue_jobs.labels(state).set(count)

    def _new_manager(self, handle: Handler) -> QueueManager:
        manager = QueueManager(Queries(AsyncpgPoolDriver(self._database.pool)))

        @manager.entrypoint(_WAKE, on_failure="hold", accepts_context=False)
        async def wake(job: Job) -> None:
            clinic, conversation = from_json(job.payload or b"")
            again = await handle(clinic, conversation, job.attempts)
            if again is not None:
                raise RetryRequested(delay=again, reason="the turn failed")

        return manager
