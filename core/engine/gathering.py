"""Gathering: what arrives while a commit is on its way goes together with the next one.

A commit is one write to the disk however much is in it, and one that notifies holds a lock until that write is
done: alone, commits wait for each other. At rest a gathering is of one, and nobody waits longer for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import asyncpg

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")


class Gathering(Generic[Item, Outcome]):
    """Hands items to `write` in the order they came, all that have come together, one call at a time."""

    def __init__(self, write: Callable[[Sequence[Item]], Awaitable[Sequence[Outcome]]], *, largest: int = 100) -> None:
        """`write` answers with one outcome for each item, or fails as a whole."""
        self._write = write
        self._largest = largest
        self._waiting: list[tuple[Item, asyncio.Future[Outcome]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def add(self, item: Item) -> Outcome:
        """What became of the item. Raises what `write` raised for it."""
        outcome: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, outcome))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_all(), name="gathering")
        return await outcome

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting[: self._largest], self._waiting[self._largest :]
            await self._write_together(batch)

    async def _write_together(self, batch: Sequence[tuple[Item, asyncio.Future[Outcome]]]) -> None:
        """An item that spoils the batch fails alone: the others are written once more without it."""
        batch = [(item, outcome) for item, outcome in batch if not outcome.done()]  # whoever gave up waiting
        try:
            written = await self._write([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - it is raised where the item came from
            if len(batch) > 1 and isinstance(error, asyncpg.PostgresError):
                for alone in batch:
                    await self._write_together([alone])
                return
            for _, outcome in batch:
                if not outcome.done():
                    outcome.set_exception(error)
            return
        for (_, outcome), result in zip(batch, written, strict=True):
            if not outcome.done():
                outcome.set_result(result)
