"""What models used up today, for the stages that keep budgets. Asked only where a model is about to be."""

from __future__ import annotations

from core.store import usage
from core.store.database import Database
from deskbell import Turn, Usage


class UsageCounter:
    """The handle that stages of every clinic get: a turn's own clinic, on its own day."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, turn: Turn) -> Usage:
        day = turn.now.astimezone(turn.clinic.timezone).date()
        async with self._database.connection() as connection:
            return await usage.of_day(connection, turn.clinic.id, day)
