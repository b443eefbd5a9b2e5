"""`deskbell replay-webhook`: gives webhooks another try that could not be stored or read, or that were recorded."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core import log
from core.cli.environment import opened, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.catalogue import Catalogue
from core.config.clinics import load_clinics
from core.config.settings import Runtime as Settings
from core.engine.engine import Engine
from core.observers import ObserverCalls
from core.runtime.replay import replaying
from core.runtime.storage import storage
from core.server.kept import Kept, Recorded, UnusableRecord
from core.vault import open_vault
from deskbell import SystemClock

console = Console(highlight=False)

_PRIVATE = "These files hold what patients wrote: keep them from others, and delete them when you are done."


def replay_webhook(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Recorded webhooks; left out, all that this installation has kept.")
    ] = None,
    only_list: Annotated[bool, typer.Option("--list", help="Say what is kept, and replay nothing.")] = False,
) -> None:
    """Take webhooks as if the provider delivered them again: signatures are checked, what is known stores nothing.

    A kept webhook that is taken is deleted. Exit code 1 where one is left.
    """
    settings, catalogue, environment = opened()
    log.set_up(settings.log, level=40)
    kept = Kept(settings.home / "webhooks", open_vault(settings.secret_keys, settings.home))
    if only_list:
        _list(kept)
        return
    chosen = [*(files or kept.files())]
    if not chosen:
        console.print("No webhook is kept.")
        return
    if files:
        _warn(chosen)
    left = asyncio.run(_replay(settings, catalogue, environment, kept, chosen, forget=not files))
    if left:
        raise typer.Exit(1)


def _list(kept: Kept) -> None:
    table = Table("at", "clinic", "address", "why", "file", box=None)
    for file in kept.files():
        try:
            one = kept.read(file)
        except UnusableRecord as error:
            table.add_row("?", "?", "?", escape(str(error)), file.name)
            continue
        table.add_row(
            f"{one.at:%Y-%m-%d %H:%M:%S}", one.clinic, f"/webhooks/{one.provider}/{one.binding}", one.why, file.name
        )
    console.print(table if table.row_count else "No webhook is kept.")


def _warn(files: Sequence[Path]) -> None:
    console.print(f"[yellow]{_PRIVATE}[/]")
    for file in files:
        if file.is_file() and stat.S_IMODE(file.stat().st_mode) & 0o077:
            console.print(f"[yellow]Others may read {escape(str(file))}:[/] chmod 600 it.")


async def _replay(
    settings: Settings,
    catalogue: Catalogue,
    environment: Mapping[str, str],
    kept: Kept,
    files: Sequence[Path],
    *,
    forget: bool,
) -> int:
    """Replays `files`, forgets those that were taken if asked to, and returns how many are left."""
    recorded, left = _read(kept, files)
    sandboxed = await sandbox_elsewhere(environment)
    loaded = load_clinics(
        settings.clinics,
        catalogue,
        environment=environment,
        overrides=sandboxed.overrides if sandboxed else None,
    )
    async with storage(settings, size=4) as database:
        engine = Engine(
            database,
            ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock(),
            ObserverCalls(catalogue.manager),
            vault=open_vault(settings.secret_keys, settings.home),
        )
        async with replaying(settings, loaded, engine, list(recorded.values())) as replay:
            for file, one in recorded.items():
                came = await replay(one)
                console.print(f"{one.at:%Y-%m-%d %H:%M:%S}  {one.binding}  {came.said}", markup=False)
                if not came.done:
                    left += 1
                elif forget:
                    file.unlink()
    return left


def _read(kept: Kept, files: Sequence[Path]) -> tuple[dict[Path, Recorded], int]:
    """What can be read, oldest first, and how many files cannot."""
    recorded: dict[Path, Recorded] = {}
    for file in files:
        try:
            recorded[file] = kept.read(file)
        except UnusableRecord as error:
            console.print(str(error), markup=False)
    return dict(sorted(recorded.items(), key=lambda one: one[1].at)), len(files) - len(recorded)
