"""Two web processes and two workers on one database: one killed, one frozen, one cut off, and nobody notices.

    python -m tests.scenario.flood.trouble 120 5

By hand, for it takes three minutes: how long a dead worker's turns and texts wait for another is what takes it.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from tests.scenario.flood.run import Tally, by_hand, flood
from tests.scenario.flood.system import System, system
from tests.scenario.flood.wires import Wire, to_database
from tests.scenario.serve.conftest import until

#: Longer than a worker's heartbeat: its turns go to others meanwhile.
_FROZEN_SECONDS = 13.0


async def trouble(database_url: str, texts: int, seed: int) -> Tally:
    """Patients text while it happens; each process must be well again in the end."""
    wire = Wire(to_database(database_url))
    name = database_url.split("?")[0].rsplit("/", 1)[-1]
    own = f"postgresql://postgres:@127.0.0.1:{await wire.start()}/{name}"
    try:
        async with system(database_url, webs=2, workers=2, databases={"web1": own, "worker1": own}) as made:
            tally = await flood(made, texts, seed, lambda texting: _mischief(made, wire, texting), faults=False)
            tally.wrong += [
                f"{one} has not healed" for one in made.processes if one != "sandbox" and not await made.ready(one)
            ]
    finally:
        await wire.stop()
    return tally


async def _mischief(made: System, wire: Wire, texting: asyncio.Future[Any]) -> int:
    """All of it while patients text."""
    await asyncio.sleep(1)
    made.freeze("worker0")
    # One web process is up at any moment: a carrier gives a webhook up after three tries within seconds.
    await made.kill("web0")
    await until(lambda: _all_ready(made, "web0"))
    await wire.cut()
    await until(lambda: _unready(made, "web1", "worker1"))
    wire.mend()
    await until(lambda: _all_ready(made, "web1", "worker1"))
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


if __name__ == "__main__":
    sys.exit(asyncio.run(by_hand(lambda url: trouble(url, int(sys.argv[1]), int(sys.argv[2])))))
