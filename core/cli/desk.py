"""What staff do about a deposit from the command line: give back, take, accept, give up. Commands of `deposits`."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from core.cli.environment import database, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.settings import read_environment
from core.deposits.machine import in_hand
from core.engine.deposits.books import Books
from core.engine.deposits.desk import DepositRefused, Desk
from core.engine.queue import WakeQueue
from core.receptionist.money import money_text
from core.store import deposits as store
from core.store import payments, refunds
from core.store.database import Connection, Database
from core.store.deposits import DepositRow
from deskbell import Clock, DepositStatus, Money, SystemClock

console = Console(highlight=False)

Number = Annotated[int, typer.Argument(help="The deposit's number, as `list` shows it.")]
Author = Annotated[str, typer.Option("--by", help="Who decides; left out, the name you are signed in with.")]
Cents = Annotated[int | None, typer.Option(min=1, max=100_000_00, help="Another amount than all of it, in cents.")]

#: How often a refund is looked at while a worker may be asking for it, in seconds.
_LOOK_EVERY = 0.25
#: The largest number that the database can have.
_LAST = 2**63 - 1


def refund(
    number: Number,
    cents: Cents = None,
    by: Author = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to.")] = False,
    wait: Annotated[float, typer.Option(min=0, max=300, help="Seconds to wait for what becomes of it.")] = 10,
) -> None:
    """Give money back. A running worker asks the provider. Exit code 1 where it is refused."""
    asyncio.run(_refund(number, cents, by, yes, wait))


def paid(number: Number, cents: Cents = None, by: Author = "") -> None:
    """Say that the money is in hand: paid at the desk, or in a way that reports nothing."""
    asyncio.run(_paid(number, cents, by))


def accept(number: Number, by: Author = "") -> None:
    """Take another amount than was asked for, for good: the patient is confirmed."""
    asyncio.run(_accept(number, by))


def cancel(number: Number, by: Author = "") -> None:
    """Give an open deposit up. A running worker makes its link void; the patient is not told."""
    asyncio.run(_cancel(number, by))


async def found(connection: Connection, number: int) -> DepositRow:
    """The deposit of this number; where there is none, says so and ends the command."""
    row = await store.one(connection, None, number) if 0 < number <= _LAST else None
    if row is None:
        refuse(f"There is no deposit {number}; `deskbell deposits list` lists them.")
    return row


def refuse(why: str) -> NoReturn:
    """Says why not and ends the command with exit code 1."""
    console.print(why, markup=False)
    raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class _Case:
    """A deposit on the desk."""

    database: Database
    desk: Desk
    row: DepositRow
    author: str


@asynccontextmanager
async def _case(number: int, by: str) -> AsyncIterator[_Case]:
    """Opens a deposit for one act; an act that is refused ends the command with the reason."""
    sandboxed = await sandbox_elsewhere(read_environment())
    clock: Clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    async with database() as opened_database:
        async with opened_database.connection() as connection:
            row = await found(connection, number)
        desk = Desk(opened_database, Books(opened_database, WakeQueue(opened_database), clock), clock)
        try:
            yield _Case(opened_database, desk, row, by.strip() or getpass.getuser())
        except DepositRefused as error:
            refuse(str(error))


async def _paid(number: int, cents: int | None, by: str) -> None:
    async with _case(number, by) as case:
        row = case.row
        status = await case.desk.mark_paid(row.clinic, row.id, case.author, cents)
    said = f"Deposit {row.id} is {status}."
    if status == DepositStatus.HELD:
        said += f" {money_text(row.amount)} was asked for; `deskbell deposits accept {row.id}` takes this for good."
    console.print(said, markup=False)


async def _accept(number: int, by: str) -> None:
    async with _case(number, by) as case:
        await case.desk.accept(case.row.clinic, case.row.id, case.author)
    console.print(f"Deposit {number} counts as paid.")


async def _cancel(number: int, by: str) -> None:
    async with _case(number, by) as case:
        await case.desk.cancel(case.row.clinic, case.row.id, case.author)
    console.print(f"Deposit {number} is cancelled; a running worker makes its link void.")


# ---- giving money back -------------------------------------------------------------------------------------------


async def _refund(number: int, cents: int | None, by: str, agreed: bool, wait: float) -> None:
    async with _case(number, by) as case:
        row = case.row
        before = await _refunds(case)
        left = await _left(case)
        if left:
            console.print(_plan(row, left, cents), markup=False)
            if not agreed:
                typer.confirm("Give it back?", abort=True)
        amount = await case.desk.refund(row.clinic, row.id, case.author, cents)
        console.print(f"Wanted: {money_text(amount)} of deposit {row.id} back.", markup=False)
        asked = await _watched(case, len(before), wait)
    for line in dict.fromkeys(_told(one) for one in asked):
        console.print(line, markup=False)
    if any(one["status"] == "refused" for one in asked):
        raise typer.Exit(1)


async def _left(case: _Case) -> list[Money]:
    """What of each payment can still go back, oldest first."""
    row, left = case.row, []
    async with case.database.connection() as connection:
        for one in await payments.of_deposit(connection, row.clinic, row.id):
            on_the_way = await refunds.on_the_way(connection, row.clinic, row.binding, one.id)
            if one.came and one.amount.cents > on_the_way:
                left.append(Money(one.amount.cents - on_the_way, one.amount.currency))
    return left


def _plan(row: DepositRow, left: list[Money], cents: int | None) -> str:
    """What will happen, before anybody says yes to it."""
    whole = " and ".join(money_text(one) for one in left)
    what = f"{money_text(Money(cents, left[-1].currency))} of the {whole} that is left" if cents else whole
    return f"Deposit {row.id} of {row.clinic} c{row.conversation}, {row.status.value}: {what} goes back to the payer."


async def _refunds(case: _Case) -> Sequence[Any]:
    async with case.database.connection() as connection:
        return await refunds.of_deposit(connection, case.row.clinic, case.row.id)


async def _watched(case: _Case, known: int, wait: float) -> Sequence[Any]:
    """The refunds after the first `known`, as they are when a worker has asked for them, or `wait` seconds later."""
    loop = asyncio.get_running_loop()
    until = loop.time() + wait
    while True:
        asked = (await _refunds(case))[known:]
        if loop.time() >= until or not any(_untouched(one) for one in asked):
            return asked
        await asyncio.sleep(_LOOK_EVERY)


def _untouched(refund: Any) -> bool:
    return bool(refund["status"] == "wanted" and not refund["reason"])


def _told(refund: Any) -> str:
    """What has become of a refund so far."""
    by_hand = in_hand(refund["payment_id"])
    match refund["status"]:
        case "done" if by_hand:
            return "It is booked as given back. You took it by hand: hand it back."
        case "done":
            return "It is given back."
        case "asked":
            return "The provider has taken it; the deposit says so when the money is back."
        case "refused":
            return f"It is refused ({refund['reason']}): please look at it in your payment provider's own pages."
    if refund["reason"]:
        return f"The provider did not take it yet ({refund['reason']}); a worker asks again."
    return "No worker has asked for it yet: it waits for one (`deskbell serve` or `deskbell worker`)."
