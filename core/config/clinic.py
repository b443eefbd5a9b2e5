"""One clinic: its file read over the defaults, proved, and turned into the plan that the runtime follows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from core.config.bindings import KNOWLEDGE, SECTIONS, BindingPlan, Overrides, prepare, read_bindings
from core.config.catalogue import Catalogue
from core.config.defaults import Defaults, shown
from core.config.errors import ConfigError
from core.config.node import Node, merge
from core.config.node import Path as NodePath
from core.config.place import Place, Source
from core.config.references import References
from core.config.schema import OWN_SECTIONS, Burst, ClinicFile, PaymentLinks, QuietHours, Sending, Turns
from core.config.source import read
from core.config.staff import NOBODY, Staff
from core.config.stages import StagePlan, read_stages
from core.config.subscribers import Subscriber, conceal_subscribers, secrets_written_out
from core.config.validation import validate
from deskbell import Clinic

FILE = "clinic.yml"


@dataclass(frozen=True, slots=True)
class ClinicPlan:
    """Everything the runtime needs to run one clinic, checked."""

    clinic: Clinic
    folder: Path
    channels: Mapping[str, BindingPlan]
    payments: Mapping[str, BindingPlan]
    #: By binding key, in the order of the ladder.
    models: Mapping[str, BindingPlan]
    knowledge: BindingPlan | None
    #: Outermost first.
    pipeline: tuple[StagePlan, ...]
    burst: Burst
    turns: Turns
    sending: Sending
    quiet_hours: QuietHours
    payment_links: PaymentLinks
    #: Changes when anything changes that the clinic is made of: settings, secrets, files in its folder.
    digest: str
    staff: Staff = NOBODY
    #: Systems outside that are told what happens, by their keys.
    subscribers: Mapping[str, Subscriber] = field(default_factory=dict)

    @property
    def bindings(self) -> tuple[BindingPlan, ...]:
        """All bindings of the clinic, whatever their kind."""
        own = (*self.channels.values(), *self.payments.values(), *self.models.values())
        return (*own, self.knowledge) if self.knowledge else own


@dataclass(frozen=True, slots=True)
class ClinicReading:
    """One clinic as read: a plan or the reasons why there is none."""

    plan: ClinicPlan | None
    tree: Node | None
    errors: tuple[ConfigError, ...]


def read_clinic(
    folder: Path, base: Defaults, catalogue: Catalogue, overrides: Overrides, references: References
) -> ClinicReading:
    file = folder / FILE
    if not file.is_file():
        problem = ConfigError(
            f"The clinic's folder has no {FILE}.",
            Place(Source(shown(file))),
            clinic=folder.name,
            kind="missing",
            advice=f"Write {shown(file)}, or move the folder away.",
        )
        return ClinicReading(None, None, (problem,))
    own, errors = read(file, shown(file))
    if own is None:
        return ClinicReading(None, None, tuple(_of(folder.name, errors)))
    merged = prepare(merge(base.tree, own), folder.name, catalogue, overrides, references)
    tree = references.resolve(conceal_subscribers(merged, references))
    plan, faults = _plan(tree, folder, base, catalogue, references)
    errors = sorted([*errors, *references.errors, *faults], key=_position)
    return ClinicReading(plan if not errors else None, tree, tuple(_of(folder.name, errors)))


def _plan(
    tree: Node, folder: Path, base: Defaults, catalogue: Catalogue, references: References
) -> tuple[ClinicPlan | None, list[ConfigError]]:
    file, errors = validate(ClinicFile, tree, scrub=references.scrub)
    bindings, faults = read_bindings(tree, folder.name, catalogue, references)
    pipeline, broken = read_stages(tree, base.pipelines, catalogue, references)
    errors = [*errors, *faults, *broken, *secrets_written_out(tree)]
    clinic, wrong = _clinic(file, folder.name, tree, references) if file else (None, [])
    errors = [*errors, *wrong]
    if file is None or clinic is None or bindings is None or pipeline is None:
        return None, errors
    section = _sections(bindings)
    plan = ClinicPlan(
        clinic=clinic,
        folder=folder,
        channels=section["channels"],
        payments=section["payments"],
        models=section["models"],
        knowledge=bindings.get((KNOWLEDGE,)),
        pipeline=pipeline,
        burst=file.burst,
        turns=file.turns,
        sending=file.sending,
        quiet_hours=file.quiet_hours,
        payment_links=file.payment_links,
        digest=_digest(tree, base, folder),
        staff=file.staff,
        subscribers=file.subscribers,
    )
    return plan, errors


def _sections(bindings: Mapping[NodePath, BindingPlan]) -> dict[str, dict[str, BindingPlan]]:
    """The bindings by section and key."""
    found: dict[str, dict[str, BindingPlan]] = {section: {} for section in SECTIONS}
    for path, plan in bindings.items():
        found.setdefault(str(path[0]), {})[plan.key] = plan
    return found


def _clinic(file: ClinicFile, name: str, tree: Node, references: References) -> tuple[Clinic | None, list[ConfigError]]:
    """The clinic as stages see it. What can still be wrong is the folder's name, and what joins sections."""
    sections = {section: getattr(file, section) for section in OWN_SECTIONS}
    fields = {key: getattr(file.clinic, key) for key in type(file.clinic).model_fields}
    try:
        return Clinic(id=name, **fields, **sections), []
    except ValidationError as error:
        return None, [
            _clinic_error(details["loc"], references.scrub(details["msg"]), name, tree) for details in error.errors()
        ]


def _clinic_error(location: tuple[Any, ...], message: str, name: str, tree: Node) -> ConfigError:
    if location == ("id",):
        return ConfigError(
            "The clinic's folder has a name that cannot be its id.",
            Place(tree.place.source),
            given=name,
            advice="Use 2 to 41 lower-case letters, digits and hyphens, beginning with a letter.",
        )
    text = message.removeprefix("Value error, ")
    services = tree.closest(("services",))
    return ConfigError(f"{text[:1].upper()}{text[1:]}.", services.headline, path="services")


def _digest(tree: Node, base: Defaults, folder: Path) -> str:
    """Of the effective settings, secrets included, of the shipped pipelines, and of every file in the folder."""
    pipelines = {name: node.plain() for name, node in base.pipelines.items()}
    digest = hashlib.sha256(json.dumps([tree.plain(), pipelines], default=str).encode())
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in inside.parts):
            digest.update(f"\0{inside}\0".encode())
            digest.update(_content(path))
    return digest.hexdigest()


def _content(path: Path) -> bytes:
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError as error:
        # Gone between listing and reading, or not for us to read: that, too, is a state that may change.
        return str(error.errno).encode()


def _of(clinic: str, errors: Iterable[ConfigError]) -> Iterator[ConfigError]:
    for error in errors:
        yield replace(error, clinic=clinic)


def _position(error: ConfigError) -> tuple[str, int, int]:
    place = error.place
    return (place.source.name, place.line, place.column) if place else ("", 0, 0)
