"""Processes that die, freeze or stop beside others: what one leaves behind, another takes up."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import psutil
import pytest

from core.engine.steps import OF_DEPOSITS, Step

if TYPE_CHECKING:
    from tests.scenario.crash.conftest import House


async def test_a_worker_that_dies_leaves_its_turns_to_another_while_the_web_lives_on(house: House) -> None:
    enough = asyncio.Event()
    async with asyncio.timeout(60):
        web = house.start(work=False)
        await house.ready()
        house.patients_text(until=enough)
        for step in (Step.BEFORE_COMMIT, Step.AFTER_SEND):
            await house.died(house.start(at=step, nth=3, serve=False))
        house.start(serve=False)
        enough.set()
        await house.quiet()
    await house.check()
    assert not web.ended.is_set()
    assert house.telnyx.again == 0, "the web turned a webhook away"


@pytest.mark.parametrize("step", [step for step in Step if step not in OF_DEPOSITS | {Step.INTAKE_COMMITTED}])
async def test_a_worker_that_was_thought_dead_and_comes_back_doubles_nothing(house: House, step: Step) -> None:
    enough = asyncio.Event()
    async with asyncio.timeout(60):
        house.start(work=False)
        await house.ready()
        house.patients_text(until=enough)
        frozen = house.start(at=step, nth=3, number="SIGSTOP", serve=False)
        await house.frozen(frozen)
        house.start(serve=False)
        enough.set()
        await house.quiet()
        frozen.tell(signal.SIGCONT)
        frozen.tell(signal.SIGTERM)
        assert await frozen.end() == 0, house.log
        # What it had on its way to the carrier as it froze, it may still have handed over: late, but once.
        await house.quiet()
    await house.check(late=house.in_flight)


async def test_a_graceful_stop_under_load_finishes_what_it_began_and_loses_nothing(house: House) -> None:
    enough = asyncio.Event()
    house.telnyx.slowness = 0.05
    async with asyncio.timeout(60):
        house.patients_text(until=enough)
        stopped = house.start()
        await house.under_load()
        stopped.tell(signal.SIGTERM)
        told = monotonic()
        assert await stopped.end() == 0, house.log
        # Sanic and the queue have their grace of ten and twenty seconds; with nothing slow to wait for, none is used.
        assert monotonic() - told < 8
        assert await house.rows("SELECT FROM outbox WHERE status IN ('sending', 'unknown')") == []
        assert await house.rows("SELECT FROM pgqueuer WHERE status <> 'queued'") == []
        assert await house.rows(WITHOUT_A_WAKE) == []
        house.start()
        enough.set()
        await house.quiet()
    assert await house.check() == []


WITHOUT_A_WAKE = """
SELECT clinic, id FROM conversation c
 WHERE arrived > handled
   AND NOT EXISTS (SELECT FROM pgqueuer q
                    WHERE convert_from(q.payload, 'UTF8')::jsonb = jsonb_build_array(c.clinic, c.id))
"""


async def test_when_everything_is_killed_postgres_included_the_next_start_takes_up_all_of_it(
    build: Callable[[str | None], House],
) -> None:
    house = build(None)
    enough = asyncio.Event()
    async with asyncio.timeout(90):
        house.patients_text(until=enough)
        # First the process alone: the database that it leaves running is joined again.
        process = house.start()
        await house.under_load()
        await house.freeze(process)
        postgres = postmaster(house)
        process.tell(signal.SIGKILL)
        await process.end()
        process = house.start()
        await house.under_load()
        assert postmaster(house) == postgres
        # Then all of it, as when the power goes; and by the next start its number is somebody else's.
        await house.freeze(process)
        process.tell(signal.SIGKILL)
        everything = [postgres, *postgres.children(recursive=True)]
        for one in everything:
            one.kill()
        await process.end()
        await asyncio.to_thread(psutil.wait_procs, everything, timeout=10)
        lock = postmaster_file(house)
        lock.write_text(lock.read_text().replace(str(postgres.pid), str(os.getpid()), 1))
        process = house.start()
        enough.set()
        await house.quiet()
        await house.check()
        process.tell(signal.SIGTERM)
        assert await process.end() == 0, house.log
    assert not postmaster_file(house).exists()
    assert [one.pid for one in psutil.process_iter(["cmdline"]) if str(house.folder) in str(one.info["cmdline"])] == []


def postmaster_file(house: House) -> Path:
    return house.folder / "home" / "postgres" / "postmaster.pid"


def postmaster(house: House) -> psutil.Process:
    """The embedded PostgreSQL of this house."""
    return psutil.Process(int(postmaster_file(house).read_text().splitlines()[0]))
