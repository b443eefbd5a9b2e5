"""`deskbell consent`: who wants a clinic's texts, since when, and by which words."""

from __future__ import annotations

import asyncio
import getpass
from datetime import datetime
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.cli.consent_desk import ClinicId, Desk, desk, surroundings
from core.cli.consent_file import Reader
from core.cli.consent_transfer import bring_in, export
from core.cli.desk import refuse
from core.cli.ledger import AsJson, print_json
from core.store import announcements
from core.store import consent as store
from core.store.consent import Entry
from deskbell import AnnouncementType

console = Console(highlight=False)
app = typer.Typer(
    help="See who wants texts and who does not, enter it, bring it in, take it along.", no_args_is_help=True
)

Phone = Annotated[str, typer.Argument(help="The telephone number, however it is written.")]
Wish = Literal["opted_out", "opted_in"]


@app.command()
def show(clinic: ClinicId, phone: Phone, as_json: AsJson = False) -> None:
    """Show what one contact has said of texts, and what holds now."""
    asyncio.run(_show(desk(clinic), phone, as_json))


@app.command()
def record(
    clinic: ClinicId,
    phone: Phone,
    status: Annotated[Wish, typer.Argument(help="What they want.")],
    by: Annotated[str, typer.Option("--by", help="Who heard it; left out, the name you are signed in with.")] = "",
    words: Annotated[str, typer.Option("--words", help="What was said of texts, e.g. 'asked on the phone'.")] = "",
) -> None:
    """Enter what somebody has told a person: on the telephone, at the desk."""
    asyncio.run(_record(desk(clinic), phone, status == "opted_out", by.strip() or getpass.getuser(), words))


app.command("import")(bring_in)
app.command()(export)


async def _show(clinic: Desk, phone: str, as_json: bool) -> None:
    number = clinic.number(phone)
    async with surroundings() as (opened_database, _), opened_database.connection() as connection:
        contact = await store.contact_at(connection, clinic.id, number)
        if contact is None:
            refuse(f"{clinic.id} knows nobody at this number.")
        rows = await store.ledger(connection, clinic.id, contact["id"])
    since = contact["opted_out_at"]
    if as_json:
        print_json(
            {
                "clinic": clinic.id,
                "contact": contact["id"],
                "conversation": contact["conversation"],
                "opted_out": since is not None,
                "opted_out_at": since,
                "ledger": [dict(row) for row in rows],
            }
        )
        return
    law = f"[red]opted out[/] since {_time(since)}: nothing is sent" if since else "texts may be sent"
    console.print(f"[bold]Contact {contact['id']}[/] of {clinic.id}, c{contact['conversation']}: {law}")
    table = Table("said at", "what", "source", "words", "text", box=None)
    for row in rows:
        what, text = "[red]out[/]" if row["opted_out"] else "in", str(row["evidence"] or "")
        table.add_row(_time(row["at"]), what, escape(row["source"]), escape(row["words"]), text)
    console.print(table if rows else "Has said nothing of texts.")


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


async def _record(clinic: Desk, phone: str, opted_out: bool, author: str, words: str) -> None:
    number = clinic.number(phone)
    async with surroundings() as (opened_database, clock):
        now = clock.now()
        try:
            entry = Entry(number, opted_out, now, f"staff {author}", Reader(clinic.clinic, now).words(words.strip()))
        except ValueError as error:
            refuse(f"The words {error}.")
        async with opened_database.transaction() as connection:
            came = await store.enter(connection, clinic.id, clinic.binding, [entry], now)
            contact = await store.contact_at(connection, clinic.id, number)
            if contact is not None and (came.opted_out or came.opted_in):
                told: AnnouncementType = "opt_out" if opted_out else "opt_in"
                data = {"source": "staff"}
                await announcements.put(connection, clinic.id, contact["conversation"], told, data, now)
    console.print("Recorded: " + ("nothing is sent there any more." if opted_out else "texts may be sent."))
