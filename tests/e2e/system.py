"""A fleet of real processes: what compose.yaml starts, the sandbox, and a proxy before the web processes."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import yaml

ROOT = Path(__file__).parents[2]
_STOPS_WITHIN = 60


@dataclass
class Process:
    """A process of ours, its address, and how it ended."""

    name: str
    command: list[str]
    port: int
    running: asyncio.subprocess.Process
    code: int | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class System:
    """Everything that runs, and how to ask it."""

    folder: Path
    public_url: str
    sandbox: httpx.AsyncClient
    processes: list[Process] = field(default_factory=list)
    #: Connections that the proxy handed to each web process.
    shared_out: dict[str, int] = field(default_factory=dict)

    def named(self, kind: str) -> list[Process]:
        return [one for one in self.processes if one.name.startswith(kind)]

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """The sandbox's control API."""
        answer = await self.sandbox.request(method, path, **more)
        answer.raise_for_status()
        return answer.json()

    async def figures(self, kind: str) -> str:
        """What Prometheus would read from all processes of a kind."""
        async with httpx.AsyncClient(timeout=10) as http:
            return "\n".join([(await http.get(f"{one.url}/metrics")).text for one in self.named(kind)])


async def until(true: Callable[[], Awaitable[Any]], what: str, seconds: float = 90) -> Any:
    """What `true` gives, as soon as it gives anything. Raises `TimeoutError` that names `what`."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not (given := await true()):
        if loop.time() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        await asyncio.sleep(0.1)
    return given


@asynccontextmanager
async def running(folder: Path, say: Callable[[str], None]) -> AsyncIterator[System]:
    """Starts the fleet in `folder` and stops it; afterwards `processes` tell how they ended."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    sandbox_port, proxy_port = _free_port(), _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("DESKBELL_")},
        "DESKBELL_HOME": str(folder / "home"),
        "DESKBELL_CLINICS": str(_clinics(folder)),
        "DESKBELL_PUBLIC_URL": f"http://127.0.0.1:{proxy_port}",
    }
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{sandbox_port}", timeout=20)
        )
        system = System(folder, environment["DESKBELL_PUBLIC_URL"], http)
        stack.push_async_callback(_stop, system)

        async def start(name: str, command: list[str], port: int, **more: str) -> Process:
            with (folder / f"{name}.log").open("ab") as log:
                running = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "core.cli", *command,
                    env={**environment, **more}, cwd=folder, stdout=log, stderr=log,
                )  # fmt: skip
            system.processes.append(Process(name, command, port, running))
            say(f"{name}: deskbell {' '.join(command)}")
            return system.processes[-1]

        sandbox = await start("sandbox", ["sandbox"], sandbox_port, DESKBELL_SANDBOX_PORT=str(sandbox_port))
        await until(lambda: _answers(sandbox, "/api/clock"), "the sandbox starts")
        await system.ask("POST", "/api/clock", json={"now": _a_tuesday_morning().isoformat()})
        migrate = await start("migrate", services["migrate"]["command"], 0)
        if await migrate.running.wait():
            raise RuntimeError((folder / "migrate.log").read_text())
        beneath = {"DESKBELL_SANDBOX_URL": sandbox.url}
        for kind, variable in (("web", "DESKBELL_PORT"), ("worker", "DESKBELL_WORKER_PORT")):
            for number in range(1, services[kind]["deploy"]["replicas"] + 1):
                port = _free_port()
                await start(f"{kind}-{number}", services[kind]["command"], port, **beneath, **{variable: str(port)})
        for one in (*system.named("web"), *system.named("worker")):
            await until(lambda one=one: _answers(one, "/health/ready"), f"{one.name} is ready")
        await stack.enter_async_context(_proxy(proxy_port, system))
        yield system


def _clinics(folder: Path) -> Path:
    """The shipped med-spa twice, so that both walks are the same but for the carrier."""
    clinics = folder / "clinics"
    for name in ("telnyx", "twilio"):
        shutil.copytree(
            ROOT / "clinics" / "harbor", clinics / name, ignore=shutil.ignore_patterns("tests", "__pycache__")
        )
    file = clinics / "twilio" / "clinic.yml"
    twilio = """  main:
    use: twilio
    number: "+13105550177"
    account_sid: "${env:TWILIO_ACCOUNT_SID}"
    auth_token: "${env:TWILIO_AUTH_TOKEN}"
    forward_to: "+13105550161"
    ring_seconds: 5
"""
    written, count = re.subn(r"(?m)^  main: \{use: telnyx.*\n", twilio, file.read_text())
    if count != 1:
        raise RuntimeError("clinics/harbor/clinic.yml has changed: the copy for Twilio cannot be made from it.")
    file.write_text(written)
    return clinics


def _a_tuesday_morning() -> datetime:
    """The next one: an hour at which the clinic is open, and which is quiet neither in New York nor in Los Angeles."""
    now = datetime.now(UTC)
    return (now + timedelta(days=(1 - now.weekday()) % 7 or 7)).replace(hour=18, minute=30, second=0, microsecond=0)


async def _answers(process: Process, path: str) -> bool:
    if process.running.returncode is not None:
        raise RuntimeError(f"{process.name} ended with code {process.running.returncode}; its log says why.")
    with suppress(httpx.TransportError):
        async with httpx.AsyncClient(timeout=5) as http:
            return (await http.get(process.url + path)).status_code == 200
    return False


@asynccontextmanager
async def _proxy(port: int, system: System) -> AsyncIterator[None]:
    """Hands connections to the web processes in turn: what Caddy does in compose.yaml, without TLS."""
    webs = itertools.cycle(system.named("web"))
    tasks: set[asyncio.Task[Any]] = set()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        web = next(webs)
        system.shared_out[web.name] = system.shared_out.get(web.name, 0) + 1
        inside, outside = await asyncio.open_connection("127.0.0.1", web.port)
        await asyncio.gather(_copy(reader, outside), _copy(inside, writer))

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(pass_on(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def _stop(system: System) -> None:
    """As `docker compose stop` does, the sandbox last; who does not go is killed, and its code tells it."""
    for one in (*system.named("web"), *system.named("worker"), *system.named("sandbox"), *system.named("migrate")):
        if one.running.returncode is None:
            one.running.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(one.running.wait(), _STOPS_WITHIN)
            except TimeoutError:
                one.running.kill()
        one.code = await one.running.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
