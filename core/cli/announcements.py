"""`deskbell announcements`: what systems outside were told, what they did not take, and telling it again."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.cli.environment import database, opened, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.bindings import Overrides
from core.config.clinics import load_clinics
from core.config.nearest import nearest
from core.config.settings import read_environment
from core.config.subscribers import Subscriber
from core.store import announcement_deliveries as deliveries
from core.store import announcements as store
from core.store.announcement_deliveries import Subscription, Which
from deskbell import ANNOUNCEMENT_TYPES, SystemClock

console = Console(highlight=False)
app = typer.Typer(help="See what subscribers were told, and tell it again.", no_args_is_help=True)

Moment = typer.Option(
    formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], help="In UTC, as `list` shows it, e.g. 2026-03-02."
)


@app.command("list")
def show_all(
    clinic: Annotated[str | None, typer.Argument(help="The clinic's id; left out, all of them.")] = None,
    subscriber: Annotated[str | None, typer.Option(help="Only what this subscriber is told of.")] = None,
    status: Annotated[
        Literal["queued", "sending", "sent", "dead"] | None, typer.Option(help="Only where a delivery stands so.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many to show, newest last.")] = 30,
) -> None:
    """List announcements and what became of them."""
    asyncio.run(_list(clinic, subscriber, status, limit))


@app.command()
def show(number: Annotated[int, typer.Argument(help="The announcement's number, as `list` shows it.")]) -> None:
    """Show one announcement: what it tells, and each delivery of it. It may name a patient."""
    asyncio.run(_show(number))


@app.command()
def replay(
    clinic: Annotated[str, typer.Argument(help="The clinic's id.")],
    subscriber: Annotated[str, typer.Argument(help="The subscriber's key in the clinic's file.")],
    first: Annotated[int | None, typer.Option("--from", help="The first announcement, by its number.")] = None,
    last: Annotated[int | None, typer.Option("--to", help="The last announcement, by its number.")] = None,
    since: Annotated[datetime | None, Moment] = None,
    until: Annotated[datetime | None, Moment] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Not the dead alone: what was taken, and what came before the subscriber.")
    ] = False,
) -> None:
    """Tell a subscriber again, under the ids of the first time. A running worker does the telling."""
    which = Which(first, last, _in_utc(since), _in_utc(until), everything)
    asyncio.run(_replay(Subscription(clinic, subscriber), which))


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


async def _list(clinic: str | None, subscriber: str | None, status: str | None, limit: int) -> None:
    table = Table("number", "at", "clinic", "conversation", "type", "told", box=None)
    async with database() as opened_database, opened_database.connection() as connection:
        for row in await store.latest(connection, clinic, subscriber, status, limit):
            told = row["told"] or "nobody yet"
            table.add_row(
                str(row["id"]),
                f"{row['at']:%Y-%m-%d %H:%M}",
                row["clinic"],
                f"c{row['conversation']}",
                row["type"],
                f"[red]{escape(told)}[/]" if " dead" in told else escape(told),
            )
    console.print(table)


async def _show(number: int) -> None:
    async with database() as opened_database, opened_database.connection() as connection:
        found = await store.one(connection, number)
        if found is None:
            console.print(f"There is no announcement {number}; `deskbell announcements list` lists them.")
            raise typer.Exit(1)
        told = await deliveries.of_announcement(connection, found.clinic, found.id)
    console.print(
        f"[bold]{found.type}[/] {found.clinic} c{found.conversation} {found.at:%Y-%m-%d %H:%M:%S}, id {found.key}"
    )
    console.print(json.dumps(dict(found.data), ensure_ascii=False), markup=False)
    table = Table("subscriber", "status", "attempts", "why", "next or last", box=None)
    for row in told:
        moment = row["settled_at"] or row["due_at"]
        table.add_row(
            row["subscriber"],
            f"[red]{row['status']}[/]" if row["status"] == "dead" else row["status"],
            str(row["attempts"]),
            escape(row["reason"] or ""),
            f"{moment:%Y-%m-%d %H:%M}",
        )
    console.print(table)


async def _replay(whose: Subscription, which: Which) -> None:
    sandboxed = await sandbox_elsewhere(read_environment())
    clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    subscriber = _subscriber(whose, sandboxed.overrides if sandboxed else None)
    types = [one for one in ANNOUNCEMENT_TYPES if subscriber.wants(one)]
    async with database() as opened_database, opened_database.transaction() as connection:
        count = await deliveries.replay(connection, whose, types, which, clock.now())
    console.print(f"{whose.clinic}: {count} announcement{'' if count == 1 else 's'} queued for {whose.subscriber}.")


def _subscriber(whose: Subscription, overrides: Overrides | None) -> Subscriber:
    """As the clinic's file has it now: what it does not want any more is not replayed."""
    settings, catalogue, environment = opened()
    loaded = load_clinics(settings.clinics, catalogue, environment=environment, overrides=overrides)
    plan = loaded.plans.get(whose.clinic)
    if plan is None:
        if whose.clinic in loaded.found:
            console.print(f"Clinic '{whose.clinic}' cannot be loaded: `deskbell check` says why.")
        else:
            _no_such("clinic", whose.clinic, loaded.found)
        raise typer.Exit(1)
    found = plan.subscribers.get(whose.subscriber)
    if found is None:
        _no_such("subscriber", whose.subscriber, tuple(plan.subscribers))
        raise typer.Exit(1)
    return found


def _no_such(what: str, name: str, known: tuple[str, ...]) -> None:
    near = nearest(name, known)
    console.print(f"There is no {what} '{name}'." + (f" Did you mean '{near}'?" if near else ""))
