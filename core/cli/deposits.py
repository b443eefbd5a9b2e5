"""`deskbell deposits`: what was asked for and what came of it. `desk` does something about it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.cli.desk import Number, accept, cancel, found, paid, refund
from core.cli.environment import database
from core.cli.ledger import AsJson, OneClinic, books, print_json
from core.cli.reconciliation import reconcile
from core.deposits.machine import PaymentFacts
from core.receptionist.money import money_text
from core.store import deposits as store
from core.store import payments, refunds
from core.store.deposits import DepositRow
from deskbell import DepositStatus, Money

console = Console(highlight=False)
app = typer.Typer(help="See deposits and their money, give it back, ask providers again.", no_args_is_help=True)

Limit = Annotated[int, typer.Option(min=1, max=1000, help="How many to show, newest first.")]
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


for command in (books, refund, paid, accept, cancel, reconcile):
    app.command()(command)


# ---- looking -----------------------------------------------------------------------------------------------------


async def _list(clinic: str | None, statuses: list[str], limit: int, as_json: bool) -> None:
    async with database() as opened_database, opened_database.connection() as connection:
        rows = await store.listing(connection, clinic, statuses, limit)
    if as_json:
        print_json([_plain(row) for row in rows])
        return
    table = Table("number", "clinic", "conversation", "amount", "status", "asked for", "moved", box=None)
    for row in rows:
        table.add_row(
            str(row.id),
            row.clinic,
            f"c{row.conversation}",
            money_text(row.amount),
            shown(row),
            _time(row.created_at),
            _time(row.moved_at),
        )
    console.print(table)


async def _show(number: int, link: bool, as_json: bool) -> None:
    async with database() as opened_database, opened_database.connection() as connection:
        row = await found(connection, number)
        came = await payments.of_deposit(connection, row.clinic, row.id)
        back = await refunds.of_deposit(connection, row.clinic, row.id)
        moves = await store.history(connection, row.clinic, row.id)
    if as_json:
        money = [_plain_payment(one) for one in came]
        links = {"url": row.url, **({"provider_url": row.link_url} if link else {})}
        given, journal = [dict(one) for one in back], [dict(one) for one in moves]
        print_json({**_plain(row), **links, "payments": money, "refunds": given, "journal": journal})
        return
    console.print(f"[bold]Deposit {row.id}[/] {row.clinic} c{row.conversation}, {money_text(row.amount)}, {shown(row)}")
    console.print(f"through {row.binding}; {_link(row)}", markup=False)
    if link:
        console.print(f"at the provider: {row.link_url or 'no link'}", markup=False)
    _print_money(came, back)
    table = Table("at", "from", "to", "why", box=None)
    for one in moves:
        table.add_row(_time(one["at"]), one["before"] or "", one["after"], escape(one["cause"]))
    console.print(table)


def _print_money(came: Sequence[PaymentFacts], back: Sequence[Any]) -> None:
    if not came and not back:
        return
    table = Table("payment", "amount", "status", "why", box=None)
    for one in came:
        table.add_row(escape(one.id), money_text(one.amount), one.status.value, "")
    for row in back:
        amount = money_text(Money(row["cents"], row["currency"]))
        by = f"wanted by {row['wanted_by']}" if row["wanted_by"] else "told by the provider"
        why = ": ".join(part for part in (by, row["reason"]) if part)
        table.add_row(escape(row["payment_id"]), f"-{amount}", f"refund {row['status']}", escape(why))
    console.print(table)


async def _parked(clinic: str | None, limit: int, as_json: bool) -> None:
    async with database() as opened_database, opened_database.connection() as connection:
        rows = await payments.parked(connection, clinic, limit)
    if as_json:
        print_json([dict(row) for row in rows])
        return
    table = Table("at", "clinic", "binding", "what", "payment", "amount", "why", box=None)
    for row in rows:
        amount = money_text(Money(row["cents"], row["currency"])) if row["cents"] is not None else ""
        why = f"[red]{row['outcome']}[/]" if row["outcome"] == "unmatched" else row["outcome"]
        what, payment = escape(row["kind"]), escape(row["payment_id"] or "")
        table.add_row(_time(row["at"]), row["clinic"], row["binding"], what, payment, amount, why)
    console.print(table)


# ---- how it is shown ---------------------------------------------------------------------------------------------


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
        "accepted": row.accepted,
        "errand": row.errand,
        "created_at": row.created_at,
        "moved_at": row.moved_at,
    }


def _plain_payment(payment: PaymentFacts) -> dict[str, Any]:
    return {
        "payment": payment.id,
        "status": payment.status.value,
        "cents": payment.amount.cents,
        "currency": payment.amount.currency,
        "refunded": payment.refunded,
    }


def shown(row: DepositRow) -> str:
    """A deposit's status with what is still to be done about its link, for the terminal."""
    status = f"[red]{row.status.value}[/]" if row.status in _GRAVE else row.status.value
    if row.errand == "void":
        return f"{status} [yellow](its link is not void yet)[/]"
    return f"{status} (another amount)" if row.accepted and row.status is DepositStatus.PAID else status


def _link(row: DepositRow) -> str:
    if row.url:
        return row.url
    return "no link: it is paid at the desk" if row.link_id else "no link yet"


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
