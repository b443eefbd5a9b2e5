"""``deskbell explain``: what a setting of a clinic is in the end, and which file, variable or default says so."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.config.clinics import load_clinics
from core.config.explain import NoSuchSetting
from core.config.explain import explain as explained
from core.config.settings import load_runtime, read_environment
from core.plugins import load_catalogue


def explain(
    clinic: Annotated[str, typer.Argument(help="The clinic's folder name.")],
    path: Annotated[str, typer.Argument(help="Dotted path, e.g. channels.main.number; all settings if none.")] = "",
    clinics: Annotated[Path | None, typer.Option(help="Folder of clinics; DESKBELL_CLINICS or ./clinics.")] = None,
) -> None:
    """Tells the effective value of a setting and where it comes from. Secrets are masked."""
    environment = read_environment()
    root = clinics or load_runtime(environment).clinics
    loaded = load_clinics(root, load_catalogue(), environment=environment, skip_missing=True)
    try:
        entries = explained(loaded, clinic, path)
    except NoSuchSetting as error:
        near = f" Did you mean '{error.nearest}'?" if error.nearest else ""
        Console(stderr=True).print(Text(f"There is no '{error}' in the clinic '{clinic}'.{near}", style="red"))
        raise typer.Exit(1) from None
    table = Table(box=None, pad_edge=False, show_header=False)
    for _ in ("path", "value", "origin"):
        table.add_column(overflow="fold")
    for entry in entries:
        table.add_row(Text(entry.path, style="cyan"), Text(entry.value), Text(entry.origin, style="dim"))
    Console().print(table)
    if clinic not in loaded.plans:
        Console(stderr=True).print(
            Text("Shown as written, because not everything could be worked out: see `deskbell check`.", style="yellow")
        )
