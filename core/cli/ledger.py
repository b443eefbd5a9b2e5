"""What deposits brought in, and whether the deposits themselves say the same. A command of `deposits`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from core.cli.environment import database
from core.deposits.balance import Holding, balanced, shares, strays
from core.receptionist.money import money_text
from core.store import holdings, payments
from core.store.database import Connection
from deskbell import Money

console = Console(highlight=False)

OneClinic = Annotated[str | None, typer.Argument(help="The clinic's id; left out, all of them.")]
AsJson = Annotated[bool, typer.Option("--json", help="For programs: one JSON document.")]


def books(clinic: OneClinic = None, as_json: AsJson = False) -> None:
    """Add up what came in for deposits and what went back. Exit code 1 where the deposits say something else."""
    raise typer.Exit(0 if asyncio.run(_books(clinic, as_json)) else 1)


def print_json(value: Any) -> None:
    """For programs."""
    typer.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2))


@dataclass(frozen=True, slots=True)
class _Sheet:
    """What moved at a clinic, by currency, and the deposits that hold it."""

    clinic: str
    moved: Sequence[Mapping[str, Any]]
    holdings: Sequence[Holding]

    @property
    def balanced(self) -> bool:
        return balanced({row["currency"]: row["cents"] - row["refunded"] for row in self.moved}, self.holdings)

    def plain(self) -> dict[str, Any]:
        return {
            "clinic": self.clinic,
            "balanced": self.balanced,
            "moved": [dict(row) for row in self.moved],
            "held": [asdict(share) for share in shares(self.holdings)],
            "astray": strays(self.holdings),
        }


async def _books(clinic: str | None, as_json: bool) -> bool:
    async with (
        database() as opened_database,
        opened_database.connection() as connection,
        # One moment for all that is read: a payment between two looks must not seem to be missing.
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        names = [clinic] if clinic else await holdings.clinics(connection)
        sheets = [await _sheet(connection, name) for name in names]
    if as_json:
        print_json([sheet.plain() for sheet in sheets])
    else:
        _print_sheets(sheets)
    return all(sheet.balanced for sheet in sheets)


async def _sheet(connection: Connection, clinic: str) -> _Sheet:
    moved = await payments.books(connection, clinic)
    return _Sheet(clinic, moved, await holdings.of_clinic(connection, clinic))


def _print_sheets(sheets: Sequence[_Sheet]) -> None:
    table = Table("clinic", "payments", "came in", "refunds", "went back", "stays", "held by deposits", box=None)
    for sheet in sheets:
        for row in sheet.moved:
            currency = row["currency"]
            table.add_row(
                sheet.clinic,
                str(row["payments"]),
                _amount(row["cents"], currency),
                str(row["refunds"]),
                _amount(row["refunded"], currency),
                _amount(row["cents"] - row["refunded"], currency),
                ", ".join(
                    f"{share.deposits} {share.status.value}: {_amount(share.cents, currency)}"
                    for share in shares(sheet.holdings)
                    if share.currency == currency
                ),
            )
    console.print(table)
    for sheet in sheets:
        for number in strays(sheet.holdings):
            say = f"{sheet.clinic}: deposit {number} is not what its payments say: `deskbell deposits show {number}`."
            console.print(say, markup=False, style="red")
    if all(sheet.balanced for sheet in sheets):
        console.print("Balanced: every deposit holds what came for it, and its status says so.")
    else:
        console.print("Not balanced: what came and stayed is not what the deposits say.", style="bold red")


def _amount(cents: int, currency: str) -> str:
    """Money that may be less than none."""
    return ("-" if cents < 0 else "") + money_text(Money(abs(cents), currency))
