"""`deskbell staff`: what the clinic's people do to a conversation, from the command line."""

from __future__ import annotations

import asyncio
import getpass
import re
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.cli.deposits import shown
from core.cli.environment import database, opened, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.clinics import load_clinics
from core.config.settings import read_environment
from core.engine.corrections import Corrections
from core.engine.queue import WakeQueue
from core.engine.takeover import Takeover
from core.receptionist.corrections import CorrectionRefused
from core.receptionist.facts import SCOPES
from core.receptionist.money import money_text
from core.store import deposits, mailbox
from core.store import notices as notice_store
from core.store import staff as store
from core.store.database import Database
from deskbell import SystemClock

console = Console(highlight=False)
app = typer.Typer(
    help="Take a conversation over, write in it, give it back, put facts right, read notices.", no_args_is_help=True
)

Conversation = Annotated[str, typer.Argument(help="The conversation, e.g. c12; `deskbell trace` lists them.")]


@app.command()
def reply(conversation: Conversation, text: Annotated[str, typer.Argument(help="What to send.")]) -> None:
    """Send a text as a person. The bot falls silent until you release the conversation."""
    asyncio.run(_act(conversation, "reply", text))


@app.command()
def take(conversation: Conversation) -> None:
    """Silence the bot in this conversation."""
    asyncio.run(_act(conversation, "take"))


@app.command()
def release(conversation: Conversation) -> None:
    """Give the conversation back to the bot."""
    asyncio.run(_act(conversation, "release"))


@app.command()
def correct(
    conversation: Conversation,
    fact: Annotated[str, typer.Argument(help=f"Which fact: {', '.join(SCOPES)}.")],
    value: Annotated[str, typer.Argument(help="What is true; '' forgets it. Times as you would text them.")],
) -> None:
    """Put right what the bot believes of a patient. It wins over what they text later; you are told if that differs."""
    asyncio.run(_correct(conversation, fact, value))


@app.command()
def seen(
    conversation: Annotated[
        str, typer.Argument(help="The conversation, e.g. c12; or a clinic's id, for what belongs to no conversation.")
    ],
) -> None:
    """Say that somebody looks after it: its notices are not raised again. The bot stays as it is."""
    asyncio.run(_seen(conversation))


@app.command()
def show(
    conversation: Annotated[str, typer.Argument(help="The conversation, e.g. c12, or the end of a notice's link.")],
) -> None:
    """Show a conversation as staff may read it: every word. Mind who looks over your shoulder."""
    asyncio.run(_read(conversation))


@app.command()
def notices(clinic: Annotated[str, typer.Argument(help="The clinic's id.")]) -> None:
    """Show what the clinic's people have been told."""
    asyncio.run(_notices(clinic))


async def _act(conversation: str, action: str, text: str = "") -> None:
    sandboxed = await sandbox_elsewhere(read_environment())
    clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    async with database() as opened_database:
        number, clinic = await _find(opened_database, conversation)
        takeover = Takeover(opened_database, WakeQueue(opened_database), clock)
        author = getpass.getuser()
        match action:
            case "reply":
                await takeover.reply(clinic, number, author, text)
            case "take":
                await takeover.take(clinic, number, author)
            case _:
                await takeover.release(clinic, number, author)
    console.print(f"{conversation}: {action} done.")


async def _correct(conversation: str, fact: str, value: str) -> None:
    settings, catalogue, environment = opened()
    sandboxed = await sandbox_elsewhere(read_environment())
    clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    async with database() as opened_database:
        number, clinic = await _find(opened_database, conversation)
        overrides = sandboxed.overrides if sandboxed else None
        loaded = load_clinics(settings.clinics, catalogue, environment=environment, overrides=overrides)
        if clinic not in loaded.plans:
            console.print(f"Clinic '{clinic}' cannot be loaded, so its menu is not known: `deskbell check` says why.")
            raise typer.Exit(1)
        corrections = Corrections(opened_database, WakeQueue(opened_database), clock)
        try:
            await corrections.correct(loaded.plans[clinic].clinic, number, getpass.getuser(), fact, value)
        except CorrectionRefused as error:
            console.print(f"{conversation}: {error}")
            raise typer.Exit(1) from None
    console.print(f"{conversation}: {fact} corrected.")


async def _seen(conversation: str) -> None:
    sandboxed = await sandbox_elsewhere(read_environment())
    clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    async with database() as opened_database:
        if conversation in await _clinics_told(opened_database):
            number, clinic = notice_store.NO_CONVERSATION, conversation
        else:
            number, clinic = await _find(opened_database, conversation)
        count = await Takeover(opened_database, WakeQueue(opened_database), clock).seen(clinic, number)
    console.print(f"{conversation}: {count} notice{'' if count == 1 else 's'} seen.")


async def _clinics_told(opened_database: Database) -> list[str]:
    """Clinics that were told of something that belongs to no conversation."""
    async with opened_database.connection() as connection:
        return await notice_store.told_of_no_conversation(connection)


async def _read(wanted: str) -> None:
    async with database() as opened_database:
        number, clinic = await _find(opened_database, await _behind_link(opened_database, wanted))
        console.print(f"[bold]c{number}[/] {clinic}")
        async with opened_database.connection() as connection:
            for line in await mailbox.transcript(connection, clinic, number):
                console.print(f"[dim]{line['at']:%d %b %H:%M}[/] [bold]{line['author']:>7}[/]  ", end="")
                console.print(line["text"], markup=False)
            for row in reversed(await deposits.listing(connection, clinic, conversation=number)):
                amount, moved = money_text(row.amount), f"{row.moved_at:%d %b %H:%M}"
                console.print(f"[dim]{moved}[/] [bold]deposit[/]  {row.id}: {amount}, {shown(row)}")
        await _show(opened_database, clinic, number)


async def _behind_link(opened_database: Database, wanted: str) -> str:
    """The conversation that a notice's link is about; anything else as it is."""
    token = wanted.rstrip("/").rsplit("/", 1)[-1]
    if not re.fullmatch(r"[0-9a-f]{12}", token):
        return wanted
    async with opened_database.connection() as connection:
        found = await notice_store.by_token(connection, token)
    return f"c{found['conversation']}" if found else wanted


async def _find(opened_database: Database, conversation: str) -> tuple[int, str]:
    number = int(conversation[1:]) if re.fullmatch(r"c[0-9]{1,18}", conversation) else 0
    async with opened_database.connection() as connection:
        clinic = await store.clinic_of(connection, number)
    if clinic is None:
        console.print(f"There is no conversation '{conversation}'; `deskbell trace` lists them.")
        raise typer.Exit(1)
    return number, clinic


async def _notices(clinic: str) -> None:
    async with database() as opened_database:
        await _show(opened_database, clinic)


async def _show(opened_database: Database, clinic: str, conversation: int | None = None) -> None:
    table = Table("at", "about", "kind", "what", "told by", "seen", box=None)
    async with opened_database.connection() as connection:
        for row in await store.notices(connection, clinic, conversation):
            kind = f"[red]{row['kind']}[/]" if row["urgent"] else row["kind"]
            table.add_row(
                f"{row['at']:%Y-%m-%d %H:%M}",
                f"c{row['conversation']}" if row["conversation"] else row["subject"],
                kind,
                escape(row["summary"]),
                row["told"] or "nobody",
                f"{row['seen_at']:%Y-%m-%d %H:%M}" if row["seen_at"] else "",
            )
    console.print(table)
