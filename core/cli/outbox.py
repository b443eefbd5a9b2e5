"""`deskbell outbox`: texts that did not leave or did not arrive, and what staff do about them."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.cli.environment import database, sandbox_elsewhere
from core.cli.ledger import AsJson, OneClinic, print_json
from core.clock import ShiftedClock
from core.config.settings import read_environment
from core.receptionist.sms import count
from core.store import undelivered as store
from core.store.database import Connection
from deskbell import Clock, SystemClock
from deskbell.types import mask_number

console = Console(highlight=False)
app = typer.Typer(help="See texts that did not leave or arrive; send them again, or end them.", no_args_is_help=True)


class Standing(StrEnum):
    """How a text stands."""

    QUEUED = "queued"
    SENDING = "sending"
    UNKNOWN = "unknown"
    HELD = "held"
    FAILED = "failed"
    UNDELIVERED = "undelivered"
    DROPPED = "dropped"
    SENT = "sent"


#: What is not at its end, or at one that nobody wanted.
_OPEN = (Standing.QUEUED, Standing.SENDING, Standing.UNKNOWN, Standing.HELD, Standing.FAILED, Standing.UNDELIVERED)
_GRAVE = frozenset({Standing.UNKNOWN, Standing.HELD, Standing.FAILED, Standing.UNDELIVERED})
#: The largest number that the database can have.
_LAST = 2**63 - 1

Number = Annotated[int, typer.Argument(help="The text's number, as `list` shows it.")]
Author = Annotated[str, typer.Option("--by", help="Who decides; left out, the name you are signed in with.")]
Agreed = Annotated[bool, typer.Option("--yes", help="Do not ask whether to.")]


@app.command("list")
def list_all(
    clinic: OneClinic = None,
    status: Annotated[list[Standing] | None, typer.Option(help="Only these; left out, what is not done well.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show, newest first.")] = 30,
    as_json: AsJson = False,
) -> None:
    """List texts that wait, and those that did not leave or arrive."""
    asyncio.run(_list(clinic, [one.value for one in status or _OPEN], limit, as_json))


@app.command()
def show(number: Number, as_json: AsJson = False) -> None:
    """Show one text: its words, what became of it, and who did what about it."""
    asyncio.run(_show(number, as_json))


@app.command()
def resend(number: Number, by: Author = "", yes: Agreed = False) -> None:
    """Queue a held, failed or undelivered text again. A running worker asks consent and takeover anew, and sends it."""
    asyncio.run(_resend(number, by, yes))


@app.command()
def drop(number: Number, by: Author = "", yes: Agreed = False) -> None:
    """End a text that has not left: nobody tries it again."""
    asyncio.run(_drop(number, by, yes))


# ---- looking -----------------------------------------------------------------------------------------------------


async def _list(clinic: str | None, statuses: list[str], limit: int, as_json: bool) -> None:
    async with database() as opened, opened.connection() as connection:
        rows = await store.listing(connection, clinic, statuses, limit)
    if as_json:
        print_json([dict(row) for row in rows])
        return
    table = Table("number", "clinic", "conversation", "kind", "by", "binding", "status", "why", "calls", "at", box=None)
    for row in rows:
        table.add_row(
            str(row["id"]),
            row["clinic"],
            f"c{row['conversation']}",
            row["kind"],
            row["author"],
            row["binding"],
            _shown(row),
            escape(_why(row)),
            str(row["calls"]),
            _time(row["created_at"]),
        )
    console.print(table)


async def _show(number: int, as_json: bool) -> None:
    async with database() as opened, opened.connection() as connection:
        row = await _found(connection, number)
        acts = await store.journal(connection, row["clinic"], number)
    if as_json:
        plain = {**row, "recipient": mask_number(row["recipient"]), "journal": [dict(act) for act in acts]}
        print_json(plain)
        return
    console.print(f"[bold]Text {number}[/] {row['clinic']} c{row['conversation']}, {_shown(row)} {escape(_why(row))}")
    console.print(f"{row['kind']} by {row['author']} to {mask_number(row['recipient'])} through {row['binding']}")
    console.print(row["text"], markup=False)
    for line in _story(row):
        console.print(line, markup=False)
    if acts:
        table = Table("at", "from", "to", "why it stood so", "by", box=None)
        for act in acts:
            table.add_row(
                _time(act["at"]), act["before"], act["after"], escape(act["why"] or ""), escape(act["author"])
            )
        console.print(table)


def _story(row: Mapping[str, Any]) -> list[str]:
    """What became of a text, a line each."""
    size = f"{row['segments']} segments of {count(row['text']).encoding}"
    told = [f"written {_time(row['created_at'])}, {row['calls']} calls to the carrier, {size}"]
    if row["status"] == Standing.QUEUED:
        told.append(f"due {_time(row['due_at'])}")
    if row["sent_at"]:
        told.append(f"taken by the carrier {_time(row['sent_at'])} as {row['provider_id']}")
    if row["receipt_at"]:
        told.append(f"last receipt {_time(row['receipt_at'])}")
    if row["cost_micros"] is not None:
        told.append(f"cost {row['cost_micros'] / 1_000_000:.4f} {row['currency']}")
    if row["doubtful"]:
        told.append("it may have left: nobody could say")
    return told


# ---- acting ------------------------------------------------------------------------------------------------------


async def _resend(number: int, by: str, agreed: bool) -> None:
    clock = await _clock()
    async with database() as opened:
        async with opened.connection() as connection:
            row = await _found(connection, number)
        if row["opted_out"]:
            _refuse("This contact has opted out: nothing may be sent to them.")
        if row["doubtful"] and not agreed:
            typer.confirm("This text may have left already. Send it, perhaps a second time?", abort=True)
        async with opened.connection() as connection:
            before = await store.resend(connection, row["clinic"], number, _author(by), clock.now())
    if before is None:
        _refuse(f"Text {number} is {row['status']}: only what is held, failed or undelivered can be sent again.")
    console.print(f"Text {number} was {before} and is queued again; a running worker sends it.")


async def _drop(number: int, by: str, agreed: bool) -> None:
    clock = await _clock()
    async with database() as opened:
        async with opened.connection() as connection:
            row = await _found(connection, number)
        if not agreed:
            typer.confirm(f"Text {number} is {row['status']}. End it for good?", abort=True)
        async with opened.connection() as connection:
            before = await store.drop(connection, row["clinic"], number, _author(by), clock.now())
    if before is None:
        _refuse(f"Text {number} is {row['status']}: only what has not left can be ended.")
    console.print(f"Text {number} was {before} and is dropped.")


async def _clock() -> Clock:
    sandboxed = await sandbox_elsewhere(read_environment())
    return ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()


async def _found(connection: Connection, number: int) -> Mapping[str, Any]:
    row = await store.one(connection, number) if 0 < number <= _LAST else None
    if row is None:
        _refuse(f"There is no text {number}; `deskbell outbox list` lists them.")
    return dict(row)


def _refuse(why: str) -> NoReturn:
    """Says why not and ends the command with exit code 1."""
    console.print(why, markup=False)
    raise typer.Exit(1)


def _author(by: str) -> str:
    return by.strip() or getpass.getuser()


def _shown(row: Mapping[str, Any]) -> str:
    return f"[red]{row['status']}[/]" if row["status"] in _GRAVE else str(row["status"])


def _why(row: Mapping[str, Any]) -> str:
    code = f"({row['code']})" if row["code"] else ""
    return " ".join(part for part in (row["reason"], code) if part)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
