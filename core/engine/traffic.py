"""Counting traffic for the stages that keep caps: one short query a turn, and one a minute for a whole clinic."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.store import traffic
from core.store.database import Database
from deskbell import Turn
from deskbell.stage import Traffic

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
#: A clinic's count may be so old.
_FRESH = timedelta(minutes=1)


class TrafficCounter:
    """The handle that stages of every clinic get: a turn's own clinic and conversation, no other."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._clinics: dict[str, tuple[datetime, int]] = {}

    async def __call__(self, turn: Turn) -> Traffic:
        now, clinic = turn.now, turn.clinic.id
        async with self._database.connection() as connection:
            hour, day = await traffic.of_contact(connection, clinic, turn.conversation, now - _HOUR, now - _DAY)
            counted = self._clinics.get(clinic)
            if counted is None or not timedelta() <= now - counted[0] < _FRESH:
                counted = now, await traffic.of_clinic(connection, clinic, now - _DAY)
                self._clinics[clinic] = counted
        return Traffic(hour, day, counted[1])
