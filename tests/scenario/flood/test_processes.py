"""Two web processes and two workers on one database: one killed, one frozen, one cut off, and nobody notices."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.scenario.flood.run import flood
from tests.scenario.flood.system import System, system
from tests.scenario.flood.wires import Wire, to_database
from tests.scenario.serve.conftest import until

#: Longer than a worker's heartbeat: its turns go to others meanwhile.
_FROZEN_SECONDS = 13.0


async def test_processes_that_die_freeze_or_lose_their_database_lose_nothing_double_nothing_and_heal(
    database_url: str,
) -> None:
    wire = Wire(to_database(database_url))
    own = f"postgresql://postgres:@127.0.0.1:{await wire.start()}/{_name(database_url)}"
    try:
        async with system(database_url, webs=2, workers=2, databases={"web1": own, "worker1": own}) as made:
            tally = await flood(made, 120, 5, lambda texting: _mischief(made, wire, texting), faults=False)
            for name in (*made.webs, *made.workers):
                assert await made.ready(name), f"{name} has not healed"
    finally:
        await wire.stop()
    assert tally.wrong == []
    assert tally.killed == 2


async def _mischief(made: System, wire: Wire, texting: asyncio.Future[Any]) -> int:
    """All of it while patients text."""
    await asyncio.sleep(1)
    made.freeze("worker0")
    await made.kill("web0")
    await wire.cut()
    await until(lambda: _unready(made, "web1", "worker1"))
    wire.mend()
    await until(lambda: _all_ready(made, "web0", "web1", "worker1"))
    await asyncio.sleep(_FROZEN_SECONDS)
    made.thaw("worker0")
    await until(lambda: _all_ready(made, "worker0"))
    await made.kill("worker1")
    await until(lambda: _all_ready(made, "worker1"))
    return 2


async def _unready(made: System, *names: str) -> bool:
    return not any([await made.ready(name) for name in names])


async def _all_ready(made: System, *names: str) -> bool:
    return all([await made.ready(name) for name in names])


def _name(url: str) -> str:
    return url.split("?")[0].rsplit("/", 1)[-1]
