"""`deskbell broadcast`: one text to many contacts. Planned first, started with a yes, watched, stopped and resumed."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from core.cli.audience import clinic_of, planned, print_plan, refuse
from core.cli.environment import database, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.settings import read_environment
from core.store import broadcast_progress as progress
from core.store import broadcasts as store
from core.store.database import Connection, Database
from deskbell import Clock, SystemClock

console = Console(highlight=False)
app = typer.Typer(help="Send one text to many contacts: plan, start, status, stop, resume.", no_args_is_help=True)

Clinic = Annotated[str, typer.Argument(help="The clinic's id.")]
Words = Annotated[str, typer.Argument(help="What to send. The clinic's name and how to opt out are added if missing.")]
Phones = Annotated[
    Path | None, typer.Option("--phones", help="A CSV file whose first column is phone numbers; left out, everybody.")
]
Silent = Annotated[
    datetime | None,
    typer.Option("--silent-since", formats=["%Y-%m-%d"], help="Only who has not written since this day."),
]
AMinute = Annotated[int, typer.Option(min=1, max=600, help="Texts a minute.")]
Author = Annotated[str, typer.Option("--by", help="Who decides; left out, the name you are signed in with.")]
Number = Annotated[int, typer.Argument(help="The broadcast's number, as `status` shows it.")]
Watch = Annotated[bool, typer.Option("--watch", help="Stay, with a progress bar, until it is done or stopped.")]

#: How often a watched broadcast is looked at, in seconds.
_LOOK_EVERY = 1.0
#: Texts that a carrier has, and those that never will be had.
_SENT, _ENDED = ("sent",), ("failed", "dropped", "held", "left_out")


@app.command()
def plan(clinic: Clinic, text: Words, phones: Phones = None, silent_since: Silent = None) -> None:
    """Show what would be sent, to how many, and why others are left out. Sends nothing."""
    asyncio.run(_plan(clinic, text, phones, silent_since))


@app.command()
def start(
    clinic: Clinic,
    text: Words,
    phones: Phones = None,
    silent_since: Silent = None,
    a_minute: AMinute = 30,
    by: Author = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to.")] = False,
    watch: Watch = False,
) -> None:
    """Show the plan, ask, and begin. Running workers send it; it goes on without this command."""
    asyncio.run(_start(clinic, text, phones, silent_since, a_minute, by, yes, watch))


@app.command()
def status(
    number: Annotated[int | None, typer.Argument(help="The broadcast's number; left out, all of them.")] = None,
    watch: Watch = False,
) -> None:
    """Show broadcasts, or how far one is and who did what with it."""
    asyncio.run(_status(number, watch))


@app.command()
def stop(number: Number, by: Author = "") -> None:
    """Stop at once: what no carrier has yet is not sent."""
    asyncio.run(_stop(number, by))


@app.command()
def resume(number: Number, by: Author = "", watch: Watch = False) -> None:
    """Go on with those who have nothing yet."""
    asyncio.run(_resume(number, by, watch))


# ---- planning and starting -------------------------------------------------------------------------------------------


async def _clock() -> Clock:
    sandboxed = await sandbox_elsewhere(read_environment())
    return ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()


async def _plan(clinic: str, words: str, phones: Path | None, since: datetime | None) -> None:
    of, now = await clinic_of(clinic), (await _clock()).now()
    async with database() as opened_database, opened_database.connection() as connection:
        print_plan(await planned(connection, of, words, phones, since, now))
    console.print("Nothing was sent.")


async def _start(
    clinic: str,
    words: str,
    phones: Path | None,
    since: datetime | None,
    a_minute: int,
    by: str,
    agreed: bool,
    watch: bool,
) -> None:
    of, clock = await clinic_of(clinic), await _clock()
    async with database() as opened_database:
        async with opened_database.connection() as connection:
            found = await planned(connection, of, words, phones, since, clock.now())
        print_plan(found)
        if not found.survey.gets_it:
            refuse("Nobody would get it.")
        if not agreed:
            typer.confirm(f"Send it to {found.survey.gets_it}?", abort=True)
        async with opened_database.transaction() as connection:
            number = await store.start(
                connection,
                clinic,
                found.draft.text,
                found.draft.segments,
                found.audience,
                a_minute,
                _author(by),
                found.survey.recipients,
                clock.now(),
            )
        console.print(f"Broadcast {number} runs. `deskbell broadcast stop {number}` stops it at once.")
        if watch:
            await _watch(opened_database, number)


# ---- looking, stopping, going on -----------------------------------------------------------------------------------


async def _status(number: int | None, watch: bool) -> None:
    async with database() as opened_database:
        if number is None:
            await _list(opened_database)
            return
        if watch:
            await _watch(opened_database, number)
        await _show(opened_database, number)


async def _list(opened_database: Database) -> None:
    table = Table("number", "clinic", "started", "by", "status", "recipients", "sent", "audience", box=None)
    async with opened_database.connection() as connection:
        for row in await progress.latest(connection, 30):
            states = _states(await progress.of(connection, row["clinic"], row["id"]))
            reached = sum(states.values()) - states.get("left_out", 0)
            at = f"{row['started_at']:%Y-%m-%d %H:%M}"
            sent = str(states.get("sent", 0))
            table.add_row(
                str(row["id"]), row["clinic"], at, row["author"], row["status"], str(reached), sent, row["audience"]
            )
    console.print(table)


async def _show(opened_database: Database, number: int) -> None:
    async with opened_database.connection() as connection:
        row = await _found(connection, number)
        states = await progress.of(connection, row["clinic"], number)
        journal = await progress.journal(connection, row["clinic"], number)
    console.print(f"Broadcast {number} of {row['clinic']}: {row['status']}, {row['a_minute']} a minute.")
    console.print(f'"{row["text"]}"', markup=False)
    table = Table("recipients", "state", "why", box=None)
    for one in states:
        table.add_row(str(one["count"]), one["state"].replace("_", " "), one["reason"] or "")
    console.print(table)
    for one in journal:
        console.print(f"{one['at']:%Y-%m-%d %H:%M} {one['act']} by {one['author']}", markup=False)


async def _watch(opened_database: Database, number: int) -> None:
    """A bar that fills while workers send."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(f"broadcast {number}")
        while True:
            async with opened_database.connection() as connection:
                row = await _found(connection, number)
                states = _states(await progress.of(connection, row["clinic"], number))
            total = sum(states.values()) - states.get("left_out", 0)
            ended = sum(states.get(one, 0) for one in (*_SENT, *_ENDED)) - states.get("left_out", 0)
            bar.update(task, total=total, completed=ended, description=f"broadcast {number}, {row['status']}")
            if row["status"] == "stopped" or (row["status"] == "done" and ended == total):
                return
            await asyncio.sleep(_LOOK_EVERY)


async def _stop(number: int, by: str) -> None:
    clock = await _clock()
    async with database() as opened_database, opened_database.transaction() as connection:
        row = await _found(connection, number)
        back = await store.stop(connection, number, _author(by), clock.now())
    if back is None:
        refuse(f"Broadcast {number} does not run: it is {row['status']}.")
    taken = f" {back} queued text{' was' if back == 1 else 's were'} taken back." if back else ""
    console.print(f"Broadcast {number} is stopped.{taken} `deskbell broadcast resume {number}` goes on with it.")


async def _resume(number: int, by: str, watch: bool) -> None:
    clock = await _clock()
    async with database() as opened_database:
        async with opened_database.transaction() as connection:
            row = await _found(connection, number)
            left = await store.resume(connection, number, _author(by), clock.now())
        if left is None:
            refuse(f"Broadcast {number} is not stopped: it is {row['status']}.")
        console.print(f"Broadcast {number} runs again, for the {left} who have nothing yet.")
        if watch:
            await _watch(opened_database, number)


def _states(rows: list[Any]) -> Mapping[str, int]:
    states: dict[str, int] = {}
    for row in rows:
        states[row["state"]] = states.get(row["state"], 0) + row["count"]
    return states


async def _found(connection: Connection, number: int) -> Any:
    rows = await progress.latest(connection, 1, number)
    if not rows:
        refuse(f"There is no broadcast {number}; `deskbell broadcast status` lists them.")
    return rows[0]


def _author(by: str) -> str:
    return by.strip() or getpass.getuser()
