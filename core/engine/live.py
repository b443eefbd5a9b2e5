"""The clinics that run: each with its open bindings and its pipeline. Swapped as a whole by a reload."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from core.config.clinics import ClinicPlan
from core.engine.models import Models
from core.engine.pipeline import Pipeline
from deskbell import Channel, Knowledge, Payment


@dataclass(frozen=True, slots=True)
class LiveClinic:
    """A clinic whose providers are open."""

    plan: ClinicPlan
    #: By binding id.
    channels: Mapping[str, Channel[Any]]
    knowledge: Knowledge[Any] | None
    pipeline: Pipeline
    models: Models = field(default_factory=Models)
    #: By binding id; deposits are asked through the first.
    payments: Mapping[str, Payment[Any]] = field(default_factory=dict)

    @property
    def id(self) -> str:
        return self.plan.clinic.id

    @property
    def payment(self) -> str | None:
        """The binding that deposits are asked through; None where the clinic has no way to take payments."""
        return next(iter(self.payments), None)


@dataclass(slots=True)
class Directory:
    """Who is served now. Readers take what they need at once: the next look may find a newer clinic."""

    _clinics: dict[str, LiveClinic] = field(default_factory=dict)
    _owners: dict[str, LiveClinic] = field(default_factory=dict)
    _payees: dict[str, LiveClinic] = field(default_factory=dict)

    def __iter__(self) -> Iterator[LiveClinic]:
        return iter(self._clinics.values())

    def __len__(self) -> int:
        return len(self._clinics)

    @property
    def ids(self) -> list[str]:
        """The clinics that are served."""
        return list(self._clinics)

    def clinic(self, clinic: str) -> LiveClinic | None:
        return self._clinics.get(clinic)

    def binding(self, binding: str) -> tuple[LiveClinic, Channel[Any]] | None:
        """The clinic and the channel behind a webhook address."""
        owner = self._owners.get(binding)
        return (owner, owner.channels[binding]) if owner else None

    def payment(self, binding: str) -> tuple[LiveClinic, Payment[Any]] | None:
        """The clinic and the payment provider behind a webhook address."""
        owner = self._payees.get(binding)
        return (owner, owner.payments[binding]) if owner else None

    def payments(self, provider: str) -> list[tuple[LiveClinic, Payment[Any]]]:
        """Everybody who takes payments through this provider."""
        found = [self.payment(binding) for binding in self._payees]
        return [one for one in found if one and one[1].name == provider]

    def open_payments(self) -> Mapping[str, Payment[Any]]:
        """The payment providers of all clinics, by binding id."""
        return {binding: provider for live in self for binding, provider in live.payments.items()}

    def zone(self, clinic: str) -> ZoneInfo:
        """A clinic's time zone; UTC where the clinic was taken out meanwhile."""
        live = self.clinic(clinic)
        return live.plan.clinic.timezone if live else ZoneInfo("UTC")

    def swap(self, clinics: Mapping[str, LiveClinic]) -> None:
        """Serves these clinics from now on, all at once."""
        self._clinics = dict(clinics)
        self._owners = {binding: clinic for clinic in clinics.values() for binding in clinic.channels}
        self._payees = {binding: clinic for clinic in clinics.values() for binding in clinic.payments}
