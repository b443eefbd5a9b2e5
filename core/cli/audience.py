"""A broadcast before it is one: its text, its audience, and what a plan of it says. For `broadcast`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import phonenumbers
import typer
from rich.console import Console
from rich.table import Table

from core.cli.environment import opened, sandbox_elsewhere
from core.config.clinic import ClinicPlan
from core.config.clinics import load_clinics
from core.config.settings import read_environment
from core.engine.broadcasts.broadcaster import TALKS
from core.engine.broadcasts.planning import Draft, Survey, draft, survey
from core.store import broadcasts as store
from core.store.database import Connection

console = Console(highlight=False)


@dataclass(frozen=True, slots=True)
class Planned:
    """A broadcast that could be started."""

    draft: Draft
    survey: Survey
    audience: str


async def clinic_of(clinic: str) -> ClinicPlan:
    settings, catalogue, environment = opened()
    sandboxed = await sandbox_elsewhere(read_environment())
    overrides = sandboxed.overrides if sandboxed else None
    loaded = load_clinics(settings.clinics, catalogue, environment=environment, overrides=overrides)
    found = loaded.plans.get(clinic)
    if found is None:
        known = clinic in loaded.found
        why = "cannot be loaded: `deskbell check` says why" if known else f"is none of: {', '.join(loaded.found)}"
        refuse(f"Clinic '{clinic}' {why}.")
    return found


async def planned(
    connection: Connection, of: ClinicPlan, words: str, phones: Path | None, since: datetime | None, now: datetime
) -> Planned:
    written = draft(of.clinic, words, _most_segments(of), now)
    if written.problem:
        refuse(f"The text {written.problem}.")
    listed = _numbers(phones) if phones else None
    silent = since.replace(tzinfo=of.clinic.timezone) if since else None
    candidates = await store.candidates(connection, of.clinic.id, now - TALKS, silent_since=silent, phones=listed)
    words_for = [f"the numbers of {phones.name}" if phones else "all contacts"]
    if since:
        words_for.append(f"silent since {since:%Y-%m-%d}")
    return Planned(written, survey(candidates, of, now, listed or ()), ", ".join(words_for))


def _most_segments(of: ClinicPlan) -> int:
    """What the clinic's `sms_format` allows a text."""
    return next((one.config.max_segments for one in of.pipeline if hasattr(one.config, "max_segments")), 3)


def _numbers(file: Path) -> list[str]:
    """The numbers of a list, E.164, each once. A line that begins with no number is a heading, or an error."""
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened_file:
            cells = [(line, row[0].strip()) for line, row in enumerate(csv.reader(opened_file), 1) if row]
    except (OSError, UnicodeDecodeError) as error:
        refuse(f"{file} cannot be read ({type(error).__name__}).")
    found: dict[str, None] = {}
    for line, cell in cells:
        number = _e164(cell)
        if number:
            found[number] = None
        elif cell and not (line == 1 and not any(letter.isdigit() for letter in cell)):
            refuse(f"{file.name}:{line}: the first column is no phone number.")
    return list(found)


def _e164(written: str) -> str | None:
    try:
        parsed = phonenumbers.parse(written, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def print_plan(planned: Planned) -> None:
    found, written = planned.survey, planned.draft
    console.print(f'"{written.text}"', markup=False)
    console.print(f"{written.segments} segment{'' if written.segments == 1 else 's'} each, to {planned.audience}:")
    table = Table(show_header=False, box=None)
    table.add_row("get it", str(found.gets_it))
    for reason, many in sorted(found.waits.items()):
        table.add_row(f"  of them wait: {reason}", str(many))
    for reason, many in sorted(found.left_out.items()):
        table.add_row(f"left out: {reason}", str(many))
    if found.strangers:
        table.add_row("left out: never wrote to the clinic", str(found.strangers))
    console.print(table)


def refuse(why: str) -> NoReturn:
    """Says why not and ends the command with exit code 1."""
    console.print(why, markup=False)
    raise typer.Exit(1)
