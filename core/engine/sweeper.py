"""The sweeps: what time brings, and what a crash left behind. Every worker runs them; the database keeps them apart."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from uuid import uuid4

from core import log, metrics
from core.engine import events
from core.engine.outbox import Outbox
from core.engine.queue import WakeQueue
from core.engine.rounds import go_round
from core.store import mailbox, outbox, statistics, timers
from core.store.database import Database
from deskbell import Clock

logger = log.get(__name__)


class Sweeper:
    """Fires timers, sends what is due, settles unknown outcomes, wakes what was forgotten, looks at growth."""

    def __init__(
        self,
        database: Database,
        queue: WakeQueue,
        sender: Outbox,
        clock: Clock,
        *,
        every: timedelta = timedelta(seconds=1),
        grace: timedelta = timedelta(seconds=2),
        forgotten_after: timedelta = timedelta(minutes=2),
    ) -> None:
        self._database = database
        self._queue = queue
        self._sender = sender
        self._clock = clock
        self._every = every
        #: How long the worker that committed a text is left to send it itself.
        self._grace = grace
        self._forgotten_after = forgotten_after

    async def run(self, stopping: asyncio.Event) -> None:
        """Sweeps until told to stop. One sweep that fails does not keep the others from running."""
        await go_round(
            stopping,
            self._every,
            self.fire_timers,
            self.send_due,
            self._sender.reconcile,
            self.wake_forgotten,
            self.analyse_grown,
            self.measure,
        )

    async def fire_timers(self) -> int:
        """Turns due timers into events. Returns how many."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            due = await timers.take_due(connection, now)
            for timer in due:
                stored = await mailbox.append(
                    connection,
                    timer.clinic,
                    timer.conversation,
                    events.TIMER,
                    # Taking it is what makes it fire once. A name of its own, for a timer may be set for the same
                    # moment again, and one that could not be stored would keep all others from firing.
                    f"timer:{uuid4()}",
                    events.timer_body(timer.name, timer.data),
                    now,
                )
                if stored and stored.woke:
                    await self._queue.wake(connection, timer.clinic, timer.conversation, timedelta())
        return len(due)

    async def send_due(self) -> int:
        """Sends texts whose time has come and that no worker is at. Returns the number of conversations."""
        async with self._database.connection() as connection:
            due = await outbox.due(connection, self._clock.now() - self._grace)
        if due:
            await asyncio.gather(*(self._sender.drain(clinic, conversation) for clinic, conversation in due))
        return len(due)

    async def wake_forgotten(self) -> int:
        """Wakes conversations whose wake got lost, for whatever reason. Returns how many."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            forgotten = await mailbox.take_forgotten(connection, now - self._forgotten_after, now)
            for clinic, conversation in forgotten:
                logger.warning("conversation woken again", clinic=clinic, conversation=conversation)
                await self._queue.wake(connection, clinic, conversation, timedelta())
        return len(forgotten)

    async def analyse_grown(self) -> int:
        """Keeps PostgreSQL's plans up with tables that grow fast. Returns how many were analysed."""
        async with self._database.connection() as connection:
            grown = await statistics.analyse_grown(connection)
        return len(grown)

    async def measure(self) -> None:
        """Sets the gauges of what waits."""
        await self._queue.measure()
        async with self._database.connection() as connection:
            rows = await outbox.counts(connection)
        metrics.outbox_texts.clear()
        for row in rows:
            metrics.outbox_texts.labels(row["clinic"], row["status"]).set(row["count"])
