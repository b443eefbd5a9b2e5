"""What stands round Deskbell in the crash tests: patients, their carrier, and the machine its processes die on.

The processes are real, and so are the database, the signatures, HTTP and the Telnyx SDK. The carrier comes again with
a webhook until it is answered with 200, and notes every text that it was handed.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest

from core.engine.steps import Step
from deskbell.testing import Answer, Call
from deskbell.testing.server import ProviderServer, provider_server
from plugins.channels.telnyx.testing import Signer, accepted, receipt, received

CLINIC_NUMBER = "+12125550142"
PATIENTS = tuple(f"+121255501{n:02}" for n in range(10))
_RUNNER = Path(__file__).with_name("runner.py")
#: Pause of a test that looks whether something has happened in another process.
_LOOK = 0.03

_CLINIC = """
clinic: {{name: Harbor, timezone: America/New_York, phone: "+12125550134"}}
services: [{{name: Botox}}]
channels:
  main:
    use: telnyx
    number: "{number}"
    api_key: "${{env:TELNYX_API_KEY}}"
    public_key: "${{env:TELNYX_PUBLIC_KEY}}"
    base_url: {carrier}
    deadline_seconds: 3
pipeline: [echo]
burst: {{fragment: 100ms, text: 100ms, question: 100ms, cap: 300ms}}
sending: {{first_retry: 200ms, longest_retry: 1s, unknown_after: 1s}}
"""

# ---- processes ---------------------------------------------------------------------------------------------------


class Process:
    """One Deskbell process."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.code: int | None = None
        self.stopped = threading.Event()
        self.ended = threading.Event()

    def tell(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    async def end(self, within: float = 25) -> int | None:
        """Waits until it has ended, whyever; its exit code, negative for a signal."""
        assert await asyncio.to_thread(self.ended.wait, within), "the process lives on"
        return self.code

    async def frozen(self, within: float = 25) -> None:
        assert await asyncio.to_thread(self.stopped.wait, within), "the process was not frozen"


class Machine:
    """Starts Deskbell processes through `runner.py`."""

    def __init__(self) -> None:
        self._processes: dict[int, Process] = {}
        self._lock = threading.Lock()
        self._runner = subprocess.Popen([sys.executable, str(_RUNNER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._runner.stdin is not None
        assert self._runner.stdout is not None
        self._orders = self._runner.stdin
        self._reports = self._runner.stdout
        assert json.loads(self._reports.readline())["ready"]
        self._started: list[int] = []
        self._told = threading.Condition(self._lock)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._reports:
            report = json.loads(line)
            with self._told:
                process = self._processes.setdefault(report["pid"], Process(report["pid"]))
                if "code" in report:
                    process.code = report["code"]
                    process.ended.set()
                elif "stopped" in report:
                    process.stopped.set()
                else:
                    self._started.append(report["pid"])
                    self._told.notify()

    def start(self, order: dict[str, Any]) -> Process:
        with self._told:
            self._orders.write(json.dumps(order).encode() + b"\n")
            self._orders.flush()
            assert self._told.wait_for(lambda: self._started, timeout=10), "the runner does not answer"
            return self._processes[self._started.pop()]

    def close(self) -> None:
        self._orders.close()
        self._runner.wait(10)
        self._reader.join(10)
        self._reports.close()


@pytest.fixture(scope="session")
def machine() -> Iterator[Machine]:
    machine = Machine()
    yield machine
    machine.close()


# ---- the carrier -------------------------------------------------------------------------------------------------


class Telnyx:
    """Takes texts over HTTP, notes them in the order they came, and brings webhooks until they are answered."""

    def __init__(self, server: ProviderServer, client: httpx.AsyncClient) -> None:
        self.signer = Signer()
        self.url = server.url
        #: (idempotency key, recipient, text), every text that was handed over, in order.
        self.taken: list[tuple[str, str, str]] = []
        #: Seconds that a send takes.
        self.slowness = 0.0
        #: Receipts that the carrier keeps to itself for now; None where it brings them at once.
        self.kept: list[tuple[str, bytes]] | None = None
        #: Webhooks under way, and how often one had to be brought again.
        self.open: set[asyncio.Task[None]] = set()
        self.again = 0
        self._client = client
        self._loop = asyncio.get_running_loop()
        self._random = Random(11)
        server.otherwise = self._take

    def _take(self, call: Call) -> Answer:
        # Runs in a thread of the server's.
        try:
            text = call.json
        except ValueError:
            return Answer(400)  # whoever sent it died while sending
        self.taken.append((call.headers["idempotency-key"], text["to"], text["text"]))
        message = f"out-{len(self.taken)}"
        self._loop.call_soon_threadsafe(self._bring_receipts, message, text["to"], text["webhook_url"])
        if self.slowness:
            threading.Event().wait(self.slowness)
        return accepted(message)

    def _bring_receipts(self, message: str, to: str, url: str) -> None:
        states = ["sent", "delivered"]
        self._random.shuffle(states)
        for state in states:
            body = receipt(message_id=message, sender=CLINIC_NUMBER, to=to, state=state, at=datetime.now(UTC))
            if self.kept is None:
                self.beside(self.bring(url, body))
            else:
                self.kept.append((url, body))

    def release_receipts(self) -> None:
        kept, self.kept = self.kept or [], None
        for url, body in kept:
            self.beside(self.bring(url, body))

    def beside(self, work: Awaitable[None]) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self.open.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        # What failed stays, and fails the test that waits for all.
        if task.cancelled() or task.exception() is None:
            self.open.discard(task)

    async def bring(self, url: str, body: bytes) -> None:
        """Delivers a webhook, as often as it takes."""
        while not await self._bring_once(url, body):
            self.again += 1
            await asyncio.sleep(_LOOK)

    async def _bring_once(self, url: str, body: bytes) -> bool:
        signed = self.signer.sign(url, body, datetime.now(UTC))
        try:
            answer = await self._client.post(url, content=body, headers=dict(signed.headers))
        except httpx.TransportError:
            return False
        assert answer.status_code == 200 or answer.status_code >= 500, f"refused for good: {answer.status_code}"
        return answer.status_code == 200


# ---- a clinic and its patients -----------------------------------------------------------------------------------


@dataclass
class House:
    """One clinic on one database, through any number of lives of its processes."""

    machine: Machine
    telnyx: Telnyx
    folder: Path
    port: int
    database_url: str | None
    #: What each patient has texted, in order.
    texted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    #: Texts that were with the carrier's API, by their own account, when a process died.
    in_flight: set[int] = field(default_factory=set)
    processes: list[Process] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(
        self, at: Step | None = None, nth: int = 1, *, number: str = "SIGKILL", serve: bool = True, work: bool = True
    ) -> Process:
        """Starts a process; one that dies, or whatever signal `number` does, as it reaches `at` for the `nth` time."""
        environment = {
            "DESKBELL_PORT": str(self.port),
            "DESKBELL_HOME": str(self.folder / "home"),
            "DESKBELL_CLINICS": str(self.folder / "clinics"),
            "TELNYX_API_KEY": "KEY0123",
            "TELNYX_PUBLIC_KEY": self.telnyx.signer.public_key,
        }
        if self.database_url:
            environment["DESKBELL_DATABASE_URL"] = self.database_url
        trap = {"step": at.value, "nth": nth, "number": number} if at else None
        order = {"environment": environment, "serve": serve, "work": work, "trap": trap}
        process = self.machine.start({**order, "log": str(self.folder / "log")})
        self.processes.append(process)
        return process

    async def ready(self) -> None:
        """Waits until a process answers that it is ready."""
        async with httpx.AsyncClient(trust_env=False) as client:

            async def answers() -> bool:
                try:
                    return (await client.get(f"{self.url}/health/ready")).status_code == 200
                except httpx.TransportError:
                    return False

            await self.until(answers)

    def patients_text(self, until: asyncio.Event, *, at_least: int = 3) -> None:
        """All patients text, each one text after the other and `at_least` so many, `until` they have had enough."""
        for patient in PATIENTS:
            self.telnyx.beside(self._text(patient, until, at_least))

    async def _text(self, patient: str, until: asyncio.Event, at_least: int) -> None:
        random = Random(patient)
        url = f"{self.url}/webhooks/telnyx/harbor-main"
        while len(self.texted[patient]) < at_least or not until.is_set():
            number = len(self.texted[patient]) + 1
            text = f"{patient[-2:]} says {number}"
            self.texted[patient].append(text)
            body = received(
                message_id=f"in-{patient}-{number}",
                sender=patient,
                to=[CLINIC_NUMBER],
                text=text,
                at=datetime.now(UTC),
            )
            await self.telnyx.bring(url, body)
            if random.random() < 0.3:
                self.telnyx.beside(self.telnyx.bring(url, body))
            await asyncio.sleep(random.uniform(0, 0.12))

    # ---- looking -------------------------------------------------------------------------------------------------

    async def rows(self, sql: str) -> list[Any]:
        connection = await asyncpg.connect(self.database_url or self._embedded_url())
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()

    def _embedded_url(self) -> str:
        """The address of the embedded server that one of our processes has started; we start none."""
        folder = self.folder / "home" / "postgres"
        sockets = (folder / "postmaster.pid").read_text().splitlines()[4]
        return f"postgresql://postgres@/postgres?host={sockets}"

    async def freeze(self, process: Process) -> None:
        """Freezes a process in the middle of whatever it does, and notes what it has under way."""
        process.tell(signal.SIGSTOP)
        await self.frozen(process)

    async def frozen(self, process: Process) -> None:
        """Waits until a process stands still, and notes what it has under way."""
        await process.frozen()
        for _ in range(2):  # what the process had sent off may not have reached the server at the first look
            await self.until(self._server_is_idle)
            await asyncio.sleep(_LOOK)
        await self.note_in_flight()

    async def died(self, process: Process) -> None:
        """Waits for a violent death and notes what it left under way."""
        assert await process.end() == -signal.SIGKILL, self.log
        await self.note_in_flight()

    async def note_in_flight(self) -> None:
        rows = await self.rows("SELECT id FROM outbox WHERE status IN ('sending', 'unknown')")
        self.in_flight |= {row["id"] for row in rows}

    async def quiet(self) -> None:
        """Waits until every webhook is through, every mailbox empty, and every text at its end."""
        await self.until(self._webhooks_are_through)
        await self.until(self._at_rest)
        self.telnyx.release_receipts()
        await self.until(self._webhooks_are_through)
        await self.until(self._receipts_are_in)

    async def until(self, true: Callable[[], Awaitable[object]]) -> None:
        """Looks until something has come true in another process."""
        while not await true():  # noqa: ASYNC110 - other processes set no event of ours
            await asyncio.sleep(_LOOK)

    async def _webhooks_are_through(self) -> bool:
        for task in self.telnyx.open:
            if task.done():
                task.result()
        return not self.telnyx.open

    async def _at_rest(self) -> bool:
        return not await self.rows(
            """
            SELECT FROM conversation WHERE arrived > handled
             UNION ALL SELECT FROM outbox WHERE status IN ('queued', 'sending', 'unknown')
            """
        )

    async def _receipts_are_in(self) -> bool:
        return not await self.rows("SELECT FROM outbox WHERE status = 'sent' AND receipt < 50")

    async def _server_is_idle(self) -> bool:
        return not await self.rows(
            """
            SELECT FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
               AND wait_event IS DISTINCT FROM 'ClientRead'
            """
        )

    async def under_load(self, answers: int = 5) -> None:
        """Waits until the process answers patients: so many more answers."""
        taken = len(self.telnyx.taken)

        async def answering() -> bool:
            return len(self.telnyx.taken) >= taken + answers

        await self.until(answering)

    async def check(self, *, late: Collection[int] = ()) -> list[int]:
        """Every text has one answer, in order, that left once; what was in flight at a death may be held instead.

        The answers in `late` may have left out of turn. Returns the ids of the held answers.
        """
        rows = await self.rows("SELECT id, key, recipient, text, status FROM outbox ORDER BY id")
        assert _by_patient((row["recipient"], text) for row in rows for text in row["text"].split("+")) == self.texted
        sent = [(str(row["key"]), row["recipient"], row["text"]) for row in rows if row["status"] == "sent"]
        assert sorted(self.telnyx.taken) == sorted(sent), self.log
        in_time = {str(row["key"]) for row in rows if row["id"] not in late}
        assert _by_patient((to, key) for key, to, _ in self.telnyx.taken if key in in_time) == _by_patient(
            (to, key) for key, to, _ in sent if key in in_time
        )
        held = [row["id"] for row in rows if row["status"] == "held"]
        assert len(sent) + len(held) == len(rows)
        assert self.in_flight.issuperset(held), self.log
        assert await self.rows("SELECT FROM pgqueuer WHERE status = 'failed'") == []
        return held

    @property
    def log(self) -> str:
        """What the processes printed last, for the message of a test that fails."""
        return (self.folder / "log").read_text()[-14000:]


def _by_patient(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Who got or said what, in order."""
    found: dict[str, list[str]] = defaultdict(list)
    for patient, what in pairs:
        found[patient].append(what)
    return found


@pytest.fixture
async def telnyx() -> AsyncIterator[Telnyx]:
    with provider_server() as server:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            telnyx = Telnyx(server, client)
            yield telnyx
            for task in telnyx.open:
                task.cancel()
            await asyncio.gather(*telnyx.open, return_exceptions=True)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that an embedded PostgreSQL can live in: run as root, it works as a user of its own, which the folders
    of pytest are closed to."""
    folder = Path(tempfile.mkdtemp(prefix="deskbell-crash-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
async def build(machine: Machine, telnyx: Telnyx, folder: Path) -> AsyncIterator[Callable[[str | None], House]]:
    """Makes a house on a database, or on an embedded one of its own."""
    houses: list[House] = []

    def build(database_url: str | None) -> House:
        clinic = folder / "clinics" / "harbor"
        clinic.mkdir(parents=True)
        (clinic / "clinic.yml").write_text(_CLINIC.format(number=CLINIC_NUMBER, carrier=telnyx.url))
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        houses.append(House(machine, telnyx, folder, port, database_url))
        return houses[-1]

    yield build
    for house in houses:
        print(house.log)  # noqa: T201 - shown when the test fails
        for process in house.processes:
            if not process.ended.is_set():
                process.tell(signal.SIGKILL)
                await process.end()


@pytest.fixture
def house(database_url: str, build: Callable[[str | None], House]) -> House:
    return build(database_url)
