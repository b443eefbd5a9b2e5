"""Broadcasts on their way: as many texts as the minute allows, to whoever may get one at this very moment.

A recipient's text and the mark that they have it are one transaction, under the broadcast's lock: killed anywhere, it
goes on where it was, and nobody gets it twice. Who sleeps or talks keeps waiting here rather than in the outbox, so
that a morning does not begin with all of a night at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from core import log
from core.config.clinic import ClinicPlan
from core.engine.broadcasts.planning import asleep_until, left_out
from core.engine.live import Directory
from core.engine.outbox import Outbox
from core.store import broadcasts as store
from core.store.broadcasts import Broadcast, Candidate
from core.store.database import Connection, Database
from deskbell import Clock

logger = log.get(__name__)

#: Somebody who wrote, or was written to, within this is in a conversation.
TALKS = timedelta(minutes=30)
#: And is asked about again after this.
_LATER = timedelta(hours=1)
#: What came due between two sweeps is caught up with, and no more: after a pause it does not come all at once.
_CATCHES_UP = timedelta(seconds=2)
#: Most recipients that one transaction looks at.
_LOOKS_AT = 200


class Broadcasts:
    """Puts broadcasts' texts into the outbox and sends them."""

    def __init__(self, database: Database, directory: Directory, outbox: Outbox, clock: Clock) -> None:
        self._database = database
        self._directory = directory
        self._outbox = outbox
        self._clock = clock

    async def sweep(self) -> int:
        """Moves every running broadcast on as far as it may go now. Returns how many texts were put."""
        put = 0
        while True:
            sent_to = await self._move_on()
            if sent_to is None:
                return put
            put += len(sent_to)
            await asyncio.gather(*(self._outbox.drain(clinic, conversation) for clinic, conversation in sent_to))

    async def _move_on(self) -> Sequence[tuple[str, int]] | None:
        """One step of one broadcast: the conversations that a text was put for; None when none may go on now."""
        now = self._clock.now()
        async with self._database.transaction() as connection:
            broadcast = await store.take_running(connection, self._directory.ids, now)
            if broadcast is None:
                return None
            live = self._directory.clinic(broadcast.clinic)
            if live is None:
                return None
            return await self._put(connection, broadcast, live.plan, now)

    async def _put(
        self, connection: Connection, broadcast: Broadcast, plan: ClinicPlan, now: datetime
    ) -> Sequence[tuple[str, int]]:
        between = timedelta(minutes=1) / broadcast.a_minute
        since = max(broadcast.next_at, now - max(_CATCHES_UP - between, timedelta()))
        allowed = (now - since) // between + 1
        put: list[tuple[str, int]] = []
        for candidate in await store.waiting(connection, broadcast, now, now - TALKS, _LOOKS_AT):
            if len(put) == allowed:
                break
            if await self._may_get(connection, broadcast, candidate, plan, now):
                await store.put(connection, broadcast, candidate.contact, now)
                put.append((broadcast.clinic, candidate.conversation))
        await store.pace(connection, broadcast, since + between * len(put))
        return put

    async def _may_get(
        self, connection: Connection, broadcast: Broadcast, candidate: Candidate, plan: ClinicPlan, now: datetime
    ) -> bool:
        """Whether a recipient may get it now; who may not is left out, or waits."""
        reason = left_out(candidate)
        if reason:
            await store.leave_out(connection, broadcast, candidate.contact, reason)
            return False
        ends = asleep_until(candidate, plan, now)
        if ends is not None and plan.quiet_hours.then == "drop":
            await store.leave_out(connection, broadcast, candidate.contact, "quiet hours")
            return False
        if ends is not None:
            await store.postpone(connection, broadcast, candidate.contact, ends, "quiet hours")
            return False
        if candidate.talking:
            await store.postpone(connection, broadcast, candidate.contact, now + _LATER, "in a conversation")
            return False
        return True
