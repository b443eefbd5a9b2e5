"""Gathering: who goes together, who gets which outcome, and what one spoilt item does to the others."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import asyncpg
import pytest

from core.engine.gathering import Gathering


class Disk:
    """Writes what it is given when it is let, and keeps what it wrote."""

    def __init__(self) -> None:
        self.written: list[list[str]] = []
        self.free = asyncio.Event()
        self.broken: dict[str, Exception] = {}

    async def write(self, items: Sequence[str]) -> list[str]:
        await self.free.wait()
        for item in items:
            if item in self.broken:
                raise self.broken[item]
        self.written.append(list(items))
        return [item.upper() for item in items]


async def started(gathering: Gathering[str, str], *items: str) -> list[asyncio.Task[str]]:
    """Adds items at one moment."""
    tasks = [asyncio.create_task(gathering.add(item)) for item in items]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_what_arrives_during_a_write_goes_together_with_the_next() -> None:
    disk = Disk()
    gathering = Gathering(disk.write)
    first = await started(gathering, "a")
    others = await started(gathering, "b", "c")
    disk.free.set()
    assert await asyncio.gather(*first, *others) == ["A", "B", "C"]
    assert disk.written == [["a"], ["b", "c"]]


async def test_no_more_than_the_largest_batch_goes_together() -> None:
    disk = Disk()
    disk.free.set()
    gathering = Gathering(disk.write, largest=2)
    assert await asyncio.gather(*(gathering.add(item) for item in "abcde")) == list("ABCDE")
    assert disk.written == [["a", "b"], ["c", "d"], ["e"]]


async def test_an_item_that_the_database_refuses_fails_alone() -> None:
    disk = Disk()
    disk.free.set()
    disk.broken["b"] = asyncpg.UniqueViolationError("taken")
    gathering = Gathering(disk.write)
    outcomes = await asyncio.gather(*(gathering.add(item) for item in "abc"), return_exceptions=True)
    assert outcomes == ["A", disk.broken["b"], "C"]


async def test_without_a_database_everybody_hears_of_it_at_once() -> None:
    disk = Disk()
    disk.free.set()
    disk.broken["a"] = OSError("gone")
    gathering = Gathering(disk.write)
    outcomes = await asyncio.gather(*(gathering.add(item) for item in "abc"), return_exceptions=True)
    assert outcomes == [disk.broken["a"]] * 3
    assert disk.written == []


async def test_what_nobody_waits_for_any_more_is_not_written() -> None:
    disk = Disk()
    gathering = Gathering(disk.write)
    first = await started(gathering, "a")
    late, patient = await started(gathering, "b", "c")
    late.cancel()
    disk.free.set()
    assert await asyncio.gather(*first, patient) == ["A", "C"]
    assert disk.written == [["a"], ["c"]]
    with pytest.raises(asyncio.CancelledError):
        await late


async def test_it_goes_on_after_a_failure() -> None:
    disk = Disk()
    disk.free.set()
    disk.broken["a"] = OSError("gone")
    gathering = Gathering(disk.write)
    with pytest.raises(OSError, match="gone"):
        await gathering.add("a")
    assert await gathering.add("b") == "B"
