"""``python -m tests.e2e``: walks from a missed call to a paid deposit, once for each carrier, and writes a report.

Real processes as compose.yaml starts them, real webhooks and SDKs, the providers played by the sandbox. Exit code 1
with any deviation.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from core.store.embedded import EmbeddedServer
from tests.e2e import report
from tests.e2e.shots import Shots, shots_into
from tests.e2e.system import System, running
from tests.e2e.walk import Walk, take

#: Which clinic's number is texted, and by whom.
WALKS = {"telnyx": ("+12125550142", "+12125550117"), "twilio": ("+13105550177", "+13105550118")}
_NO_PICTURES = "Pictures of the phone page were left out: no Chromium is installed."


def main(
    out: Annotated[Path, typer.Option(help="Folder of the report; what is in it is replaced.")] = Path("e2e-report"),
) -> None:
    """Walk from a missed call to a paid deposit, through Telnyx and through Twilio."""
    _empty(out)
    deviations = asyncio.run(_walk(out.resolve()))
    for line in deviations:
        _say(f"DEVIATION  {line}")
    _say(f"{'Deviations' if deviations else 'All as it should be'}: {out / 'report.md'}")
    raise typer.Exit(1 if deviations else 0)


def _empty(out: Path) -> None:
    """Makes room for a report; a folder that holds something else is left alone."""
    report_file = out / "report.md"
    if out.exists() and any(out.iterdir()) and not report_file.exists():
        raise typer.BadParameter(f"{out} holds something that is no report of ours: name another with --out.")
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    report_file.touch()


async def _walk(out: Path) -> list[str]:
    walks = [Walk(carrier, number, patient) for carrier, (number, patient) in WALKS.items()]
    folder = Path(tempfile.mkdtemp(prefix="deskbell-e2e-"))
    at = datetime.now(UTC)
    deviations: list[str] = []
    try:
        async with running(folder, _say) as system:
            notes = await _all(walks, system, folder, out)
        deviations += [f"{one.name} ended with code {one.code}" for one in system.processes if one.code]
        report.write(out / "report.md", walks, system, notes, at)
    finally:
        for log in folder.glob("*.log"):
            shutil.copy(log, out)
        shutil.rmtree(folder, ignore_errors=True)
    return [f"{walk.carrier}: {line}" for walk in walks for line in walk.deviations] + deviations


async def _all(walks: list[Walk], system: System, folder: Path, out: Path) -> list[str]:
    """All walks, one after the other. Returns what is worth a line in the report."""
    server = EmbeddedServer(folder / "home")
    database = await asyncio.to_thread(server.start)
    try:
        async with shots_into(out, str(system.sandbox.base_url)) as shots:
            for walk in walks:
                await take(walk, system, database, shots)
                _say(
                    f"{walk.carrier}: {sum(held for _, held, _ in walk.checks)} of {len(walk.checks)} as they should be"
                )
            return await _notes(walks[-1], system, shots)
    finally:
        await asyncio.to_thread(server.stop)


async def _notes(walk: Walk, system: System, shots: Shots) -> list[str]:
    """What only the whole system can show, checked with the last walk."""
    figures = await system.figures("worker")
    walk.check(
        "Workers show their turns to Prometheus", 'deskbell_turns_total{clinic="telnyx",outcome="done"}' in figures
    )
    walk.check("Both web processes were called", len(system.shared_out) == 2, system.shared_out)
    return [] if shots.taken else [_NO_PICTURES]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


typer.run(main)
