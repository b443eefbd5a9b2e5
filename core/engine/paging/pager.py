"""Telling the clinic's people: every worker does it, and the database keeps them apart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from random import Random

from core import log
from core.config.staff import Staff
from core.engine.live import Directory, LiveClinic
from core.engine.paging import planning
from core.engine.paging.deliveries import Deliveries
from core.engine.paging.mail import Mailer
from core.engine.rounds import go_round
from core.store import notices
from core.store.database import Connection, Database
from core.store.notices import Notice
from deskbell import Clock

logger = log.get(__name__)


class Pager:
    """Tells the clinic's people: plans what is new, raises what nobody has acted on, sends what is due."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        clock: Clock,
        wall: Clock,
        *,
        mailer: Mailer | None = None,
        public_url: str = "",
        every: timedelta = timedelta(seconds=1),
        lease: timedelta = timedelta(seconds=90),
        random: Random | None = None,
    ) -> None:
        """Without a `mailer` e-mails wait for one; without a `public_url` notices hold no link."""
        self._database = database
        self._directory = directory
        self._clock = clock
        self._every = every
        #: Clinics whose staff have had all the texts of this hour.
        self._too_many: set[str] = set()
        self.deliveries = Deliveries(
            database,
            directory,
            clock,
            wall,
            mailer=mailer,
            public_url=public_url,
            lease=lease,
            random=random or Random(),  # noqa: S311 - jitter, no secret
        )

    async def run(self, stopping: asyncio.Event) -> None:
        """Goes on until told to stop. Texts, e-mails and looking again go on side by side: none waits for another."""
        await asyncio.gather(
            go_round(stopping, self._every, self.plan, self.raise_again),
            go_round(stopping, self._every, self.deliveries.send_texts),
            go_round(stopping, self._every, self.deliveries.send_mails),
            go_round(stopping, self._every, self.deliveries.reconcile),
        )

    # ---- deciding ------------------------------------------------------------------------------------------------

    async def plan(self) -> int:
        """Books deliveries for notices that are new. Returns the number of notices looked at."""
        async with self._database.transaction() as connection:
            fresh = await notices.untold(connection, self._directory.ids)
            # Turns that commit at the same moment number their notices in between each other's.
            for _, group in groupby(sorted(fresh, key=_occasion), key=_occasion):
                await self._plan_together(connection, list(group))
        return len(fresh)

    async def _plan_together(self, connection: Connection, group: Sequence[Notice]) -> None:
        """Notices of one turn: the gravest is told, unless it says what nobody has acted on yet."""
        now, plan = self._clock.now(), self._live(group[0].clinic).plan
        told = planning.gravest(group, plan.staff)
        if told is not None:
            waiting = await notices.waiting_kinds(connection, told, now - plan.staff.raise_again.after)
            if planning.is_told_already(told, waiting):
                told = None
        for notice in group:
            if notice is told:
                await self._tell(connection, notice, 0, now)
            else:
                await notices.tell(connection, notice, [], turn=0, due_at=now, raise_at=None, now=now)

    async def raise_again(self) -> int:
        """Books further deliveries of notices that nobody has acted on. Returns how many."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            waiting = await notices.unanswered(connection, self._directory.ids, now)
            for notice in waiting:
                logger.warning("notice raised again", clinic=notice.clinic, conversation=notice.conversation)
                await self._tell(connection, notice, notice.raised + 1, now)
        return len(waiting)

    async def _crowded(self, connection: Connection, clinic: str, staff: Staff, now: datetime) -> bool:
        """Whether staff have had all the texts of this hour; said once each time that it comes to that."""
        texts = staff.texts_an_hour * len(set(staff.sms))
        if not texts or not await notices.is_crowded(connection, clinic, texts, now - timedelta(hours=1)):
            self._too_many.discard(clinic)
            return False
        if clinic not in self._too_many:
            self._too_many.add(clinic)
            logger.error("too many notices", clinic=clinic, next="only what is urgent is texted to staff for now")
        return True

    async def _tell(self, connection: Connection, notice: Notice, turn: int, now: datetime) -> None:
        plan = self._live(notice.clinic).plan
        crowded = not notice.urgent and await self._crowded(connection, notice.clinic, plan.staff, now)
        addresses = planning.addresses(plan.staff, crowded=crowded)
        if not addresses and not crowded and planning.must_act(notice):
            logger.error(
                "nobody to tell",
                clinic=notice.clinic,
                conversation=notice.conversation,
                kind=notice.kind,
                next="name phones or e-mail addresses under 'staff' in the clinic's file",
            )
        due = planning.due_at(notice, plan.clinic, plan.staff, now)
        again = planning.raise_at(notice, plan.staff, turn, due) if addresses or crowded else None
        await notices.tell(connection, notice, addresses, turn=turn, due_at=due, raise_at=again, now=now)

    def _live(self, clinic: str) -> LiveClinic:
        live = self._directory.clinic(clinic)
        if live is None:
            raise LookupError(f"clinic '{clinic}' was taken out meanwhile; its notices wait for it")
        return live


def _occasion(notice: Notice) -> tuple[str, int, int]:
    """What belongs together: the notices of one turn; of the engine's own, each."""
    return notice.clinic, notice.conversation, notice.turn or -notice.id
