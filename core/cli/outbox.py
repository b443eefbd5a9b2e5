"""`deskbell outbox`: texts that did not arrive, why, and sending or dropping them."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated, Any, Literal, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.cli.environment import database, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.settings import read_environment
from core.store import letters
from core.store.database import Connection
from core.store.letters import Act, Letter
from deskbell import Clock, SystemClock, mask_number

console = Console(highlight=False)
app = typer.Typer(help="See texts that did not arrive; send them again, or drop them.", no_args_is_help=True)

Standing = Literal["held", "failed", "not delivered", "unknown", "queued", "sending", "sent", "dropped"]
#: Without a wish of the caller's: what a person has to look at.
_DEAD = ("held", "failed", "not delivered", "unknown")
Number = Annotated[int, typer.Argument(help="The text's number, as `list` shows it.")]
Author = Annotated[str, typer.Option("--by", help="Who decides; left out, the name you are signed in with.")]
Json = Annotated[bool, typer.Option("--json", help="For programs.")]


@app.command("list")
def show_all(
    clinic: Annotated[str | None, typer.Argument(help="The clinic's id; left out, all of them.")] = None,
    status: Annotated[
        Standing | None, typer.Option(help="Only those that stand so; left out, those that did not arrive.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show, newest last.")] = 50,
    as_json: Json = False,
) -> None:
    """List texts, without their words and with masked numbers."""
    asyncio.run(_list(clinic, (status,) if status else _DEAD, limit, as_json))


@app.command()
def show(number: Number, as_json: Json = False) -> None:
    """Show one text whole: words, number, way, cost, and who did what about it."""
    asyncio.run(_show(number, as_json))


@app.command()
def resend(number: Number, by: Author = "") -> None:
    """Send a held or failed text again. All that is asked of any text before it leaves is asked of it once more."""
    asyncio.run(_act(number, "resend", by))


@app.command()
def drop(number: Number, by: Author = "") -> None:
    """Give a waiting or held text up, so that it never leaves and keeps none behind it waiting."""
    asyncio.run(_act(number, "drop", by))


async def _list(clinic: str | None, standings: Any, limit: int, as_json: bool) -> None:
    async with _connection() as connection:
        found = await letters.listing(connection, clinic, standings, limit)
    if as_json:
        print(json.dumps([_plain(one, whole=False) for one in found]))  # noqa: T201 - for programs
        return
    table = Table("number", "at", "clinic", "conversation", "to", "stands", "why", "tries", "by", box=None)
    for one in found:
        table.add_row(
            str(one.id),
            f"{one.created_at:%Y-%m-%d %H:%M}",
            one.clinic,
            f"c{one.conversation}",
            mask_number(one.recipient),
            one.standing,
            escape(_why(one)),
            str(one.attempts),
            one.binding,
        )
    console.print(table if found else "Every text has arrived, as far as is known.")


async def _show(number: int, as_json: bool) -> None:
    async with _connection() as connection:
        one = await _found(connection, number)
        acts = await letters.acts(connection, one)
    if as_json:
        told = [{**dict(act), "at": act["at"].isoformat()} for act in acts]
        print(json.dumps({**_plain(one, whole=True), "acts": told}))  # noqa: T201 - for programs
        return
    console.print(
        f"[bold]Text {one.id}[/] {one.clinic} c{one.conversation} to {one.recipient} by {one.binding}: {one.standing}"
    )
    console.print(one.text, markup=False)
    console.print(
        f"{one.segments} segment{'' if one.segments == 1 else 's'}, cost {_cost(one)}; tried {one.attempts} times; "
        f"from {one.author}, {one.created_at:%Y-%m-%d %H:%M:%S}" + (f"; why: {_why(one)}" if _why(one) else ""),
        markup=False,
    )
    if one.opted_out:
        console.print("The contact has opted out: nothing is sent to them.")
    for act in acts:
        console.print(f"{act['at']:%Y-%m-%d %H:%M} {act['act']} by {act['author']} (it was {act['was']})", markup=False)


async def _act(number: int, act: Act, by: str) -> None:
    sandboxed = await sandbox_elsewhere(read_environment())
    clock: Clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    async with database() as opened_database, opened_database.transaction() as connection:
        one = await _found(connection, number)
        if act == "resend" and one.opted_out:
            _refuse("The contact has opted out: nothing is sent to them.")
        if not await letters.act(connection, one, act, by.strip() or getpass.getuser(), clock.now()):
            able = sorted(standing for standing, acts in letters.ALLOWED.items() if act in acts)
            _refuse(f"Text {number} is {one.standing}; `{act}` is for texts that are {', '.join(able)}.")
    said = "is queued; a running worker sends it" if act == "resend" else "is dropped"
    console.print(f"Text {number} {said}.", markup=False)


@asynccontextmanager
async def _connection() -> AsyncIterator[Connection]:
    async with database() as opened_database, opened_database.connection() as connection:
        yield connection


async def _found(connection: Connection, number: int) -> Letter:
    one = await letters.one(connection, number) if 0 < number < 2**63 else None
    if one is None:
        _refuse(f"There is no text {number}; `deskbell outbox list` lists them.")
    return one


def _refuse(why: str) -> NoReturn:
    console.print(why, markup=False)
    raise typer.Exit(1)


def _why(one: Letter) -> str:
    return " ".join(part for part in (one.reason, one.code and f"({one.code})") if part)


def _cost(one: Letter) -> str:
    if one.cost_micros is None:
        return "not told"
    return f"{one.cost_micros / 1_000_000:.4f} {one.cost_currency}"


def _plain(one: Letter, *, whole: bool) -> dict[str, Any]:
    found = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in asdict(one).items()}
    if not whole:
        del found["text"]
        found["recipient"] = mask_number(one.recipient)
    return found
