"""Telling those outside: every worker does it, and the database keeps them apart.

A delivery is marked before its subscriber is called, and made again where nobody knows what came of it: at least
once, under the same id, and in no promised order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from core import log, metrics
from core.engine.announcing import message
from core.engine.announcing.addresses import Reach
from core.engine.announcing.audience import Audience
from core.engine.announcing.caller import Answer, Caller
from core.engine.rounds import go_round
from core.store import announcement_deliveries as store
from core.store import announcements
from core.store.announcement_deliveries import Delivery, Status, Subscription
from core.store.announcements import Announced
from core.store.database import Database
from deskbell import Announcement, Clock

logger = log.get(__name__)

#: Told of every announcement when it is first looked at.
OnTold = Callable[[Announcement], None]

#: Calls before a delivery is dead: the pauses between them grow fivefold, from four seconds to seventeen hours, and
#: together are most of a day.
ATTEMPTS = 8
_FIRST_PAUSE, _GROWTH = timedelta(seconds=4), 5
#: Calls to one subscriber at the same time, by one worker.
_AT_ONCE = 4


class Announcer:
    """Tells observers and subscribers of what is new, and subscribers again of what they did not take."""

    def __init__(
        self,
        database: Database,
        audience: Audience,
        clock: Clock,
        wall: Clock,
        *,
        on_told: OnTold,
        reach: Reach = "loopback",
        deadline_seconds: float = 10,
        every: timedelta = timedelta(seconds=1),
        lease: timedelta = timedelta(seconds=60),
        random: Random | None = None,
    ) -> None:
        """`on_told` hears every announcement once; `reach` says where subscribers may be; `lease` outlasts any call."""
        self._database = database
        self._audience = audience
        self._on_told = on_told
        self._clock = clock
        self._wall = wall
        self._every = every
        self._lease = lease
        self._random = random or Random()  # noqa: S311 - jitter, no secret
        self._caller = Caller(wall, reach=reach, deadline_seconds=deadline_seconds)
        #: Who is being called, so that one that is slow holds up nobody but itself.
        self._busy: dict[Subscription, asyncio.Task[int]] = {}
        self._ending = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Goes on until told to stop; then calls that are out may end, and what is left is for the next start."""
        acts = (self.tell, self.take_back, self.call_waiting, self.measure)
        await go_round(stopping, self._every, *acts)
        self._ending = True
        await asyncio.gather(*self._busy.values(), return_exceptions=True)

    async def close(self) -> None:
        """Ends what is still out. It was marked, and is told again when its lease has run out."""
        for task in self._busy.values():
            task.cancel()
        await asyncio.gather(*self._busy.values(), return_exceptions=True)
        await self._caller.close()

    # ---- what is new ---------------------------------------------------------------------------------------------

    async def tell(self) -> int:
        """Books deliveries of new announcements, and tells those who observe. Returns how many there were."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            fresh = await announcements.untold(connection, self._audience.clinics)
            if fresh:
                told = [(one, self._audience.subscribers(one)) for one in fresh]
                await announcements.tell(connection, told, now, now)
        for one in fresh:
            metrics.announcements.labels(one.clinic, one.type).inc()
            self._on_told(message.announcement(one))
        return len(fresh)

    # ---- calling subscribers -------------------------------------------------------------------------------------

    async def call_waiting(self) -> int:
        """Begins to call every subscriber that something is due for and that is not being called. Returns how many."""
        self._busy = {whose: task for whose, task in self._busy.items() if not task.done()}
        idle = [whose for whose in self._audience.subscriptions if whose not in self._busy]
        if not idle:
            return 0
        async with self._database.connection() as connection:
            due = await store.waiting(connection, idle, self._clock.now())
        for whose in due:
            self._busy[whose] = asyncio.create_task(self._drain_safely(whose), name=f"announcing to {whose}")
        return len(due)

    async def _drain_safely(self, whose: Subscription) -> int:
        try:
            return await self.drain(whose)
        except Exception as error:  # noqa: BLE001 - logged; begun again with the next round
            logger.error("announcing failed", clinic=whose.clinic, to=whose.subscriber, error=type(error).__name__)
            return 0

    async def drain(self, whose: Subscription) -> int:
        """Calls one subscriber until nothing is due for it. Returns how many calls there were."""
        count = 0
        while not self._ending:
            lease_until = self._wall.now() + self._lease
            async with self._database.connection() as connection:
                due = await store.claim(connection, whose, self._clock.now(), lease_until, _AT_ONCE)
            if not due:
                break
            count += len(due)
            answers = await asyncio.gather(*(self._call(delivery) for delivery in due))
            if not any(answer.outcome == "taken" for answer in answers):
                # It is away: what else is due would only wear out its attempts, and waits for the next round.
                break
        return count

    async def _call(self, delivery: Delivery) -> Answer:
        whose = Subscription(delivery.announced.clinic, delivery.subscriber)
        subscriber = self._audience.subscriber(whose)
        if subscriber is None or self._wall.now() >= delivery.lease_until:
            # It has not left. Who stood still beyond the lease leaves it to whoever has it now.
            answer = Answer("refused", "its worker could not send it")
        else:
            content = message.body(delivery.announced, subscriber)
            headers = message.headers(str(delivery.announced.key), content, subscriber.secrets, self._wall.now())
            answer = await self._caller.post(subscriber.url, content, headers)
        await self._settle(delivery, answer)
        return answer

    async def _settle(self, delivery: Delivery, answer: Answer) -> None:
        now = self._clock.now()
        status, due_at = self._fate(delivery, answer, now)
        async with self._database.connection() as connection:
            ours = await store.settle(connection, delivery, status, now, reason=answer.reason, due_at=due_at)
        if ours:
            self._report(delivery.announced, delivery, status, answer)

    def _fate(self, delivery: Delivery, answer: Answer, now: datetime) -> tuple[Status, datetime]:
        if answer.outcome == "taken":
            return "sent", now
        if answer.outcome == "gone" or delivery.attempts >= ATTEMPTS:
            return "dead", now
        pause = _FIRST_PAUSE * _GROWTH ** (delivery.attempts - 1) * self._random.uniform(0.8, 1.2)
        return "queued", now + max(pause, answer.after or timedelta())

    def _report(self, announced: Announced, delivery: Delivery, status: Status, answer: Answer) -> None:
        outcome = "retried" if status == "queued" else status
        metrics.announcement_deliveries.labels(announced.clinic, delivery.subscriber, outcome).inc()
        # Told at the first failure and at the end; what lies between is patience.
        if status == "dead" or (status == "queued" and delivery.attempts == 1):
            (logger.error if status == "dead" else logger.warning)(
                "announcement not taken",
                clinic=announced.clinic,
                to=delivery.subscriber,
                announcement=announced.id,
                type=announced.type,
                became=status,
                why=answer.reason,
            )

    # ---- what a crash left behind, and figures -------------------------------------------------------------------

    async def take_back(self) -> int:
        """Gives back deliveries whose worker is gone. Returns how many."""
        async with self._database.connection() as connection:
            return await store.expire_leases(connection, self._wall.now(), self._clock.now(), ATTEMPTS)

    async def measure(self) -> None:
        """Sets the gauge of what was given up."""
        async with self._database.connection() as connection:
            rows = await store.dead(connection)
        metrics.announcements_dead.clear()
        for row in rows:
            metrics.announcements_dead.labels(row["clinic"], row["subscriber"]).set(row["count"])
