"""All clinics of a folder. A clinic with an error has no plan; the others are not affected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.config.bindings import BindingPlan, Overrides
from core.config.catalogue import Catalogue
from core.config.clinic import FILE, ClinicPlan, ClinicReading, read_clinic
from core.config.conflicts import circles, conflicts
from core.config.defaults import Defaults, load_defaults, shown
from core.config.errors import PLUGIN_BROKEN, ConfigError, ConfigErrors
from core.config.node import Node
from core.config.place import Place, Source
from core.config.references import References
from core.config.stages import StagePlan

__all__ = ["BindingPlan", "ClinicPlan", "LoadedClinics", "StagePlan", "load_clinics"]


@dataclass(frozen=True, slots=True)
class LoadedClinics:
    """What one load found."""

    plans: Mapping[str, ClinicPlan] = field(default_factory=dict)
    errors: tuple[ConfigError, ...] = ()
    #: Clinics that cannot run because a plugin that they name is broken, with the reason.
    disabled: Mapping[str, ConfigError] = field(default_factory=dict)
    #: Every clinic folder there is, with or without a plan.
    found: tuple[str, ...] = ()
    #: The merged file of each clinic that could be read, for `explain`.
    trees: Mapping[str, Node] = field(default_factory=dict, repr=False)

    def require(self) -> None:
        """Raises `ConfigErrors` when any clinic has an error. A disabled clinic is not one."""
        if self.errors:
            raise ConfigErrors(self.errors)


def load_clinics(
    root: Path,
    catalogue: Catalogue,
    *,
    environment: Mapping[str, str],
    overrides: Overrides | None = None,
    skip_missing: bool = False,
    defaults: Path | None = None,
) -> LoadedClinics:
    """Loads every folder of `root` that is a clinic. Never raises for what it finds there.

    `environment` is what ``${env:...}`` sees. `overrides` are settings by provider name that replace those of the
    YAML before references resolve. With `skip_missing`, references that point nowhere are let pass: good for a
    check without secrets, not for running. `defaults` replaces the shipped ``config/defaults.yml``.
    """
    base = load_defaults(defaults)
    folders = _clinic_folders(root)
    if not folders:
        return LoadedClinics(errors=(*base.errors, _no_clinics(root)))
    readings = {
        folder.name: read_clinic(
            folder, base, catalogue, overrides or {}, References(environment, folder, skip_missing)
        )
        for folder in folders
    }
    return _together(readings, base)


def _together(readings: Mapping[str, ClinicReading], base: Defaults) -> LoadedClinics:
    plans = {name: reading.plan for name, reading in readings.items() if reading.plan and not base.errors}
    trees = {name: reading.tree for name, reading in readings.items() if reading.tree}
    clashes = [*conflicts(plans.values(), trees), *circles(plans.values(), trees)]
    clashing = {error.clinic for error in clashes}
    found = [error for reading in readings.values() for error in reading.errors]
    return LoadedClinics(
        plans={name: plan for name, plan in plans.items() if name not in clashing},
        errors=(*base.errors, *(error for error in found if error.kind != PLUGIN_BROKEN), *clashes),
        disabled={error.clinic: error for error in found if error.kind == PLUGIN_BROKEN and error.clinic},
        found=tuple(readings),
        trees=trees,
    )


def _clinic_folders(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    return sorted(path for path in root.iterdir() if path.is_dir() and path.name[0] not in "._")


def _no_clinics(root: Path) -> ConfigError:
    what = "holds no clinic" if root.is_dir() else "is not there"
    return ConfigError(
        f"The folder of clinics {what}.",
        Place(Source(shown(root))),
        kind="missing",
        advice=f"Make a folder for each clinic with a {FILE} in it, or name another folder with --clinics. "
        "`deskbell init <folder>` makes one to start from.",
    )
