"""``deskbell check``: proves every clinic's configuration, and says all that is wrong at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from core.config.catalogue import Catalogue
from core.config.clinics import LoadedClinics, load_clinics
from core.config.report import render
from core.config.settings import load_runtime, read_environment
from core.plugins import load_catalogue


def check(
    clinics: Annotated[Path | None, typer.Option(help="Folder of clinics; DESKBELL_CLINICS or ./clinics.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
    no_secrets: Annotated[bool, typer.Option("--no-secrets", help="Let references that point nowhere pass.")] = False,
) -> None:
    """Proves every clinic's configuration. Exit code 0 when all clinics can run, 1 when one cannot."""
    environment = read_environment()
    root = clinics or load_runtime(environment).clinics
    catalogue = load_catalogue()
    loaded = load_clinics(root, catalogue, environment=environment, skip_missing=no_secrets)
    if as_json:
        typer.echo(json.dumps(_as_json(loaded, catalogue), indent=2, ensure_ascii=False))
    else:
        _print(loaded, catalogue)
    raise typer.Exit(0 if _passes(loaded) else 1)


def _passes(loaded: LoadedClinics) -> bool:
    return not loaded.errors and not loaded.disabled


def _ailing(loaded: LoadedClinics) -> set[str]:
    return {error.clinic for error in (*loaded.errors, *loaded.disabled.values()) if error.clinic}


def _as_json(loaded: LoadedClinics, catalogue: Catalogue) -> dict[str, Any]:
    return {
        "ok": _passes(loaded),
        "clinics": [{"id": name, "ok": name not in _ailing(loaded)} for name in loaded.found],
        "errors": [error.as_json() for error in (*loaded.errors, *loaded.disabled.values())],
        "broken_plugins": [
            {"name": plugin.name, "module": plugin.module, "error": plugin.error} for plugin in catalogue.broken
        ],
    }


def _print(loaded: LoadedClinics, catalogue: Catalogue) -> None:
    console = Console()
    faults = (*loaded.errors, *loaded.disabled.values())
    if faults:
        console.print(render(faults), Text())
    for plugin in catalogue.broken:
        console.print(Text(f"broken plugin {plugin.name} ({plugin.module}): {plugin.error}", style="yellow"))
    ailing = _ailing(loaded)
    for name in loaded.found:
        good = name not in ailing and not any(error.clinic is None for error in loaded.errors)
        console.print(Text(f"{'ok   ' if good else 'error'}  {name}", style="green" if good else "red"))
    if faults:
        console.print(Text(f"{len(faults)} error{'s' if len(faults) > 1 else ''}.", style="bold red"))
