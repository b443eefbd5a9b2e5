"""History for turns: the last lines of a conversation, from near at hand where they are known, else from PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any

from core import log, metrics
from core.store import history
from core.store.database import Database
from deskbell import History, HistoryConfig, Line, Page, ProviderContext, Turn

logger = log.get(__name__)

#: A history that failed is left alone for so long: turns must not wait for its deadline one after the other.
_REST = timedelta(seconds=5)


class PostgresHistory(History[HistoryConfig]):
    """The default: reads the lines where they are. It always knows, and has nothing to keep."""

    name = "postgres"
    Config = HistoryConfig

    def __init__(self, database: Database) -> None:
        super().__init__(HistoryConfig(), ProviderContext("", "history"))
        self._database = database

    async def window(self, page: Page, limit: int) -> Sequence[Line]:
        async with self._database.connection() as connection:
            rows = await history.window(connection, page.clinic, page.conversation, limit)
        return [Line(row["at"], row["author"], row["text"], row["withheld"]) for row in rows]

    async def keep(self, page: Page, lines: Sequence[Line], limit: int) -> None:
        """The lines are there already."""

    async def advance(self, page: Page, edition: str, lines: Sequence[Line]) -> None:
        """The turn's commit has written them."""


class Windows:
    """What turns ask. A history that is away, slow or wrong costs a turn one deadline and never its lines."""

    def __init__(
        self, database: Database, near: History[Any] | None = None, *, time: Callable[[], float] = monotonic
    ) -> None:
        self._source = PostgresHistory(database)
        self._near = near
        self._time = time
        self._rests_until = 0.0
        self._away = False

    @property
    def keeps(self) -> bool:
        """Whether anything is kept beside PostgreSQL."""
        return self._near is not None

    async def before(self, turn: Turn, limit: int) -> Sequence[Line]:
        """The last lines before this turn, oldest first: the handle that stages get."""
        page = _page(turn)
        near = self._near_for(turn)
        if near is None:
            begins = turn.events and turn.events[0].seq == 1
            return () if begins else await self._source.window(page, limit)
        known: Sequence[Line] | None = await self._ask(near, lambda: near.window(page, limit))
        if known is not None:
            metrics.history_windows.labels(near.name, "hit").inc()
            return known
        lines = await self._source.window(page, limit)
        metrics.history_windows.labels(near.name, "away" if self._away else "miss").inc()
        if not self._away:
            await self._ask(near, lambda: near.keep(page, lines, limit))
        return lines

    async def advance(self, turn: Turn, edition: str) -> None:
        """After a turn's commit: what was near at hand is brought to the new edition."""
        near = self._near_for(turn)
        if near is not None:
            await self._ask(near, lambda: near.advance(_page(turn), edition, _written(turn)))

    def _near_for(self, turn: Turn) -> History[Any] | None:
        return self._near if turn.edition and self._time() >= self._rests_until else None

    async def _ask(self, near: History[Any], call: Callable[[], Any]) -> Any:
        """What a history answers; None when it does not, and then it is left alone for a while."""
        try:
            async with asyncio.timeout(near.config.deadline_seconds):
                answer = await call()
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and PostgreSQL has the lines
            self._rests_until = self._time() + _REST.total_seconds()
            if not self._away:
                logger.warning(
                    "history away", history=near.name, error=type(error).__name__, next="PostgreSQL is read instead"
                )
            self._away = True
            return None
        if self._away:
            logger.info("history back", history=near.name)
        self._away = False
        return answer


def _page(turn: Turn) -> Page:
    return Page(turn.clinic.id, turn.conversation, turn.edition)


def _written(turn: Turn) -> list[Line]:
    """The lines that a turn adds, without the words that it withholds."""
    withheld = turn.withheld
    heard = [Line(text.at, "patient", turn.shown(text), text.seq in withheld) for text in turn.texts]
    return [*heard, *(Line(turn.now, "bot", say.text) for say in turn.replies)]
