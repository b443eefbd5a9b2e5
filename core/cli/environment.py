"""What every command that touches a running system begins with: settings, plugins, and the sandbox if there is one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path

import httpx
import typer
from rich.console import Console

from core.config.catalogue import Catalogue
from core.config.settings import Runtime as Settings
from core.config.settings import load_runtime, read_environment
from core.plugins import load_catalogue
from core.runtime.runtime import Sandboxed
from core.runtime.storage import storage
from core.store.database import Database
from deskbell import Payee, Reachable

console = Console(stderr=True, highlight=False)


def opened() -> tuple[Settings, Catalogue, Mapping[str, str]]:
    """The settings of this process, its plugins, and the environment that ``${env:…}`` is read from."""
    environment = read_environment()
    settings = load_runtime(environment)
    catalogue = load_catalogue()
    for plugin in catalogue.broken:
        console.print(f"[yellow]plugin {plugin.name} is out of service:[/] {plugin.error}")
    return settings, catalogue, environment


async def sandbox_elsewhere(environment: Mapping[str, str]) -> Sandboxed | None:
    """The sandbox that DESKBELL_SANDBOX_URL names, asked what it changes; None when it names none."""
    url = environment.get("DESKBELL_SANDBOX_URL")
    if not url:
        return None
    try:
        async with httpx.AsyncClient(timeout=5) as client:
            answer = (await client.get(f"{url.rstrip('/')}/api/connection")).raise_for_status().json()
    except httpx.HTTPError as error:
        console.print(
            f"[red]DESKBELL_SANDBOX_URL names {url}, where no sandbox answers ({type(error).__name__}).[/]"
            " Start one with `deskbell sandbox`, or unset the variable."
        )
        raise typer.Exit(1) from None

    async def introduce(clinics: Sequence[Reachable], payees: Sequence[Payee] = ()) -> None:
        async with httpx.AsyncClient(timeout=5) as client:
            told = {"clinics": [asdict(clinic) for clinic in clinics], "payees": [asdict(payee) for payee in payees]}
            (await client.post(f"{url.rstrip('/')}/api/clinics", json=told)).raise_for_status()

    return Sandboxed(url, answer["overrides"], Path(answer["clock_file"]), introduce)


@asynccontextmanager
async def database() -> AsyncIterator[Database]:
    """The database of this installation, for commands that only look."""
    async with storage(load_runtime(read_environment()), size=2) as opened_database:
        yield opened_database
