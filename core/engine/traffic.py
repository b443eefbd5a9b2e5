"""Counting traffic for the stages that keep caps: one short query a turn, and one a minute for a whole clinic."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.store import traffic
from core.store.database import Database
from deskbell import Turn
from deskbell.stage import Traffic

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
#: In a conversation of fewer events than the lowest cap there is nothing to count: we write once a turn.
_FEW = 5
#: A clinic's count may be so old.
_FRESH = timedelta(minutes=1)


class TrafficCounter:
    """The handle that stages of every clinic get: a turn's own clinic and conversation, no other."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clinics: dict[str, tuple[datetime, int]] = {}

    async def __call__(self, turn: Turn) -> Traffic:
        hour, day = (0, 0) if turn.events[-1].seq < _FEW else await self._of_contact(turn)
        return Traffic(hour, day, await self._of_clinic(turn))

    async def _of_contact(self, turn: Turn) -> tuple[int, int]:
        now = turn.now
        async with self._database.connection() as connection:
            return await traffic.of_contact(connection, turn.clinic.id, turn.conversation, now - _HOUR, now - _DAY)

    async def _of_clinic(self, turn: Turn) -> int:
        now, clinic = turn.now, turn.clinic.id
        counted = self._clinics.get(clinic)
        if counted is None or not timedelta() <= now - counted[0] < _FRESH:
            async with self._database.connection() as connection:
                counted = now, await traffic.of_clinic(connection, clinic, now - _DAY)
            self._clinics[clinic] = counted
        return counted[1]
