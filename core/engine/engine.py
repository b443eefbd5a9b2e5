"""The engine as one thing: everything between a webhook and a carrier, for one process."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import timedelta
from random import Random, SystemRandom
from typing import Any

from core import log
from core.engine.accounts.accounts import Accounts
from core.engine.announcing.addresses import Reach
from core.engine.announcing.announcer import Announcer
from core.engine.announcing.audience import Audience
from core.engine.broadcasts.broadcaster import Broadcasts
from core.engine.deposits.books import Books
from core.engine.deposits.cashier import Cashier
from core.engine.deposits.refunds import Refunds
from core.engine.history import Windows
from core.engine.intake import Intake
from core.engine.live import Directory
from core.engine.outbox import Outbox
from core.engine.paging.mail import Mailer
from core.engine.paging.pager import Pager
from core.engine.presence import Presence
from core.engine.queue import WakeQueue
from core.engine.rounds import go_round
from core.engine.steps import OnStep, pass_by
from core.engine.sweeper import Sweeper
from core.engine.takeover import Takeover
from core.engine.turns import Turns
from core.observers import ObserverCalls
from core.store.database import Database
from core.store.turns import Committed
from core.vault import Vault
from deskbell import Announcement, Clock, History, SentText, StaffNotice, SystemClock, Turn, TurnReport

logger = log.get(__name__)


#: How often a worker looks for payment links that should be asked about; a clinic says how old they must be.
_FOLLOW_EVERY = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Tuning:
    """Times and sizes of a worker. The defaults suit one machine; tests make them small."""

    #: Turns that may run, or wait for a model, at once.
    concurrency: int = 1000
    #: A worker silent for this long counts as dead and its wakes go to others.
    heartbeat: timedelta = timedelta(seconds=10)
    #: What a worker may take beside a carrier's own deadline to send a text. If it is gone after both, it is looked up.
    margin: timedelta = timedelta(seconds=6)
    #: How long a text, a deposit or a refund may be with one worker, gone or not. Longer than any call to a provider.
    lease: timedelta = timedelta(seconds=45)
    sweep_every: timedelta = timedelta(seconds=1)
    #: How long the worker that committed a text is left to send it itself.
    grace: timedelta = timedelta(seconds=2)
    forgotten_after: timedelta = timedelta(minutes=2)


class Engine:
    """Intake, turns, outbox and sweeps on one database. `work` makes the process a worker."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        observers: ObserverCalls,
        *,
        tuning: Tuning | None = None,
        wall: Clock | None = None,
        random: Random | None = None,
        history: History[Any] | None = None,
        mailer: Mailer | None = None,
        public_url: str = "",
        subscribers_at: Reach = "loopback",
        vault: Vault | None = None,
        on_step: OnStep = pass_by,
    ) -> None:
        """Without a `vault` no account can be connected."""
        self.tuning = tuning or Tuning()
        self.directory = Directory()
        self._observers = observers
        self._stopping = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._presence: asyncio.Task[None] | None = None
        self._watching: set[asyncio.Task[None]] = set()
        self.queue = WakeQueue(database)
        self.windows = Windows(database, history)
        # Never seeded: no two processes may have one number.
        self.presence = Presence(database, SystemRandom())
        self.outbox = Outbox(
            database,
            self.directory,
            clock,
            wall or SystemClock(),
            on_sent=self._sent,
            margin=self.tuning.margin,
            lease=self.tuning.lease,
            worker=self.presence.worker,
            random=random,
            on_step=on_step,
        )
        self.broadcasts = Broadcasts(database, self.directory, self.outbox, clock)
        self.books = Books(database, self.queue, clock, on_step)
        self.cashier = Cashier(
            database,
            self.directory,
            self.books,
            clock,
            wall or SystemClock(),
            public_url=public_url,
            lease=self.tuning.lease,
            random=random,
            on_step=on_step,
        )
        self.refunds = Refunds(
            database, self.directory, self.books, self.cashier, clock, wall or SystemClock(), lease=self.tuning.lease
        )
        audience = Audience(self.directory, observers)
        self.turns = Turns(
            database,
            self.queue,
            self.directory,
            self.outbox,
            self.cashier,
            clock,
            audience=audience,
            on_report=self._finished,
            on_committed=self._committed,
            on_step=on_step,
        )
        self.takeover = Takeover(database, self.queue, clock)
        self.pager = Pager(
            database,
            self.directory,
            clock,
            wall or SystemClock(),
            mailer=mailer,
            public_url=public_url,
            every=self.tuning.sweep_every,
            random=random,
        )
        self.announcer = Announcer(
            database,
            audience,
            clock,
            wall or SystemClock(),
            on_told=self._announced,
            reach=subscribers_at,
            every=self.tuning.sweep_every,
            random=random,
        )
        self.accounts = (
            Accounts(
                database,
                vault,
                self.directory.open_payments,
                self.directory.zone,
                clock,
                wall or SystemClock(),
                public_url=public_url,
                random=random,
            )
            if vault
            else None
        )
        revoked = self.accounts.grants.revoked if self.accounts else None
        self.intake = Intake(database, self.queue, self.books, clock, on_step, revoked=revoked)
        self.sweeper = Sweeper(
            database,
            self.queue,
            self.outbox,
            clock,
            every=self.tuning.sweep_every,
            grace=self.tuning.grace,
            forgotten_after=self.tuning.forgotten_after,
        )

    def work(self) -> None:
        """Starts claiming wakes and sweeping, in the background, until `stop`."""
        queue = self.queue.run(self.turns.handle, concurrency=self.tuning.concurrency, heartbeat=self.tuning.heartbeat)
        self._presence = asyncio.create_task(self.presence.run(), name="presence")
        self._tasks = [
            asyncio.create_task(queue, name="queue"),
            asyncio.create_task(self.sweeper.run(self._stopping), name="sweeper"),
            asyncio.create_task(self.pager.run(self._stopping), name="pager"),
            asyncio.create_task(self._look_after_deposits(), name="deposits"),
            asyncio.create_task(
                go_round(self._stopping, self.tuning.sweep_every, self.broadcasts.sweep), name="broadcasts"
            ),
            asyncio.create_task(self.announcer.run(self._stopping), name="announcer"),
        ]
        if self.accounts:
            self._tasks.append(asyncio.create_task(self.accounts.run(self._stopping), name="accounts"))

    async def _look_after_deposits(self) -> None:
        """Beside the other sweeps: a payment provider that hangs holds up no text."""
        every = self.tuning.sweep_every
        await asyncio.gather(
            go_round(self._stopping, every, self.cashier.sweep, self.refunds.sweep),
            go_round(self._stopping, max(every, _FOLLOW_EVERY), self.cashier.follow),
        )

    @property
    def working(self) -> bool:
        """Whether this process takes wakes at the moment."""
        return self.queue.running and all(not task.done() for task in self._tasks)

    async def stop(self, grace: timedelta = timedelta(seconds=20)) -> None:
        """Takes no new wakes and lets running turns finish; what outlasts `grace` is left to other workers."""
        self._stopping.set()
        self.queue.stop()
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=grace.total_seconds())
            for task in late:
                logger.warning("worker stopped hard", task=task.get_name(), next="its turns are handed on")
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self.announcer.close()
        await asyncio.gather(*self._watching)
        if self._presence:
            # The last to go: until here a text may have been in our hands.
            self._presence.cancel()
            await asyncio.gather(self._presence, return_exceptions=True)

    async def _sent(self, message: SentText) -> None:
        self._beside(self._observers.message_sent(message))

    def _committed(self, turn: Turn, committed: Committed) -> None:
        if committed.edition and self.windows.keeps:
            self._beside(self.windows.advance(turn, committed.edition))

    def _announced(self, announcement: Announcement) -> None:
        if self._observers.hear_announcements:
            self._beside(self._observers.announcement(announcement))

    async def _finished(self, report: TurnReport, notices: Sequence[StaffNotice]) -> None:
        self._beside(self._observers.turn_finished(report))
        for notice in notices:
            self._beside(self._observers.staff_notice(notice))

    def _beside(self, call: Coroutine[Any, Any, None]) -> None:
        """Runs what nobody waits for beside the work, until the engine stops."""
        task = asyncio.create_task(call)
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)
