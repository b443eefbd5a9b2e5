"""The crowd pays while the process that serves it is killed again and again: money counts to the cent all the same."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from random import Random
from typing import Any

import httpx
import pytest

from tests.scenario.deposits.replay import WAYS, replay
from tests.scenario.serve.conftest import Serving, serving_in, until

_KILLS = 3
#: Texts that may be with the carrier at one moment, and so of unknown outcome when the process dies.
_IN_FLIGHT = 2


class Apart(Serving):
    """A system whose providers are played by a process of their own, and survive it."""

    sandbox: Any = None

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "DESKBELL_SANDBOX_URL": f"http://127.0.0.1:{self.sandbox_port}"}

    async def start(self) -> None:
        if self.sandbox is None:
            self.sandbox = await self._run("sandbox")
            await until(self._plays)
        self.process = await self._run("serve")
        await until(self.ready)

    async def _run(self, command: str) -> Any:
        with (self.folder / "log").open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "core.cli", command, env=self.environment, cwd=self.folder, stdout=log, stderr=log
            )

    async def _plays(self) -> bool:
        with suppress(httpx.TransportError):
            return (await self.http.get("/api/connection")).status_code == 200
        return False

    async def die(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()
        await self.start()


@pytest.fixture
async def serving() -> AsyncIterator[Callable[..., Serving]]:
    made: list[Apart] = []
    async with serving_in(Apart) as make:
        try:
            yield lambda: made.append(make()) or made[-1]
        finally:
            for system in made:
                if system.sandbox is not None:
                    system.sandbox.kill()
                    await system.sandbox.wait()


async def test_killed_while_a_crowd_pays_nothing_is_lost_doubled_or_paid_twice(
    serving: Callable[..., Apart],
) -> None:
    system = serving()
    await system.start()
    random, deaths = Random(3), 0

    async def reaper() -> None:
        nonlocal deaths
        for _ in range(_KILLS):
            await asyncio.sleep(random.random())
            await system.die()
            deaths += 1

    tally = await replay(system, 2 * len(WAYS), seed=5, meanwhile=reaper)
    assert deaths == _KILLS
    assert tally.books == tally.square
    # A confirmation that was with the carrier as the process died is held for staff and never sent blindly.
    assert [wrong for wrong in tally.wrong if "confirmed 0 times" not in wrong] == []
    assert sum("confirmed 0 times" in wrong for wrong in tally.wrong) <= _KILLS * _IN_FLIGHT
