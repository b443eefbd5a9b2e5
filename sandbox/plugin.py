"""The sandbox as a built-in plugin: a stand-in for `deskbell serve --sandbox`, and the command `deskbell sandbox`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from deskbell import StandIn, hookimpl
from sandbox.server import Sandbox


@hookimpl
def register_stand_ins() -> Sequence[type[StandIn]]:
    return [Sandbox]


@hookimpl
def register_commands() -> Sequence[tuple[str, Any]]:
    return [("sandbox", run_sandbox)]


def run_sandbox(
    host: Annotated[str, typer.Option(envvar="DESKBELL_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="DESKBELL_SANDBOX_PORT", min=0, max=65_535, help="Port.")] = 8100,
    home: Annotated[Path, typer.Option(envvar="DESKBELL_HOME", help="Where its keys and clock are kept.")] = Path(
        ".deskbell"
    ),
    real_models: Annotated[
        bool, typer.Option("--real-models", help="Play carriers only: language models are the real ones, and cost.")
    ] = False,
) -> None:
    """Runs the providers' stand-ins alone, with the phone page; Ctrl-C ends it."""
    asyncio.run(_serve(Sandbox(host=host, port=port, folder=home / "sandbox", real_models=real_models)))


async def _serve(sandbox: Sandbox) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, ended.set)
    await sandbox.start()
    typer.echo(f"Phone and control API  {sandbox.url}/")
    typer.echo(f"To use it from another process: DESKBELL_SANDBOX_URL={sandbox.url} deskbell serve")
    try:
        await ended.wait()
    finally:
        await sandbox.stop()
