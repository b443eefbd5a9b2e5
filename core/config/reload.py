"""Reloading clinics while they run: each is swapped whole or not at all.

A clinic whose new file is bad keeps the plan it runs with, and the errors say so; the others move on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.config.bindings import Overrides
from core.config.catalogue import Catalogue
from core.config.clinic import ClinicPlan
from core.config.clinics import LoadedClinics, load_clinics
from core.config.conflicts import conflicts
from core.config.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What to run from now on, and what became of each clinic."""

    #: An unchanged or kept clinic has the very object it ran with.
    plans: Mapping[str, ClinicPlan]
    #: New or different: to be opened, or opened anew.
    changed: tuple[str, ...] = ()
    #: Run with the plan they had, because the new one is bad.
    kept: tuple[str, ...] = ()
    #: Their folder is gone: to be closed.
    removed: tuple[str, ...] = ()
    errors: tuple[ConfigError, ...] = ()
    #: The load behind it; the next reload starts from `current`.
    current: LoadedClinics = field(default_factory=LoadedClinics, repr=False)


def reload(
    current: LoadedClinics,
    root: Path,
    catalogue: Catalogue,
    *,
    environment: Mapping[str, str],
    overrides: Overrides | None = None,
    defaults: Path | None = None,
) -> Reloaded:
    """Loads `root` again and decides for each clinic: new plan, old plan, or gone. Never raises for a bad file."""
    fresh = load_clinics(root, catalogue, environment=environment, overrides=overrides, defaults=defaults)
    return decide(current, fresh)


def decide(current: LoadedClinics, fresh: LoadedClinics) -> Reloaded:
    """The decision behind `reload`, from two loads."""
    old, plans = current.plans, dict(fresh.plans)
    removed = tuple(name for name in old if fresh.found and name not in fresh.found)
    for name, plan in old.items():
        if name in removed:
            continue
        if name not in plans or plans[name].digest == plan.digest:
            plans[name] = plan
    clashes = _revert_clashes(plans, old, fresh)
    running = {name: plans[name] for name in sorted(plans)}
    return Reloaded(
        plans=running,
        changed=tuple(name for name, plan in running.items() if old.get(name) is not plan),
        kept=tuple(
            name for name, plan in running.items() if old.get(name) is plan and _refused(name, plan, fresh, clashes)
        ),
        removed=removed,
        errors=(*fresh.errors, *fresh.disabled.values(), *clashes),
        current=LoadedClinics(running, fresh.errors, fresh.disabled, fresh.found, fresh.trees),
    )


def _revert_clashes(
    plans: dict[str, ClinicPlan], old: Mapping[str, ClinicPlan], fresh: LoadedClinics
) -> list[ConfigError]:
    """Takes back changes that clash with a plan that was kept; what ran before never clashed with itself."""
    told: list[ConfigError] = []
    while True:
        clashes = [error for error in conflicts(plans.values(), fresh.trees) if error.clinic]
        new = [error for error in clashes if error.clinic and plans[error.clinic] is not old.get(error.clinic)]
        if not new:
            return told
        told += new
        for name in {error.clinic for error in new if error.clinic}:
            if name in old:
                plans[name] = old[name]
            else:
                del plans[name]


def _refused(name: str, plan: ClinicPlan, fresh: LoadedClinics, clashes: list[ConfigError]) -> bool:
    offered = fresh.plans.get(name)
    return offered is None or (offered.digest != plan.digest and any(error.clinic == name for error in clashes))
