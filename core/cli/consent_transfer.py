"""Consents from a file and into one. Commands of `consent`."""

from __future__ import annotations

import asyncio
import csv
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, TextIO

import asyncpg
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from core.cli.consent_desk import ClinicId, Desk, desk, surroundings
from core.cli.consent_file import COLUMNS, Fault, Reader, row_of
from core.cli.desk import refuse
from core.cli.ledger import AsJson, print_json
from core.store import consent as store
from core.store.consent import Entered, Entry
from core.store.database import Database

console = Console(highlight=False)

#: Entries that are written at once, in one transaction: few enough for a database that has much else to do.
_BATCH = 250
#: Entries that are read at once.
_PAGE = 2000
#: Faults of a file that are shown on a terminal.
_SHOWN = 200


def bring_in(
    clinic: ClinicId,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help=f"A CSV with {', '.join(COLUMNS)}.")],
    write: Annotated[bool, typer.Option("--write", help="Do it; without, only say what would come of it.")] = False,
    as_json: AsJson = False,
) -> None:
    """Enter consents from a CSV. Exit code 1 when a line is wrong: then nothing is entered."""
    raise typer.Exit(asyncio.run(_import(desk(clinic), file, write, as_json)))


def export(
    clinic: ClinicId,
    file: Annotated[Path | None, typer.Argument(dir_okay=False, help="Where to; left out, to the terminal.")] = None,
) -> None:
    """Write the whole ledger as a CSV that `import` reads."""
    if file is None:
        asyncio.run(_export(desk(clinic), sys.stdout))
        return
    # Telephone numbers: for whoever may read the database, and nobody else.
    with open(file, "w", encoding="utf-8", newline="", opener=_private) as out:
        written = asyncio.run(_export(desk(clinic), out))
    console.print(f"{written} entries in {file}.", markup=False)


async def _import(clinic: Desk, file: Path, write: bool, as_json: bool) -> int:
    async with surroundings() as (opened_database, clock):
        now = clock.now()
        entries, faults = _read(clinic, file, now)
        if faults:
            _tell_faults(file, faults, as_json)
            return 1
        try:
            came = await _enter(opened_database, clinic, entries, now, write)
        except (asyncpg.PostgresError, OSError, TimeoutError) as error:
            refuse(f"The database broke off ({type(error).__name__}). What was entered stays entered: begin again.")
    if as_json:
        print_json({"written": write, "lines": len(entries), **asdict(came)})
        return 0
    would = "" if write else "would be "
    console.print(f"{len(entries)} lines, {came.entries} of them news to the ledger.")
    console.print(f"{came.opted_out} contacts {would}opted out, {came.opted_in} {would}opted in again.")
    console.print(f"{came.contacts} contacts {would}new.")
    if not write:
        console.print("Nothing was written; --write does it.")
    return 0


def _read(clinic: Desk, file: Path, now: datetime) -> tuple[list[Entry], list[Fault]]:
    """All entries, or all faults."""
    entries: list[Entry] = []
    faults: list[Fault] = []
    reader = Reader(clinic.clinic, now)
    with file.open(encoding="utf-8-sig", newline="") as lines, _progress() as progress:
        try:
            task = progress.add_task("read", total=sum(1 for _ in lines) - 1)
            lines.seek(0)
            for one in reader.read(lines):
                if isinstance(one, Entry):
                    entries.append(one)
                else:
                    faults.append(one)
                progress.advance(task)
        except UnicodeDecodeError:
            faults.append(Fault(1, "", "is not in UTF-8: save the file as 'CSV UTF-8'"))
    # The same line twice says nothing more.
    return list({(one.phone, one.opted_out, one.at): one for one in entries}.values()), faults


def _tell_faults(file: Path, faults: Sequence[Fault], as_json: bool) -> None:
    if as_json:
        print_json({"written": False, "faults": [asdict(fault) for fault in faults]})
        return
    for fault in faults[:_SHOWN]:
        column = f" '{fault.column}'" if fault.column else ""
        console.print(f"{file}:{fault.line}:{column} {fault.problem}", markup=False, soft_wrap=True)
    if len(faults) > _SHOWN:
        console.print(f"… and {len(faults) - _SHOWN} more; --json lists all.")
    console.print("Nothing was written.", style="bold red")


async def _enter(
    opened_database: Database, clinic: Desk, entries: Sequence[Entry], now: datetime, write: bool
) -> Entered:
    """Enters everything; without `write`, takes it back again. Cut off half-way, it may be begun again."""
    came = Entered()
    entries = sorted(entries, key=lambda entry: entry.phone)
    with _progress() as progress:
        task = progress.add_task("enter" if write else "try", total=len(entries))
        for batch in _batches(entries):
            async with opened_database.connection() as connection:
                transaction = connection.transaction()
                await transaction.start()
                try:
                    came += await store.enter(connection, clinic.id, clinic.binding, batch, now)
                except BaseException:
                    await transaction.rollback()
                    raise
                await (transaction.commit() if write else transaction.rollback())
            progress.advance(task, len(batch))
    return came


def _batches(entries: Sequence[Entry]) -> list[Sequence[Entry]]:
    """Of about the same size; all entries of one number in one, or a dry run would count its contact twice."""
    batches, begin = [], 0
    while begin < len(entries):
        end = min(begin + _BATCH, len(entries))
        while end < len(entries) and entries[end].phone == entries[end - 1].phone:
            end += 1
        batches.append(entries[begin:end])
        begin = end
    return batches


async def _export(clinic: Desk, out: TextIO) -> int:
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(COLUMNS)
    written, last = 0, 0
    async with surroundings() as (opened_database, _), opened_database.connection() as connection:
        with _progress() as progress:
            task = progress.add_task("write", total=await store.size(connection, clinic.id))
            while True:
                entries, last = await store.page(connection, clinic.id, last, _PAGE)
                if not entries:
                    return written
                rows.writerows(row_of(entry) for entry in entries)
                written += len(entries)
                progress.advance(task, len(entries))


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _progress() -> Progress:
    """On a terminal only, and gone afterwards."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    return Progress(*columns, console=Console(stderr=True), transient=True)
