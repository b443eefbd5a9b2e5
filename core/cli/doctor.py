"""`deskbell doctor`: is everything there that a clinic needs to go live? One table, and what to do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from core import log
from core.cli.environment import opened, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.clinics import load_clinics
from core.runtime.examination import Examination
from core.runtime.finding import Finding
from deskbell import SystemClock

_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON object.")] = False,
    deadline: Annotated[float, typer.Option(min=1, max=300, help="Seconds that each check may take.")] = 20,
) -> None:
    """Checks all that a clinic needs to go live. Exit code 0 without problems, 1 with one; warnings are none."""
    found = asyncio.run(_examined(deadline))
    if as_json:
        typer.echo(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        _print(found)
    raise typer.Exit(1 if any(one.state == "problem" for one in found) else 0)


async def _examined(deadline: float) -> list[Finding]:
    settings, catalogue, environment = opened()
    log.set_up(settings.log, level=40)
    sandboxed = await sandbox_elsewhere(environment)
    loaded = load_clinics(
        settings.clinics,
        catalogue,
        environment=environment,
        overrides=sandboxed.overrides if sandboxed else {},
    )
    clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    examination = Examination(
        settings, catalogue, loaded, clock, sandboxed=sandboxed is not None, deadline_seconds=deadline
    )
    return await examination.run()


def _as_json(found: Sequence[Finding]) -> dict[str, object]:
    return {"ok": all(one.state != "problem" for one in found), "findings": [asdict(one) for one in found]}


def _print(found: Sequence[Finding]) -> None:
    console = Console()
    table = Table("", "what", "found", "what to do", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.overflow = "fold"
    for one in found:
        table.add_row(Text(one.state, style=_COLOURS[one.state]), Text(one.about), Text(one.found), Text(one.advice))
    console.print(table)
    problems, warnings = (sum(one.state == state for one in found) for state in ("problem", "warning"))
    if problems:
        console.print(Text(f"\n{_counted(problems, 'problem')}, {_counted(warnings, 'warning')}.", style="bold red"))
    else:
        console.print(Text(f"\nReady. {_counted(warnings, 'warning')}.", style="bold green"))


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
