"""What clinics must not share: a number of a carrier, or the id of a binding. Nor may one ring a number of ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from core.config.bindings import BindingPlan
from core.config.clinic import ClinicPlan
from core.config.errors import ConfigError
from core.config.node import Node
from deskbell import mask_number


def conflicts(plans: Iterable[ClinicPlan], trees: Mapping[str, Node]) -> Iterator[ConfigError]:
    """Bindings of different clinics that would receive each other's texts. Both sides get the error.

    Two bindings of one provider may not share a number, and no two may share an id.
    """
    taken: dict[tuple[str, ...], list[tuple[ClinicPlan, BindingPlan, tuple[str, ...]]]] = {}
    for plan in plans:
        for key, binding, path in _claims(plan):
            taken.setdefault(key, []).append((plan, binding, path))
    for key, claims in taken.items():
        if len(claims) > 1:
            for plan, _, path in claims:
                others = sorted({f"{other.clinic.id} ({other_path[1]})" for other, _, other_path in claims})
                yield _conflict(key, plan.clinic.id, path, others, trees)


def circles(plans: Iterable[ClinicPlan], trees: Mapping[str, Node]) -> Iterator[ConfigError]:
    """Lines to ring (`forward_to`) that are numbers of ours: a call would be put through to ourselves, and again."""
    numbers: set[str] = set()
    lines: list[tuple[ClinicPlan, BindingPlan, str]] = []
    for plan in plans:
        for binding in plan.channels.values():
            numbers |= {str(number) for number in [getattr(binding.config, "number", None)] if number}
            line = getattr(binding.config, "forward_to", None)
            if line:
                lines.append((plan, binding, str(line)))
    for plan, binding, line in lines:
        if line in numbers:
            path = ("channels", binding.key, "forward_to")
            tree = trees.get(plan.clinic.id)
            yield ConfigError(
                f"Calls would ring {mask_number(line)}, which Deskbell itself answers, and go round in circles.",
                tree.closest(path).headline if tree else None,
                clinic=plan.clinic.id,
                path=".".join(path),
                kind="conflict",
                advice="Name a line that people pick up.",
            )


def _claims(plan: ClinicPlan) -> Iterator[tuple[tuple[str, ...], BindingPlan, tuple[str, ...]]]:
    for binding in plan.bindings:
        yield ("id", binding.id), binding, ("", binding.key)
    for binding in plan.channels.values():
        number = getattr(binding.config, "number", None)
        if number:
            yield ("number", binding.provider.name, str(number)), binding, ("channels", binding.key, "number")


def _conflict(
    key: tuple[str, ...], clinic: str, path: tuple[str, ...], others: list[str], trees: Mapping[str, Node]
) -> ConfigError:
    tree = trees.get(clinic)
    node = tree.closest(path) if tree else None
    if key[0] == "id":
        problem, advice = f"Two bindings would both have the id '{key[1]}': {', '.join(others)}.", "Rename a key."
    else:
        problem = f"Two bindings of {key[1]} share the number {mask_number(key[2])}: {', '.join(others)}."
        advice = "A text to this number must belong to one clinic: give each binding a number of its own."
    return ConfigError(
        problem, node.headline if node else None, clinic=clinic, path=".".join(path), kind="conflict", advice=advice
    )
