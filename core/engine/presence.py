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

    async def run(self) -> None:
        """Until cancelled. While the database is away we count as gone; our calls to carriers end in time."""
        while True:
            try:
                async with self._database.alone() as connection:
                    while not await presence.enter(connection, self.worker):  # noqa: ASYNC110 - a lock sets no event
                        await asyncio.sleep(self._again)
                    while await connection.fetchval("SELECT 1"):  # noqa: ASYNC110 - nor does a dead connection
                        await asyncio.sleep(self._pulse)
            except Exception as error:  # noqa: BLE001 - whatever it was, we must be seen again
                logger.warning("presence interrupted", error=type(error).__name__, next="tries again soon")
                await asyncio.sleep(self._again)
