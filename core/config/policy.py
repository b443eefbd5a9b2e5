"""What a pipeline must prove before a clinic may run it: nothing that keeps patients safe is missing or outflanked.

The rules come from the stages themselves (`sealed`, `outside_of`, `because`), so that a plugin's stage is held to the
same proof as our own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.config.nearest import nearest
from deskbell import Stage

Stages = Mapping[str, type[Stage[Any]]]


@dataclass(frozen=True, slots=True)
class Violation:
    """A broken rule. `index` is the offending entry of the pipeline, None when one is missing."""

    rule: str
    problem: str
    index: int | None = None
    stage: str = ""
    allowed: tuple[str, ...] = ()
    nearest: str | None = None
    advice: str = ""


def prove(pipeline: Sequence[str], stages: Stages) -> list[Violation]:
    """Every rule that `pipeline` (stage names, outermost first) breaks; empty when it is safe."""
    return [*_unknown(pipeline, stages), *_twice(pipeline), *_sealed(pipeline, stages), *_order(pipeline, stages)]


def _unknown(pipeline: Sequence[str], stages: Stages) -> Iterator[Violation]:
    for index, name in enumerate(pipeline):
        if name not in stages:
            allowed = tuple(stages)
            yield Violation(
                "unknown stage", f"No plugin brings a stage '{name}'.", index, name, allowed, nearest(name, allowed)
            )


def _twice(pipeline: Sequence[str]) -> Iterator[Violation]:
    for index, name in enumerate(pipeline):
        if name in pipeline[:index]:
            yield Violation(
                "once each",
                f"The stage '{name}' stands in the pipeline twice.",
                index,
                name,
                advice="Keep the place where it belongs.",
            )


def _sealed(pipeline: Sequence[str], stages: Stages) -> Iterator[Violation]:
    for name, stage in stages.items():
        if stage.sealed and name not in pipeline:
            yield Violation(
                "sealed stage",
                _because(f"The sealed stage '{name}' is missing from the pipeline", stage),
                stage=name,
                advice=f"Add '{name}' to the pipeline{_position(name, pipeline, stages)}.",
            )


def _order(pipeline: Sequence[str], stages: Stages) -> Iterator[Violation]:
    known = [name for name in pipeline if name in stages]
    for name in dict.fromkeys(known):
        place = pipeline.index(name)
        for outer in dict.fromkeys(pipeline[:place]):
            if outer in stages and must_stand_outside(name, outer, stages):
                yield Violation(
                    "order",
                    _because(f"The stage '{name}' must stand outside (above) '{outer}'", stages[name]),
                    place,
                    name,
                    advice=f"Move '{name}' above '{outer}'.",
                )


def must_stand_outside(name: str, other: str, stages: Stages) -> bool:
    """Whether `name` claims the place outside `other`; "*" claims it over all that do not claim it over `name`."""
    claims = stages[name].outside_of
    return other in claims or ("*" in claims and name not in stages[other].outside_of)


def _position(name: str, pipeline: Sequence[str], stages: Stages) -> str:
    """Where a missing stage belongs: above the first stage that it must stand outside of."""
    below = [other for other in pipeline if other in stages and must_stand_outside(name, other, stages)]
    return f", above '{below[0]}'" if below else ""


def _because(problem: str, stage: type[Stage[Any]]) -> str:
    return f"{problem}: {stage.because.rstrip('.')}." if stage.because else f"{problem}."
