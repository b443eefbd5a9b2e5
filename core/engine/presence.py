"""Presence: how others know that this process is gone, and not merely slow.

A process that is killed loses its connections at once, and with them its lock. One that stands still keeps both: what
it has in its hands may leave when it wakes, and others wait for its lease to end.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from random import Random

from core import log
from core.store import presence
from core.store.database import Database

logger = log.get(__name__)


class Presence:
    """Holds this process' lock, whatever happens to its connection."""

    def __init__(
        self,
        database: Database,
        random: Random,
        *,
        pulse: timedelta = timedelta(seconds=5),
        again: timedelta = timedelta(seconds=1),
    ) -> None:
        """`pulse` is how often the connection is tried, and `again` the pause after a failure."""
        self._database = database
        self._pulse, self._again = pulse.total_seconds(), again.total_seconds()
        self.worker = random.randrange(1, 2**31)

    async def run(self, stopping: asyncio.Event) -> None:
        """Until told to stop. While the database is away we count as gone; our calls to carriers end in time."""
        while not stopping.is_set():
            try:
                async with self._database.alone() as connection:
                    while not stopping.is_set() and not await presence.enter(connection, self.worker):
                        await _pause(stopping, self._again)
                    while not await _pause(stopping, self._pulse):
                        await connection.fetchval("SELECT 1")
            except Exception as error:  # noqa: BLE001 - whatever it was, we must be seen again
                logger.warning("presence interrupted", error=type(error).__name__, next="tries again soon")
                await _pause(stopping, self._again)


async def _pause(stopping: asyncio.Event, seconds: float) -> bool:
    """Waits. Returns whether we are to stop."""
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return False
    return True
