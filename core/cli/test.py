"""``deskbell test``: plays the conversation tests of clinics, and says which came out differently."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import AsyncExitStack
from io import StringIO
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console, Group, RenderableType
from rich.padding import Padding

from core import log
from core.cli.trace import turn_tree
from core.config.clinic import FILE, ClinicPlan
from core.config.errors import ConfigError
from core.config.report import render
from core.config.settings import load_runtime, read_environment
from core.plugins import load_catalogue
from core.rehearsal import junit, report
from core.rehearsal.files import FOLDER, Rehearsal, find, read_all
from core.rehearsal.house import lanes, load_plans, opened
from core.rehearsal.models import Casting
from core.rehearsal.outcome import Outcome
from core.rehearsal.run import rehearse
from core.runtime import heap
from deskbell import ProviderNotReady

_LANES = 3
_TWICE = "Two folders hold a clinic of this name: test them one after the other."
#: Exit codes beside 0: a conversation came out differently; a file or a clinic cannot be read.
_DIFFERENT, _UNREADABLE = 1, 2


def play(
    files: Annotated[list[Path] | None, typer.Argument(help="Files or folders; left out, all of every clinic.")] = None,
    model: Annotated[Casting, typer.Option(help="Who words the answers: rules, or a played model.")] = Casting.AUTO,
    junit_file: Annotated[Path | None, typer.Option("--junit", help="Write the results there, for a CI.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs: one JSON list.")] = False,
    seed: Annotated[int, typer.Option(help="Another number, and a hostile model does something else.")] = 0,
    only: Annotated[str, typer.Option("-k", help="Only conversations whose name holds this.")] = "",
) -> None:
    """Plays clinics' conversation tests. Exit code 0 when all come out, 1 when one does not, 2 when one cannot be read.

    Nothing leaves this machine and no secret is needed: the carrier and the model are played.
    """
    console = Console(stderr=as_json, highlight=False)
    log.set_up("console", level=50)
    paths = [path for given in files or [load_runtime(read_environment()).clinics] for path in _paths(given)]
    rehearsals, errors = read_all(paths)
    if not paths:
        errors = [ConfigError("There are no conversation tests here.", advice="They live in clinics/<id>/tests/*.yml.")]
    chosen = [one for one in rehearsals if only.casefold() in one.script.conversation.casefold()]
    _stop_at(errors, console)
    started = perf_counter()
    outcomes = asyncio.run(_play(chosen, model, seed, console))
    for outcome in outcomes:
        if not outcome.verdict.good:
            console.print(_told(outcome), "")
    console.print(report.summary(outcomes, perf_counter() - started))
    if model in (Casting.OBEDIENT, Casting.HOSTILE) and outcomes and not any(one.calls for one in outcomes):
        console.print("The model was not asked once: the clinics' pipelines have no stage that asks one.", style="red")
        raise typer.Exit(_UNREADABLE)
    if junit_file:
        junit.write(junit_file, outcomes, lambda outcome: _plain(_told(outcome)))
    if as_json:
        typer.echo(json.dumps(report.as_json(outcomes), indent=2, ensure_ascii=False))
    raise typer.Exit(0 if all(outcome.verdict.good for outcome in outcomes) else _DIFFERENT)


def _paths(given: Path) -> list[Path]:
    """The files that a word of the command line names: a file, a clinic, a folder of tests or of clinics."""
    if not given.is_dir():
        return [given]
    if any(given.glob(f"*/{FILE}")):
        return find(given)
    return sorted((given / FOLDER if (given / FILE).is_file() else given).rglob("*.yml"))


def _stop_at(errors: Sequence[ConfigError], console: Console) -> None:
    if errors:
        console.print(render(errors))
        raise typer.Exit(_UNREADABLE)


async def _play(rehearsals: Sequence[Rehearsal], casting: Casting, seed: int, console: Console) -> list[Outcome]:
    catalogue = load_catalogue()
    plans: dict[str, ClinicPlan] = {}
    for root in {rehearsal.root for rehearsal in rehearsals}:
        found, errors = load_plans(root, catalogue)
        wanted = {rehearsal.clinic for rehearsal in rehearsals if rehearsal.root == root}
        errors += [ConfigError(_TWICE, clinic=name) for name in sorted(plans.keys() & wanted)]
        _stop_at([error for error in errors if error.clinic in (None, *wanted)], console)
        plans |= {name: plan for name, plan in found.items() if name in wanted}
    async with AsyncExitStack() as house:
        try:
            clinics = await house.enter_async_context(opened(plans))
        except ProviderNotReady as error:
            _stop_at([ConfigError(str(error), kind="not_ready")], console)
        found_lanes = await house.enter_async_context(lanes(min(_LANES, len(rehearsals) or 1)))
        heap.settle()
        return await rehearse(rehearsals, casting, clinics, found_lanes, lambda one: _tell(one, console), seed=seed)


def _tell(outcome: Outcome, console: Console) -> None:
    console.print(report.line(outcome), no_wrap=True, overflow="ellipsis")


def _told(outcome: Outcome) -> RenderableType:
    """A conversation that did not come out, with the trace of its last turn."""
    turns = outcome.moments[-1].turns if outcome.moments else ()
    return Group(report.details(outcome), *(Padding(turn_tree(turn), (0, 0, 0, 2)) for turn in turns))


def _plain(told: RenderableType) -> str:
    page = Console(file=StringIO(), width=140, highlight=False)
    page.print(told)
    written = page.file
    return written.getvalue() if isinstance(written, StringIO) else ""
