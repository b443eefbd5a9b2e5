"""`deskbell serve` and `deskbell worker`: the processes of a running system."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import AsyncExitStack, suppress
from typing import Annotated

import typer
import uvloop
from rich.console import Console

from core import log
from core.cli.environment import opened, sandbox_elsewhere
from core.config.catalogue import Catalogue
from core.config.settings import Runtime as Settings
from core.runtime.runtime import Runtime, Sandboxed, running
from core.runtime.watch import watch

console = Console(stderr=True, highlight=False)
logger = log.get(__name__)


def serve(
    sandbox: Annotated[bool, typer.Option("--sandbox", help="Start the carriers' stand-ins and a phone too.")] = False,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that run turns; the first is this one.")] = 1,
    no_workers: Annotated[bool, typer.Option("--no-workers", help="Only take webhooks; turns run elsewhere.")] = False,
) -> None:
    """Take webhooks and run turns, until Ctrl-C."""
    settings, catalogue, environment = opened()
    log.set_up(settings.log)
    uvloop.run(_serve(settings, catalogue, environment, sandbox, 0 if no_workers else workers))


def worker() -> None:
    """Run turns only: for more machines, or more processes, on the same database."""
    settings, catalogue, environment = opened()
    log.set_up(settings.log)
    uvloop.run(_work(settings, catalogue, environment))


async def _serve(
    settings: Settings, catalogue: Catalogue, environment: Mapping[str, str], sandbox: bool, workers: int
) -> None:
    async with AsyncExitStack() as stack:
        sandboxed = await sandbox_elsewhere(environment)
        if sandbox and sandboxed is None:
            sandboxed = await _start_stand_in(settings, catalogue, stack)
        runtime = await stack.enter_async_context(
            running(settings, catalogue, environment, sandbox=sandboxed, work=workers > 0)
        )
        if workers > 1:
            await stack.enter_async_context(_Children(workers - 1, _child_environment(runtime, environment)))
        _announce(runtime)
        await _until_told(runtime)
        console.print("Stopping: running turns finish first.")


async def _work(settings: Settings, catalogue: Catalogue, environment: Mapping[str, str]) -> None:
    sandboxed = await sandbox_elsewhere(environment)
    async with running(settings, catalogue, environment, sandbox=sandboxed, serve=False) as runtime:
        if runtime.listener:
            logger.info("worker runs", port=runtime.listener.port)
        await _until_told(runtime)


async def _start_stand_in(settings: Settings, catalogue: Catalogue, stack: AsyncExitStack) -> Sandboxed:
    if not catalogue.stand_ins:
        console.print("[red]No plugin brings a sandbox.[/] Install Deskbell with its sandbox, or leave out --sandbox.")
        raise typer.Exit(1)
    stand_in = catalogue.stand_ins[0](host="127.0.0.1", port=settings.sandbox_port, folder=settings.home / "sandbox")
    await stand_in.start()
    stack.push_async_callback(stand_in.stop)
    return Sandboxed(stand_in.url, stand_in.overrides, stand_in.clock_file, stand_in.introduce)


async def _until_told(runtime: Runtime) -> None:
    """Returns at SIGINT or SIGTERM; reloads the clinics at SIGHUP and whenever their files change."""
    stopping = asyncio.Event()
    changed = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    loop.add_signal_handler(signal.SIGHUP, changed.set)
    watching = asyncio.create_task(watch(runtime, changed), name="watch clinics")
    try:
        await stopping.wait()
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


def _announce(runtime: Runtime) -> None:
    settings = runtime.settings
    address = f"http://{settings.host}:{settings.port}"
    if runtime.sandbox:
        console.print(f"\n  [bold]Phone[/]     {runtime.sandbox.url}   text a clinic from your browser")
    console.print(f"  [bold]Deskbell[/]  {address}   health at /health/ready, figures at /metrics")
    for line in runtime.reachable():
        console.print(f"  [dim]{line.clinic:<10} {line.number}  {line.channel}[/]")
    for clinic, why in {**runtime.failed, **runtime.loaded.disabled}.items():
        console.print(f"  [red]{clinic:<10} not served:[/] {why}")
    console.print("  [dim]Ctrl-C stops everything.[/]\n")


def _child_environment(runtime: Runtime, environment: Mapping[str, str]) -> dict[str, str]:
    """What a worker process needs to work on the same database, under the same sandbox."""
    child = {**os.environ, **environment}
    if runtime.sandbox:
        child["DESKBELL_SANDBOX_URL"] = runtime.sandbox.url
    return child


class _Children:
    """Worker processes beside this one, started again when they die, stopped with us."""

    def __init__(self, count: int, environment: Mapping[str, str]) -> None:
        self._count = count
        self._environment = environment
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> None:
        self._tasks = [asyncio.create_task(self._keep_alive(), name=f"worker {n}") for n in range(self._count)]

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep_alive(self) -> None:
        while True:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "core.cli",
                "worker",
                env=dict(self._environment),
                # Ctrl-C reaches a whole process group: the worker is told by us, after the web stopped.
                start_new_session=True,
            )
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                process.terminate()
                await process.wait()
                raise
            console.print(f"[yellow]A worker ended with code {code}; another is started.[/]")
            await asyncio.sleep(1)
