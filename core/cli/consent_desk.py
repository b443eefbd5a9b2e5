"""Where the commands of `consent` begin: a clinic, how its strangers are reached, and the database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated

import typer

from core.cli.consent_file import as_e164, region_of
from core.cli.desk import refuse
from core.cli.environment import database, opened, sandbox_elsewhere
from core.clock import ShiftedClock
from core.config.clinics import LoadedClinics, load_clinics
from core.config.nearest import nearest
from core.config.settings import read_environment
from core.rehearsal.played import played
from core.store.database import Database
from deskbell import Clinic, Clock, SystemClock

ClinicId = Annotated[str, typer.Argument(metavar="CLINIC", help="The clinic's id.")]


@dataclass(frozen=True, slots=True)
class Desk:
    """A clinic, and the binding through which its strangers are reached."""

    clinic: Clinic
    binding: str

    @property
    def id(self) -> str:
        return self.clinic.id

    def number(self, written: str) -> str:
        """A telephone number however it is written; what is none ends the command."""
        try:
            return as_e164(written, region_of(self.clinic))
        except ValueError as error:
            refuse(f"What you gave {error}.")


def desk(name: str) -> Desk:
    """The clinic of this name, for which no secret is needed; where there is none, ends the command."""
    settings, catalogue, environment = opened()
    loaded = load_clinics(settings.clinics, played(catalogue), environment=environment, skip_missing=True)
    plan, tree = loaded.plans.get(name), loaded.trees.get(name)
    if plan is None or tree is None:
        refuse(_not_there(name, loaded))
    for key, binding in plan.channels.items():
        use = tree.find(("channels", key, "use"))
        channel = catalogue.channels.get(str(use.value)) if use else None
        if channel is not None and channel.kind == "sms":
            return Desk(plan.clinic, binding.id)
    return refuse(f"Clinic '{name}' has no channel for texts.")


def _not_there(name: str, loaded: LoadedClinics) -> str:
    if name in loaded.found:
        return f"Clinic '{name}' cannot be loaded: `deskbell check` says why."
    near = nearest(name, loaded.found)
    return f"There is no clinic '{name}'." + (f" Did you mean '{near}'?" if near else "")


@asynccontextmanager
async def surroundings() -> AsyncIterator[tuple[Database, Clock]]:
    """The database, and the clock of the sandbox where there is one."""
    sandboxed = await sandbox_elsewhere(read_environment())
    clock: Clock = ShiftedClock(sandboxed.clock_file) if sandboxed else SystemClock()
    async with database() as opened_database:
        yield opened_database, clock
