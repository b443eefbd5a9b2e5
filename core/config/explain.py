"""What a setting is in the end, and who said so: a line of a file, the environment, an override, or a default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, SecretBytes, SecretStr

from core.config.clinics import BindingPlan, ClinicPlan, LoadedClinics
from core.config.nearest import nearest
from core.config.node import Node, Path, dotted
from core.config.references import references_in
from core.config.schema import OWN_SECTIONS, ClinicSection
from deskbell import Span

MASK = "********"


@dataclass(frozen=True, slots=True)
class Explained:
    """One effective value. Secrets are masked already."""

    path: str
    value: str
    #: "clinics/harbor/clinic.yml:12:5", "environment variable X (…)", "default of TelnyxConfig", ...
    origin: str


class NoSuchSetting(Exception):
    """The path leads nowhere; `nearest` is what may have been meant."""

    def __init__(self, path: str, near: str | None) -> None:
        super().__init__(path)
        self.nearest = near


def explain(loaded: LoadedClinics, clinic: str, path: str) -> list[Explained]:
    """Every effective value at or below a dotted path of a clinic's configuration; "" is all of it.

    A clinic that has errors is explained as far as it is written. Raises `NoSuchSetting`.
    """
    settings = _effective(loaded, clinic)
    wanted = path.strip(".")
    found = [entry for entry in settings if not wanted or f"{entry.path}.".startswith(f"{wanted}.")]
    if not found:
        prefixes = {".".join(entry.path.split(".")[:depth]) for entry in settings for depth in range(1, 6)}
        raise NoSuchSetting(path, nearest(wanted, sorted(prefixes)))
    return found


def _effective(loaded: LoadedClinics, clinic: str) -> list[Explained]:
    tree = loaded.trees.get(clinic)
    if tree is None:
        raise NoSuchSetting(clinic, nearest(clinic, loaded.trees))
    plan = loaded.plans.get(clinic)
    if plan is None:
        return [Explained(dotted(path), _written(node), _origin(node)) for path, node in tree.leaves()]
    return list(_leaves(_document(plan), tree, (), _Owner("")))


@dataclass(frozen=True, slots=True)
class _Owner:
    """The model whose default applies where nothing is written."""

    name: str


@dataclass(frozen=True, slots=True)
class _Bound:
    """A binding in the document: the provider's name and its settings."""

    use: str
    config: BaseModel = field(repr=False)


def _document(plan: ClinicPlan) -> dict[str, Any]:
    """The plan in the shape of its file."""
    return {
        "clinic": {name: getattr(plan.clinic, name) for name in ClinicSection.model_fields},
        **{name: getattr(plan.clinic, name) for name in OWN_SECTIONS},
        "channels": _bound(plan.channels),
        "payments": _bound(plan.payments),
        "models": _bound(plan.models),
        "knowledge": _Bound(plan.knowledge.provider.name, plan.knowledge.config) if plan.knowledge else None,
        "pipeline": [stage.stage.name for stage in plan.pipeline],
        "stages": {stage.stage.name: stage.config for stage in plan.pipeline},
        "burst": plan.burst,
        "turns": plan.turns,
        "sending": plan.sending,
        "quiet_hours": plan.quiet_hours,
        "payment_links": plan.payment_links,
        "subscribers": dict(plan.subscribers),
    }


def _bound(plans: Mapping[str, BindingPlan]) -> dict[str, _Bound]:
    return {key: _Bound(plan.provider.name, plan.config) for key, plan in plans.items()}


def _leaves(value: Any, tree: Node, path: Path, owner: _Owner) -> Iterator[Explained]:
    children = _children(value)
    if children:
        inside = _Owner(type(value).__name__) if isinstance(value, BaseModel) else owner
        if isinstance(value, _Bound):
            inside = _Owner(type(value.config).__name__)
        for step, child in children:
            yield from _leaves(child, tree, (*path, step), inside)
    else:
        yield Explained(dotted(path), _shown(value), _source(tree, path, owner))


def _children(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, Span):
        return []
    if isinstance(value, _Bound):
        return [("use", value.use), *_children(value.config)]
    if isinstance(value, BaseModel):
        return [(name, getattr(value, name)) for name in type(value).model_fields]
    if isinstance(value, Mapping):
        return list(value.items())
    if isinstance(value, list | tuple):
        return list(enumerate(value))
    return []


def _source(tree: Node, path: Path, owner: _Owner) -> str:
    """Where a value was set: its own node, the list or name it came with, or nowhere."""
    for depth in range(len(path), 0, -1):
        node = tree.find(path[:depth])
        if node:
            # Inside a mapping that is written, a missing key has the model's default.
            whole = depth == len(path) or not node.fields
            return _origin(node) if whole else _default(owner)
    return _default(owner)


def _default(owner: _Owner) -> str:
    return f"default of {owner.name}" if owner.name else "default"


def _origin(node: Node) -> str:
    if node.set_by:
        return f"{node.set_by} (over {node.place})"
    if node.reference:
        return f"{references_in(node.reference)} ({node.place})" + (", not set" if node.unresolved else "")
    return str(node.place)


def _written(node: Node) -> str:
    if node.concealed:
        return MASK
    return node.reference or ("" if node.value is None else str(node.plain()))


def _shown(value: Any) -> str:
    if isinstance(value, SecretStr | SecretBytes):
        return MASK
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g}s"
    if isinstance(value, Span):
        return f"{value.opens:%H:%M}-{'24:00' if value.closes == value.closes.max else f'{value.closes:%H:%M}'}"
    if isinstance(value, Enum):
        return str(value.value)
    if value is None or isinstance(value, ZoneInfo):
        return "none" if value is None else value.key
    return str(value)
