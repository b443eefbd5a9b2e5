"""A whole system in processes of its own: carriers, web processes behind one address, and workers, on one database."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from tests.scenario.flood.judge import Line
from tests.scenario.flood.wires import Wire, to_any
from tests.scenario.serve.conftest import CLINICS, free_port, until


class System:
    """`databases` names the address of its own that a process reaches the database by."""

    def __init__(
        self, folder: Path, database_url: str, webs: int, workers: int, databases: Mapping[str, str] | None = None
    ) -> None:
        self.folder = folder
        self.database_url = database_url
        self._databases = databases or {}
        self.webs = {f"web{number}": free_port() for number in range(webs)}
        self.workers = {f"worker{number}": free_port() for number in range(workers)}
        self._front = Wire(to_any(list(self.webs.values())))
        self._sandbox_port = free_port()
        self.http = httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{self._sandbox_port}", timeout=60, limits=httpx.Limits(max_connections=64)
        )
        #: Of its own, for whoever asks how a process is must not wait for patients.
        self._asking = httpx.AsyncClient(timeout=2)
        self.processes: dict[str, Any] = {}
        self._address = ""
        self._rows: Any = None
        self.kept = False

    async def start(self) -> None:
        self._address = f"http://127.0.0.1:{await self._front.start()}"
        self._rows = await asyncpg.create_pool(self.database_url, min_size=1, max_size=2)
        await self._run("sandbox", "sandbox")
        await until(lambda: self._answers(f"http://127.0.0.1:{self._sandbox_port}/api/connection"))
        for name in (*self.webs, *self.workers):
            await self.run(name)
        for name in (*self.webs, *self.workers):
            await until(lambda name=name: self.ready(name))

    async def run(self, name: str) -> None:
        database = {"DESKBELL_DATABASE_URL": self._databases.get(name, self.database_url)}
        if name in self.webs:
            await self._run(name, "serve", "--no-workers", DESKBELL_PORT=str(self.webs[name]), **database)
        else:
            await self._run(name, "worker", DESKBELL_WORKER_PORT=str(self.workers[name]), **database)

    async def _run(self, name: str, *command: str, **environment: str) -> None:
        common = {
            "DESKBELL_HOME": str(self.folder / "home"),
            "DESKBELL_CLINICS": str(self.folder / "clinics"),
            "DESKBELL_PUBLIC_URL": self._address,
            "DESKBELL_SANDBOX_PORT": str(self._sandbox_port),
        }
        if name != "sandbox":
            common["DESKBELL_SANDBOX_URL"] = f"http://127.0.0.1:{self._sandbox_port}"
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "core.cli", *command),
                env={**os.environ, **common, **environment},
                cwd=self.folder,
                stdout=log,
                stderr=log,
            )

    async def ready(self, name: str) -> bool:
        port = self.webs.get(name) or self.workers[name]
        return await self._answers(f"http://127.0.0.1:{port}/health/ready")

    async def _answers(self, url: str) -> bool:
        with suppress(httpx.TransportError):
            return (await self._asking.get(url)).status_code == 200
        return False

    async def kill(self, name: str) -> None:
        """Dead at once, and started anew."""
        self.processes[name].send_signal(signal.SIGKILL)
        await self.processes[name].wait()
        await self.run(name)

    def freeze(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGSTOP)

    def thaw(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        for process in reversed(self.processes.values()):
            if process.returncode is None:
                process.kill()
                await process.wait()
        if self._rows:
            self._rows.terminate()
        await self._front.stop()
        await self._asking.aclose()
        await self.http.aclose()

    def keep(self) -> Path:
        """Leaves the folder, with the logs, when it stops. Returns it."""
        self.kept = True
        return self.folder

    async def held(self, phone: str) -> int:
        """How many texts to a phone are left to staff, because nobody can say whether they left."""
        count: int = await self._rows.fetchval(
            "SELECT count(*) FROM outbox WHERE recipient = $1 AND status = 'held'", phone
        )
        return count

    async def lines(self, phone: str) -> list[Line]:
        found = (await self.http.get(f"/api/threads/{phone}")).json()
        return [Line(one["id"], one["author"], one["text"]) for one in found]


@asynccontextmanager
async def system(
    database_url: str, *, webs: int = 1, workers: int = 2, databases: Mapping[str, str] | None = None
) -> AsyncIterator[System]:
    """With a copy of the shipped clinics, whose bursts and patience with carriers are short."""
    folder = Path(tempfile.mkdtemp(prefix="deskbell-flood-"))
    shutil.copytree(CLINICS, folder / "clinics", ignore=shutil.ignore_patterns("__pycache__"))
    for file in folder.glob("clinics/*/clinic.yml"):
        file.write_text(_quick(file.read_text()))
    made = System(folder, database_url, webs, workers, databases)
    try:
        await made.start()
        yield made
    finally:
        await made.stop()
        if not made.kept:
            shutil.rmtree(folder, ignore_errors=True)


def _quick(text: str) -> str:
    """A clinic's file without models, with short bursts, and without the caps that keep machines out."""
    text = re.sub(r"(?m)^(burst|sending): .*\n|^models:\n(?:  .*\n)*", "", text)
    text += "\nburst: {fragment: 0.3s, text: 0.1s, question: 0s, cap: 1s}\nsending: {unknown_after: 20s}\n"
    pace = "pace: {clinic_most_a_day: 20000, too_fast: 50}"
    found, count = re.subn(r"(?m)^stages:\n", f"stages:\n  {pace}\n", text, count=1)
    return found if count else f"{text}stages: {{{pace}}}\n"
