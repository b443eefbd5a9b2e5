"""``deskbell knowledge``: brings clinics' indexes up to date, searches them, and tells their state."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from core import log
from core.cli.environment import opened
from core.config.clinic import ClinicPlan
from core.config.clinics import LoadedClinics, load_clinics
from core.config.nearest import nearest
from core.rehearsal.played import played
from core.runtime.opening import Opener
from deskbell import IndexReport, IndexStatus, IndexStep, Knowledge, Passage, RefusedDocument, SystemClock, Turn

app = typer.Typer(help="Index what clinics know, search it, and see its state.", no_args_is_help=True)

Clinics = Annotated[list[str] | None, typer.Argument(help="The clinics' ids; left out, every clinic.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")]


@app.command()
def index(clinics: Clinics = None, as_json: AsJson = False) -> None:
    """Bring the index up to date with the documents. Exit code 1 when a document is refused."""
    reports = asyncio.run(_index(clinics or []))
    if as_json:
        _json({clinic: asdict(report) for clinic, report in reports.items()})
    else:
        for clinic, report in reports.items():
            _show_report(clinic, report)
    raise typer.Exit(1 if any(report.refused for report in reports.values()) else 0)


@app.command()
def search(
    clinic: Annotated[str, typer.Argument(help="The clinic's id, e.g. harbor.")],
    question: Annotated[str, typer.Argument(help="What a patient would text.")],
    limit: Annotated[int, typer.Option(min=1, max=50, help="How many passages at most.")] = 4,
    as_json: AsJson = False,
) -> None:
    """Show what a question finds, with scores. Exit code 1 when it finds nothing."""
    found = asyncio.run(_search(clinic, question, limit))
    if as_json:
        _json([asdict(passage) for passage in found])
    else:
        _show_passages(found)
    raise typer.Exit(0 if found else 1)


@app.command()
def status(clinics: Clinics = None, as_json: AsJson = False) -> None:
    """Tell what is searched at present, what has changed since, and what cannot be used."""
    found = asyncio.run(_status(clinics or []))
    if as_json:
        _json({clinic: asdict(one) for clinic, one in found.items()})
        return
    table = Table("clinic", "documents", "passages", "indexed", "changed since", "searched", box=None)
    for clinic, one in found.items():
        when = f"{one.indexed_at:%Y-%m-%d %H:%M} UTC" if one.indexed_at else ""
        table.add_row(
            clinic, str(one.documents), str(one.passages), when, ", ".join(one.changed) or "nothing", one.detail
        )
    console = Console(highlight=False)
    console.print(table)
    for clinic, one in found.items():
        _show_refused(console, clinic, one.refused)


async def _index(names: Sequence[str]) -> dict[str, IndexReport]:
    home, plans = _plans(names)
    reports = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TaskProgressColumn())
    with Progress(*columns, TextColumn("{task.fields[document]}"), console=Console(stderr=True)) as bars:
        for plan in plans:
            clinic = plan.clinic.id
            bar = bars.add_task(clinic, total=None, document="")

            def show(step: IndexStep, bar: Any = bar) -> None:
                bars.update(bar, completed=step.done, total=step.total, document=step.document)

            async with _open(plan, home) as knowledge:
                reports[clinic] = await knowledge.index(show)
            bars.update(bar, completed=reports[clinic].documents, total=reports[clinic].documents, document="")
    return reports


async def _search(name: str, question: str, limit: int) -> list[Passage]:
    home, [plan] = _plans([name])
    async with _open(plan, home) as knowledge:
        await knowledge.index()
        return await knowledge.search(question, limit=limit)


async def _status(names: Sequence[str]) -> dict[str, IndexStatus]:
    home, plans = _plans(names)
    found = {}
    for plan in plans:
        async with _open(plan, home) as knowledge:
            found[plan.clinic.id] = await knowledge.status()
    return found


def _plans(names: Sequence[str]) -> tuple[Path, list[ClinicPlan]]:
    """The home folder, and the plans of these clinics, or of all that have knowledge.

    No secret is needed but those of the knowledge.
    """
    settings, catalogue, environment = opened()
    log.set_up(settings.log, level=40)
    loaded = load_clinics(settings.clinics, played(catalogue), environment=environment, skip_missing=True)
    if not names:
        return settings.home, [plan for plan in loaded.plans.values() if plan.knowledge]
    return settings.home, [_plan(name, loaded) for name in dict.fromkeys(names)]


def _plan(name: str, loaded: LoadedClinics) -> ClinicPlan:
    plan = loaded.plans.get(name)
    if plan is not None and plan.knowledge is not None:
        return plan
    if plan is not None:
        problem = f"Clinic '{name}' has no knowledge: its clinic.yml has no section 'knowledge'."
    elif name in loaded.found:
        problem = f"Clinic '{name}' cannot be loaded: `deskbell check` says why."
    else:
        near = nearest(name, loaded.found)
        problem = f"There is no clinic '{name}'." + (f" Did you mean '{near}'?" if near else "")
    Console(stderr=True, highlight=False).print(problem)
    raise typer.Exit(1)


@asynccontextmanager
async def _open(plan: ClinicPlan, home: Path) -> AsyncIterator[Knowledge[Any]]:
    knowledge = await Opener(SystemClock(), "http://127.0.0.1", _no_lines, home).open_knowledge(plan)
    assert knowledge is not None, "`_plans` gives none without"  # noqa: S101
    try:
        yield knowledge
    finally:
        await knowledge.close()


async def _no_lines(turn: Turn, limit: int) -> tuple[()]:
    return ()


def _json(document: Any) -> None:
    typer.echo(json.dumps(document, indent=2, ensure_ascii=False, default=str))


def _show_report(clinic: str, report: IndexReport) -> None:
    console = Console(highlight=False)
    told = f"{report.passages} passages of {report.documents} documents; {report.fresh} new, {report.kept} kept"
    console.print(Text.assemble((clinic, "bold"), "  ", told, f"  {report.detail}" if report.detail else ""))
    _show_refused(console, clinic, report.refused)


def _show_refused(console: Console, clinic: str, refused: Sequence[RefusedDocument]) -> None:
    for one in refused:
        console.print(Text(f"{clinic}: left out: {one}", style="yellow"))


def _show_passages(found: Sequence[Passage]) -> None:
    console = Console(highlight=False)
    if not found:
        console.print("Nothing: a patient who asks this is told that a person will answer.")
    for passage in found:
        console.print(Text.assemble((f"{passage.score:.2f}  ", "cyan"), (passage.title, "bold"), f"  {passage.source}"))
        console.print(Text(f"      {passage.text}"))
