"""`deskbell serve` as a person starts it: its own process, its own folder, real ports."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

CLINICS = Path(__file__).parents[3] / "clinics"
PATIENT = "+12125550111"
HARBOR = "+12125550142"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Serving:
    """A started system and the sandbox's control API."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.port, self.sandbox_port = free_port(), free_port()
        self.options = options
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.sandbox_port}", timeout=20)
        self.process: Any = None

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DESKBELL_HOME": str(self.folder / "home"),
            "DESKBELL_CLINICS": str(self.folder / "clinics"),
            "DESKBELL_PORT": str(self.port),
            "DESKBELL_SANDBOX_PORT": str(self.sandbox_port),
        }

    async def start(self) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "core.cli",
                "serve",
                "--sandbox",
                *self.options,
                env=self.environment,
                cwd=self.folder,
                stderr=log,
            )
        await until(self.ready)

    async def ready(self) -> bool:
        assert self.process.returncode is None, (self.folder / "log").read_text()
        with suppress(httpx.TransportError):
            return (await self.http.get(f"http://127.0.0.1:{self.port}/health/ready")).status_code == 200
        return False

    async def text(self, text: str, sender: str = PATIENT, to: str = HARBOR) -> None:
        (await self.http.post("/api/texts", json={"from": sender, "to": to, "text": text})).raise_for_status()

    async def answers(self, phone: str = PATIENT) -> list[str]:
        thread = (await self.http.get(f"/api/threads/{phone}")).json()
        return [line["text"] for line in thread if line["direction"] == "outbound"]

    async def answered(self, count: int, phone: str = PATIENT) -> list[str]:
        """Waits for that many answers."""
        await until(lambda: self._has(count, phone))
        return await self.answers(phone)

    async def _has(self, count: int, phone: str) -> bool:
        return len(await self.answers(phone)) >= count

    async def command(self, *arguments: str) -> Any:
        """What `deskbell` prints beside the running system, as JSON."""
        return json.loads(await self.said(*arguments))

    async def said(self, *arguments: str) -> str:
        """What `deskbell` prints beside the running system."""
        environment = {**self.environment, "DESKBELL_SANDBOX_URL": f"http://127.0.0.1:{self.sandbox_port}"}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "core.cli",
            *arguments,
            env=environment,
            cwd=self.folder,
            stdout=asyncio.subprocess.PIPE,
        )
        said, _ = await asyncio.wait_for(process.communicate(), 90)
        assert process.returncode == 0, said.decode()
        return said.decode()

    async def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return int(await asyncio.wait_for(self.process.wait(), 40))

    def left_behind(self) -> list[str]:
        """Processes that still use our folder."""
        found = []
        for process in psutil.process_iter(["cmdline", "pid"]):
            line = " ".join(process.info["cmdline"] or ())
            if str(self.folder) in line and process.pid != os.getpid():
                found.append(line)
        return found


async def until(true: Callable[[], Any], seconds: float = 60, every: float = 0.05) -> None:
    """Asks again and again: what is awaited happens in other processes, which tell nobody."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(every)


@pytest.fixture
async def serving() -> AsyncIterator[Callable[..., Serving]]:
    async with serving_in() as make:
        yield make


@asynccontextmanager
async def serving_in(kind: type[Serving] | None = None) -> AsyncIterator[Callable[..., Any]]:
    """Makes systems in a folder of their own, with a copy of the shipped clinics that answers at once at any hour."""
    folder = Path(tempfile.mkdtemp(prefix="deskbell-serve-"))
    shutil.copytree(CLINICS, folder / "clinics", ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    quick = "burst: {fragment: 0s, text: 0s, question: 0s, cap: 0s}"
    awake = 'quiet_hours: {begin: "03:00", end: "03:00"}'
    for file in folder.glob("clinics/*/clinic.yml"):
        text = re.sub(r"(?m)^burst: .*$", quick, file.read_text()) if file.parent.name == "harbor" else file.read_text()
        file.write_text(f"{text}\n{awake}\n")
    made: list[Serving] = []

    def make(*options: str) -> Serving:
        made.append((kind or Serving)(folder, *options))
        return made[-1]

    yield make
    for one in made:
        await one.http.aclose()
        if one.process and one.process.returncode is None:
            one.process.kill()
            await one.process.wait()
    for process in psutil.process_iter(["cmdline"]):
        if str(folder) in " ".join(process.info["cmdline"] or ()):
            process.kill()
    shutil.rmtree(folder, ignore_errors=True)
