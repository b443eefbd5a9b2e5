"""`deskbell deposits`: what was asked for, what came of it, and what staff do about it."""

from __future__ import annotations

import asyncio
import getpass
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from core.cli.environment import database, opened, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.clinics import load_clinics
from core.config.settings import read_environment
from core.engine.accounts.grants import Grants
from core.engine.deposits.books import Books
from core.engine.deposits.cashier import Cashier, Reconciled
from core.engine.deposits.desk import DepositRefused, Desk
from core.engine.live import Directory
from core.engine.queue import WakeQueue
from core.receptionist.money import money_text
from core.runtime.opening import Opener, close_clinic
from core.store import deposits as store
from core.store import payments, refunds
from core.store.database import Connection, Database
from core.store.deposits import DepositRow
from core.vault import open_vault
from deskbell import Clock, DepositStatus, Money, ProviderNotReady, SystemClock

console = Console(highlight=False)
app = typer.Typer(help="See deposits and their money, give it back, ask providers again.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(help="The deposit's number, as `list` shows it.")]
OneClinic = Annotated[str | None, typer.Argument(help="The clinic's id; left out, all of them.")]
Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many to show, newest first.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")]
Author = Annotated[str, typer.Option("--by", help="Who decides; left out, the name you are signed in with.")]
Cents = Annotated[int | None, typer.Option(min=1, help="Another amount than all of it, in cents.")]
_STATUSES = ", ".join(status.value for status in DepositStatus)
#: Statuses that wait for a person.
_GRAVE = frozenset({DepositStatus.HELD, DepositStatus.DISPUTED})


@app.command("list")
def list_all(
    clinic: OneClinic = None,
    status: Annotated[list[DepositStatus] | None, typer.Option(help=f"Only these: {_STATUSES}.")] = None,
    limit: Limit = 30,
    as_json: AsJson = False,
) -> None:
    """List deposits."""
    asyncio.run(_list(clinic, [one.value for one in status or ()], limit, as_json))


@app.command()
def show(
    number: Number,
    link: Annotated[bool, typer.Option("--link", help="The provider's own link too: whoever has it can pay.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show one deposit: its money, and how it came to be what it is."""
    asyncio.run(_show(number, link, as_json))


@app.command()
def parked(clinic: OneClinic = None, limit: Limit = 30, as_json: AsJson = False) -> None:
    """List what providers told and nobody acted on: money that belongs to no deposit first."""
    asyncio.run(_parked(clinic, limit, as_json))


@app.command()
def books(clinic: Annotated[str, typer.Argument(help="The clinic's id.")], as_json: AsJson = False) -> None:
    """Add up what came in for deposits and what went back."""
    asyncio.run(_books(clinic, as_json))


@app.command()
def refund(
    number: Number,
    cents: Cents = None,
    by: Author = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to.")] = False,
) -> None:
    """Give money back. A running worker asks the provider; what comes of it is told by text and to staff."""

    async def act(desk: Desk, row: DepositRow, author: str) -> str:
        amount = await desk.refund(row.clinic, row.id, author, cents)
        return f"A refund of {money_text(amount)} is on its way: a running worker asks the provider for it."

    what = f"{cents} cents" if cents else "all that came"
    asyncio.run(_act(number, by, act, None if yes else f"Give back {what} of deposit {number}?"))


@app.command()
def paid(number: Number, cents: Cents = None, by: Author = "") -> None:
    """Say that the money is in hand: paid at the desk, or in a way that reports nothing."""

    async def act(desk: Desk, row: DepositRow, author: str) -> str:
        return f"Deposit {row.id} is {await desk.mark_paid(row.clinic, row.id, author, cents)}."

    asyncio.run(_act(number, by, act))


@app.command()
def accept(number: Number, by: Author = "") -> None:
    """Take another amount than was asked for, for good: the patient is confirmed."""

    async def act(desk: Desk, row: DepositRow, author: str) -> str:
        await desk.accept(row.clinic, row.id, author)
        return f"Deposit {row.id} counts as paid."

    asyncio.run(_act(number, by, act))


@app.command()
def cancel(number: Number, by: Author = "") -> None:
    """Give an open deposit up. A running worker makes its link void; the patient is not told."""

    async def act(desk: Desk, row: DepositRow, author: str) -> str:
        await desk.cancel(row.clinic, row.id, author)
        return f"Deposit {row.id} is cancelled; a running worker makes its link void."

    asyncio.run(_act(number, by, act))


@app.command()
def reconcile(
    clinic: OneClinic = None,
    days: Annotated[int, typer.Option(min=1, max=366, help="Links that moved within so many days.")] = 7,
) -> None:
    """Ask the providers about every link of the last days: for what webhooks may have missed while we were down."""
    asyncio.run(_reconcile(clinic, days))


# ---- looking -----------------------------------------------------------------------------------------------------


async def _list(clinic: str | None, statuses: list[str], limit: int, as_json: bool) -> None:
    async with database() as opened_database, opened_database.connection() as connection:
        rows = await store.listing(connection, clinic, statuses, limit)
    if as_json:
        _print_json([_plain(row) for row in rows])
        return
    table = Table("number", "clinic", "conversation", "amount", "status", "asked for", "moved", box=None)
    for row in rows:
        table.add_row(
            str(row.id),
            row.clinic,
            f"c{row.conversation}",
            money_text(row.amount),
            _shown(row.status),
            _time(row.created_at),
            _time(row.moved_at),
        )
    console.print(table)


async def _show(number: int, link: bool, as_json: bool) -> None:
    async with database() as opened_database, opened_database.connection() as connection:
        row = await _found(connection, number)
        came = await payments.of_deposit(connection, row.clinic, row.id)
        back = await refunds.of_deposit(connection, row.clinic, row.id)
        moves = await store.history(connection, row.clinic, row.id)
    if as_json:
        money = [
            {"payment": one.id, "status": one.status, "cents": one.amount.cents, "currency": one.amount.currency}
            for one in came
        ]
        given = [dict(one) for one in back]
        _print_json({**_plain(row), "payments": money, "refunds": given, "journal": [dict(one) for one in moves]})
        return
    console.print(
        f"[bold]Deposit {row.id}[/] {row.clinic} c{row.conversation}, {money_text(row.amount)}, {_shown(row.status)}"
    )
    console.print(f"through {row.binding}; {row.url or 'no link yet'}", markup=False)
    if link:
        console.print(f"at the provider: {row.link_url or 'no link'}", markup=False)
    _print_money(came, back)
    table = Table("at", "from", "to", "why", box=None)
    for one in moves:
        table.add_row(_time(one["at"]), one["before"] or "", one["after"], escape(one["cause"]))
    console.print(table)


def _print_money(came: list[Any], back: list[Any]) -> None:
    if not came and not back:
        return
    table = Table("payment", "amount", "status", "why", box=None)
    for one in came:
        table.add_row(escape(one.id), money_text(one.amount), one.status.value, "")
    for row in back:
        amount = money_text(Money(row["cents"], row["currency"]))
        by = f"by {row['wanted_by']}" if row["wanted_by"] else "told by the provider"
        why = ": ".join(part for part in (by, row["reason"]) if part)
        table.add_row(escape(row["payment_id"]), f"-{amount}", f"refund {row['status']}", escape(why))
    console.print(table)


async def _parked(clinic: str | None, limit: int, as_json: bool) -> None:
    async with database() as opened_database, opened_database.connection() as connection:
        rows = await payments.parked(connection, clinic, limit)
    if as_json:
        _print_json([dict(row) for row in rows])
        return
    table = Table("at", "clinic", "binding", "what", "payment", "amount", "why", box=None)
    for row in sorted(rows, key=lambda row: payments.PARKED.index(row["outcome"])):
        amount = money_text(Money(row["cents"], row["currency"])) if row["cents"] is not None else ""
        why = f"[red]{row['outcome']}[/]" if row["outcome"] == "unmatched" else row["outcome"]
        what, payment = escape(row["kind"]), escape(row["payment_id"] or "")
        table.add_row(_time(row["at"]), row["clinic"], row["binding"], what, payment, amount, why)
    console.print(table)


async def _books(clinic: str, as_json: bool) -> None:
    async with database() as opened_database, opened_database.connection() as connection:
        rows = [dict(row) for row in await payments.books(connection, clinic)]
    if as_json:
        _print_json(rows)
        return
    table = Table("currency", "payments", "came in", "refunds", "went back", "stays", box=None)
    for row in rows:
        amounts = [Money(row["cents"], row["currency"]), Money(row["refunded"], row["currency"])]
        stays = row["cents"] - row["refunded"]
        left = money_text(Money(abs(stays), row["currency"]))
        table.add_row(
            row["currency"],
            str(row["payments"]),
            money_text(amounts[0]),
            str(row["refunds"]),
            money_text(amounts[1]),
            left if stays >= 0 else f"[red]-{left}[/]",
        )
    console.print(table)


def _plain(row: DepositRow) -> dict[str, Any]:
    return {
        "deposit": row.id,
        "clinic": row.clinic,
        "conversation": row.conversation,
        "request": row.request,
        "binding": row.binding,
        "cents": row.cents,
        "currency": row.currency,
        "status": row.status.value,
        "created_at": row.created_at,
        "moved_at": row.moved_at,
    }


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2))


def _shown(status: DepositStatus) -> str:
    return f"[red]{status.value}[/]" if status in _GRAVE else status.value


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


async def _found(connection: Connection, number: int) -> DepositRow:
    row = await store.one(connection, None, number)
    if row is None:
        _refuse(f"There is no deposit {number}; `deskbell deposits list` lists them.")
    return row


def _refuse(why: str) -> NoReturn:
    console.print(why, markup=False)
    raise typer.Exit(1)


# ---- doing -------------------------------------------------------------------------------------------------------

Act = Callable[[Desk, DepositRow, str], Awaitable[str]]


async def _act(number: int, by: str, act: Act, question: str | None = None) -> None:
    sandboxed = await sandbox_elsewhere(read_environment())
    clock: Clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    async with database() as opened_database:
        async with opened_database.connection() as connection:
            row = await _found(connection, number)
        if question and not typer.confirm(question):
            raise typer.Exit(1)
        desk = Desk(opened_database, Books(opened_database, WakeQueue(opened_database), clock), clock)
        try:
            console.print(await act(desk, row, by or getpass.getuser()), markup=False)
        except DepositRefused as error:
            _refuse(str(error))


async def _reconcile(clinic: str | None, days: int) -> None:
    async with _till() as (cashier, clinics, clock):
        if clinic is not None and clinic not in clinics:
            _refuse(f"No clinic '{clinic}' takes payments here; `deskbell check` says what is loaded.")
        failed = 0
        for name in [clinic] if clinic else clinics:
            found = await _ask(cashier, name, clock.now() - timedelta(days=days))
            failed += found.failed
            missed = f", {found.failed} could not be asked about" if found.failed else ""
            console.print(f"{name}: {found.asked} links asked about, {found.fresh} news{missed}.", markup=False)
    if failed:
        raise typer.Exit(1)


async def _ask(cashier: Cashier, clinic: str, since: datetime) -> Reconciled:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(clinic, total=None)
        done = 0

        def asked(left: int) -> None:
            nonlocal done
            done += 1
            bar.update(task, completed=done, total=done + left)

        return await cashier.reconcile(clinic, since, asked)


@asynccontextmanager
async def _till() -> AsyncIterator[tuple[Cashier, list[str], Clock]]:
    """A cashier over the clinics that take payments, and nothing else of them open."""
    settings, catalogue, environment = opened()
    sandboxed = await sandbox_elsewhere(environment)
    clock: Clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    overrides: Mapping[str, Mapping[str, Any]] = sandboxed.overrides if sandboxed else {}
    loaded = load_clinics(settings.clinics, catalogue, environment=environment, overrides=overrides)
    url = settings.public_url or f"http://{settings.host}:{settings.port}"
    directory = Directory()
    async with database() as opened_database:
        grants = Grants(opened_database, open_vault(settings.secret_keys, settings.home), clock)
        opener = Opener(clock, url, _no_transcript, settings.home, grants=grants)
        live = {}
        try:
            for name, plan in loaded.plans.items():
                if plan.payments:
                    bare = replace(plan, channels={}, models={}, knowledge=None, pipeline=())
                    live[name] = await opener.open(bare)
            directory.swap(live)
            yield _cashier(opened_database, directory, clock, url), list(live), clock
        except ProviderNotReady as error:
            _refuse(str(error))
        finally:
            for one in live.values():
                await close_clinic(one)


def _cashier(opened_database: Database, directory: Directory, clock: Clock, url: str) -> Cashier:
    books = Books(opened_database, WakeQueue(opened_database), clock)
    return Cashier(opened_database, directory, books, clock, SystemClock(), public_url=url)


async def _no_transcript(turn: Any, limit: int) -> tuple[()]:
    return ()
