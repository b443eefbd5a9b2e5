"""`deskbell trace`: what the engine did and why, turn by turn."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from core.cli.environment import database
from core.store import mailbox, staff, turns
from deskbell import mask_number

console = Console(highlight=False)


def trace(
    what: Annotated[str, typer.Argument(help="A conversation (c12), a turn (t34), or 'all'.")] = "all",
    words: Annotated[
        bool, typer.Option("--words", help="Show the texts too: mind who looks over your shoulder.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Turns to show, newest last.")] = 20,
) -> None:
    """Show a conversation or a turn: stages, milliseconds, decisions, effects."""
    asyncio.run(_trace(what, words, limit))


async def _trace(what: str, words: bool, limit: int) -> None:
    kind, number = what[:1], what[1:]
    async with database() as store, store.connection() as connection:
        if what == "all":
            _list(await staff.conversations(connection, None, limit))
            return
        if not re.fullmatch(r"[ct][0-9]{1,18}", what):
            console.print(f"'{what}' is neither a conversation (c12) nor a turn (t34); `deskbell trace` lists them.")
            raise typer.Exit(1)
        if kind == "t":
            turn = await turns.one(connection, int(number))
            found = [turn] if turn else []
        else:
            clinic = await staff.clinic_of(connection, int(number))
            found = await turns.latest(connection, clinic, int(number), limit) if clinic else []
        if not found:
            console.print(f"There is no {'turn' if kind == 't' else 'conversation with turns'} {what}.")
            raise typer.Exit(1)
        for row in found:
            console.print(turn_tree(row))
        if words and kind == "c" and clinic:
            for line in await mailbox.transcript(connection, clinic, int(number)):
                console.print(f"[dim]{line['at']:%d %b %H:%M:%S}[/] [bold]{line['author']:>7}[/]  ", end="")
                console.print(line["text"], markup=False)


def _list(rows: list[Any]) -> None:
    table = Table("conversation", "clinic", "contact", "owner", "waiting", "request", "last event", box=None)
    for row in rows:
        table.add_row(
            f"c{row['id']}",
            row["clinic"],
            mask_number(row["address"]) + (" (opted out)" if row["opted_out_at"] else ""),
            row["owner"],
            str(row["arrived"] - row["handled"] or ""),
            row["request"] or "",
            f"{row['touched_at']:%Y-%m-%d %H:%M:%S}",
        )
    console.print(table)


def turn_tree(row: Any) -> Tree:
    """A turn's row as a tree for the terminal."""
    told = row["trace"]
    tree = Tree(
        f"[bold]t{row['id']}[/] c{row['conversation']} {row['at']:%Y-%m-%d %H:%M:%S} UTC  {row['outcome']}"
        f"  {row['milliseconds']:.1f} ms  events {row['first_seq']}-{row['last_seq']}"
    )
    stages = tree.add("stages")
    for name, milliseconds in told["stages"]:
        stages.add(f"{name:<14} {milliseconds:>8.2f} ms")
    decisions = tree.add("decisions")
    for decision in told["decisions"]:
        details = " ".join(f"{key}={value}" for key, value in decision.get("details", {}).items())
        decisions.add(f"{decision['stage']}: {decision['decision']}  [dim]{details}[/]")
    effects = tree.add("effects")
    for effect in told["effects"]:
        effects.add(effect)
    return tree
