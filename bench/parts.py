"""The four parts: how each is set up, warmed, measured and checked. Nothing is counted that was not answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from bench.children import Child
from bench.clinic import copy_clinic
from bench.postgres import Postgres, postgres
from bench.texts import SENDERS

#: A reply that takes longer than this is taken for lost.
_LOST_AFTER_SECONDS = 90

_OWN_WORK = """
SELECT milliseconds - coalesce((
           SELECT sum((decision -> 'details' ->> 'milliseconds')::float)
             FROM jsonb_array_elements(trace -> 'decisions') AS decision
            WHERE decision ->> 'decision' = 'model_call'), 0) AS own
  FROM turn ORDER BY id DESC LIMIT $1
"""


@dataclass(frozen=True)
class Plan:
    """How much is measured."""

    #: Texts in one measurement, each from a sender of its own.
    texts: int = len(SENDERS)
    connections: int = 64
    #: Measurements of every part, in turns; the median counts.
    rounds: int = 7
    #: Texts one by one, for the time from text to reply on a machine with nothing else to do.
    calm: int = 100
    #: Conversations of part (d), how often it is repeated, and how slow its responder is.
    waiting: int = 1000
    waiting_rounds: int = 3
    slow_seconds: float = 2.0
    #: Part (c) is measured in one process, and again with each of these numbers of worker processes beside it.
    extra_workers: tuple[int, ...] = (1,)
    #: Parts (b) and (c) are measured again as a fleet: so many web processes, and as many workers beside them.
    fleet: int = 2


QUICK = Plan(texts=60, rounds=1, calm=5, waiting=40, waiting_rounds=1, extra_workers=(), fleet=0)


@dataclass(frozen=True)
class Sample:
    """One measurement."""

    texts: int
    seconds: float
    #: Milliseconds until the webhook's answer, or until the reply, ascending.
    waits: Sequence[float]
    #: Processor time over the same while by process; 1.0 is one core.
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        return self.texts / self.seconds


@dataclass
class Figure:
    """All measurements of one part."""

    key: str
    name: str
    samples: list[Sample] = field(default_factory=list)
    peak_mb: float = 0.0

    @property
    def rate(self) -> float:
        return median(sample.rate for sample in self.samples)

    @property
    def rates(self) -> list[float]:
        return sorted(sample.rate for sample in self.samples)

    @property
    def seconds(self) -> float:
        return median(sample.seconds for sample in self.samples)

    def wait(self, percent: int) -> float:
        """The percentile of the waits of an average measurement, in milliseconds."""
        return median(quantiles(sample.waits, n=100)[percent - 1] for sample in self.samples)

    def cpu(self, process: str) -> float:
        return median(sample.cpu.get(process, 0.0) for sample in self.samples)


@dataclass(frozen=True)
class Desk:
    """A Deskbell: the processes that take the webhooks, all its processes, its database."""

    webs: Sequence[Child]
    processes: Sequence[Child]
    database: str


class Bench:
    """The processes that all parts share, and what is done to the others."""

    def __init__(
        self, folder: Path, plan: Plan, source: Path, server: Postgres, load: Child, carrier: Child, model: Child
    ) -> None:
        self.folder = folder
        self.plan = plan
        self.server = server
        self._source = source
        self._load = load
        self._carrier = carrier
        self._model = model
        self._turn = 0

    @asynccontextmanager
    async def bare(self) -> AsyncIterator[Desk]:
        url = await self.server.create("bare")
        async with Child("bare", self.folder, database=url, public_key=self._key, pool_size=10) as child:
            yield Desk([child], [child], "bare")

    @asynccontextmanager
    async def desk(
        self, name: str, *, work: bool, webs: int = 1, workers: int = 0, slow: bool = False, modelled: bool = False
    ) -> AsyncIterator[Desk]:
        clinics = self.folder / "clinics" / name
        carrier = f"http://127.0.0.1:{self._carrier.ready['port']}/v2"
        copy_clinic(
            self._source,
            clinics,
            carrier,
            slow_seconds=self.plan.slow_seconds if slow else None,
            model_url=f"http://127.0.0.1:{self._model.ready['port']}" if modelled else None,
        )
        settings: dict[str, Any] = {
            "database": await self.server.create(name),
            "clinics": str(clinics),
            "public_key": self._key,
        }
        front = [Child("desk", self.folder, **settings, serve=True, work=work) for _ in range(webs)]
        beside = [Child("desk", self.folder, **settings, serve=False, work=True) for _ in range(workers)]
        async with AsyncExitStack() as stack:
            await asyncio.gather(*(stack.enter_async_context(child) for child in (*front, *beside)))
            yield Desk(front, [*front, *beside], name)

    @property
    def _key(self) -> str:
        return str(self._load.ready["public_key"])

    async def intake(self, desk: Desk, texts: int, *, keep_alive: bool) -> Sample:
        """One text of each of the first `texts` senders, as fast as they are answered."""
        await self._prepare(texts, keep_alive=keep_alive)
        before = await self._cpu(desk)
        run = await self._run(desk)
        return self._sample(run["seconds"], run["answers"], before, await self._cpu(desk))

    async def forget_mail(self, desk: Desk) -> None:
        """Empties mailboxes that nobody works on, so that every text wakes its conversation again."""
        await self.server.execute(desk.database, "UPDATE conversation SET handled = arrived", "TRUNCATE pgqueuer")

    async def turns(self, desk: Desk, texts: int, *, pause: float = 0.0) -> Sample:
        """One text of each of the first `texts` senders, until every one of them has the reply."""
        await self._prepare(texts, keep_alive=True)
        return await self._replies(desk, texts, pause)

    async def calls(self, desk: Desk, calls: int) -> Sample:
        """One missed call of each of the first `calls` callers, one by one, until each has the text back. Once a desk:
        who calls again is not texted again."""
        await self.server.settle()
        await self._load.ask("prepare_calls", callers=calls)
        return await self._replies(desk, calls, 0.05)

    async def _replies(self, desk: Desk, texts: int, pause: float) -> Sample:
        """Sends what was prepared, until everybody has a text."""
        await self._carrier.ask("forget")
        before = await self._cpu(desk)
        run = await self._run(desk, pause=pause)
        taken = await self._carrier.ask("wait", recipients=texts, seconds=_LOST_AFTER_SECONDS)
        after = await self._cpu(desk)
        at: dict[str, float] = taken["at"]
        if len(at) != texts or taken["doubled"]:
            raise RuntimeError(f"of {texts} texts {len(at)} were answered, {taken['doubled']} more than once")
        waits = sorted(at[sender] - started for sender, started in run["started"].items())
        return self._sample(max(at.values()) - run["began"], waits, before, after)

    async def own_work(self, desk: Desk, texts: int) -> Sample:
        """The time of the newest `texts` turns, each without what it waited for a model."""
        rows = await self.server.fetch(desk.database, _OWN_WORK, texts)
        waits = sorted(float(row["own"]) for row in rows)
        return Sample(len(waits), max(sum(waits) / 1000, 1e-9), waits, {})

    async def _prepare(self, texts: int, *, keep_alive: bool) -> None:
        await self.server.settle()
        await self._load.ask("prepare", senders=texts, turn=self._turn, keep_alive=keep_alive)
        self._turn += 1

    async def _run(self, desk: Desk, *, pause: float = 0.0) -> dict[str, Any]:
        ports = [web.ready["port"] for web in desk.webs]
        run: dict[str, Any] = await self._load.ask("run", ports=ports, connections=self.plan.connections, pause=pause)
        if run["failed"]:
            raise RuntimeError(f"{run['failed']} webhooks were not answered with 200")
        return run

    def _sample(
        self, seconds: float, waits: Sequence[float], before: dict[str, float], after: dict[str, float]
    ) -> Sample:
        cpu = {process: (after[process] - before[process]) / seconds for process in after}
        return Sample(len(waits), seconds, [1000 * wait for wait in waits], cpu)

    async def _cpu(self, desk: Desk) -> dict[str, float]:
        """Processor seconds so far."""
        ours = [(await process.ask("usage"))["cpu"] for process in desk.processes]
        return {
            "load": (await self._load.ask("usage"))["cpu"],
            "carrier": (await self._carrier.ask("usage"))["cpu"],
            "server": sum(ours),
            "postgres": self.server.cpu(),
        }


async def peak_mb(desk: Desk) -> float:
    """The most memory that any process of a Deskbell ever held."""
    peaks: list[float] = [(await process.ask("usage"))["peak_mb"] for process in desk.processes]
    return max(peaks)


@asynccontextmanager
async def bench(folder: Path, plan: Plan, clinic: Path) -> AsyncIterator[Bench]:
    """Everything that the parts share, running; `clinic` is the folder of the clinic they serve."""
    async with (
        postgres(folder / "data") as server,
        Child("load", folder) as load,
        Child("carrier", folder) as carrier,
        Child("bedrock", folder) as model,
    ):
        yield Bench(folder, plan, clinic, server, load, carrier, model)
