"""``python -m bench``: measures, and prints one table."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.parts import QUICK, Figure, Plan, bench
from bench.report import as_json, machine, show
from bench.run import run

_CLINIC = Path(__file__).parent.parent / "clinics" / "harbor"


def main(
    quick: Annotated[bool, typer.Option("--quick", help="A smoke run: does it work, not how fast is it.")] = False,
    clinic: Annotated[Path, typer.Option(help="Folder of the clinic to serve.")] = _CLINIC,
    save: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file too.")] = None,
) -> None:
    """Measure intake, whole turns and waiting conversations beside a bare handler, on this machine."""
    line, figures = asyncio.run(_measure(QUICK if quick else Plan(), clinic))
    console = Console()
    # A file or a pipe has no width of its own: there the table is as wide as it likes to be.
    show(console if console.is_terminal else Console(width=150), line, figures)
    if save:
        save.write_text(json.dumps(as_json(line, figures), indent=1))


async def _measure(plan: Plan, clinic: Path) -> tuple[str, dict[str, Figure]]:
    """The machine in a line, and all figures."""
    progress = Console(stderr=True)
    folder = Path(tempfile.mkdtemp(prefix="deskbell-bench-"))
    try:
        async with bench(folder, plan, clinic) as running:
            line = machine(folder, running.server.version)
            with progress.status("starting") as status:
                return line, await run(running, lambda doing: status.update(f"{doing} …"))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    typer.run(main)
