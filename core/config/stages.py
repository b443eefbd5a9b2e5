"""The pipeline of one clinic: from a name or a list of stages to checked stage classes with their settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.config.bindings import unknown_name
from core.config.catalogue import Catalogue
from core.config.errors import PLUGIN_BROKEN, ConfigError
from core.config.nearest import nearest
from core.config.node import Node, dotted
from core.config.policy import Violation, prove
from core.config.references import References
from core.config.schema import BROADCAST
from core.config.validation import validate
from deskbell import Settings, Stage


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage of a clinic's pipeline, ready to be made."""

    stage: type[Stage[Any]]
    config: Settings = field(repr=False)


def read_stages(
    tree: Node, pipelines: Mapping[str, Node], catalogue: Catalogue, references: References
) -> tuple[tuple[StagePlan, ...] | None, list[ConfigError]]:
    """The pipeline, outermost first, and what is wrong with it or with any stage's settings.

    None when a stage cannot be made: there is no such stage, or its settings are wrong or not known yet.
    """
    entries, errors = pipeline_entries(tree, pipelines)
    names = [str(entry.value) for entry in entries]
    if entries:
        errors += _policy_errors(tree, entries, names, catalogue)
    plans: list[StagePlan] = []
    for name in dict.fromkeys(names):
        if name in catalogue.stages:
            config, faults = _settings(tree, name, catalogue.stages[name], references)
            errors += faults
            if config:
                plans.append(StagePlan(catalogue.stages[name], config))
    errors += [*_idle_settings(tree, names, catalogue), *_idle_quiet_hours(tree, names)]
    return (tuple(plans) if len(plans) == len(names) else None), errors


def pipeline_entries(tree: Node, pipelines: Mapping[str, Node]) -> tuple[tuple[Node, ...], list[ConfigError]]:
    """The nodes that name the stages: the clinic's own list, or that of the shipped pipeline it names."""
    node = tree.child("pipeline")
    if node is None or not isinstance(node.value, str):
        return tuple(item for item in node.items if isinstance(item.value, str)) if node else (), []
    if node.value in pipelines:
        return pipelines[node.value].items, []
    return (), [
        ConfigError(
            "There is no shipped pipeline of this name.",
            node.place,
            path="pipeline",
            kind="unknown_name",
            given=node.shown,
            allowed=tuple(pipelines),
            nearest=nearest(node.value, pipelines),
            advice="Name a shipped pipeline, or write a list of stages.",
        )
    ]


def _policy_errors(tree: Node, entries: tuple[Node, ...], names: list[str], catalogue: Catalogue) -> list[ConfigError]:
    errors = []
    for violation in prove(names, catalogue.stages):
        if violation.rule == "unknown stage" and violation.index is not None:
            node, path = entries[violation.index], ("pipeline", violation.index)
            errors.append(unknown_name(catalogue, "stages", violation.stage, node, path))
        else:
            errors.append(_policy_error(tree, entries, violation))
    # A stage whose plugin is broken is not "missing": the broken plugin has been named.
    blamed = any(error.kind == PLUGIN_BROKEN for error in errors)
    return [error for error in errors if error.kind != "policy"] if blamed else errors


def _policy_error(tree: Node, entries: tuple[Node, ...], violation: Violation) -> ConfigError:
    whole = tree.fields["pipeline"]
    place = whole.headline if violation.index is None else entries[violation.index].place
    path = ("pipeline",) if violation.index is None else ("pipeline", violation.index)
    return ConfigError(
        violation.problem,
        place,
        path=dotted(path),
        kind="policy",
        given=violation.stage if violation.index is not None else None,
        advice=f"{violation.advice} (Rule: {violation.rule}.)",
    )


def _settings(
    tree: Node, name: str, stage: type[Stage[Any]], references: References
) -> tuple[Settings | None, list[ConfigError]]:
    node = tree.find(("stages", name)) or Node({}, tree.place)
    return validate(stage.Config, node, ("stages", name), scrub=references.scrub)


def _idle_settings(tree: Node, names: list[str], catalogue: Catalogue) -> list[ConfigError]:
    """Settings that the clinic itself writes for a stage that it does not run."""
    section = tree.child("stages")
    errors = []
    for name, node in (section.fields if section else {}).items():
        if name in names or node.place.source is not tree.place.source:
            continue
        known = name in catalogue.stages
        errors.append(
            ConfigError(
                f"The stage '{name}' is not in this clinic's pipeline." if known else f"There is no stage '{name}'.",
                node.key_place or node.place,
                path=dotted(("stages", name)),
                kind="unknown_key",
                allowed=tuple(dict.fromkeys(names)),
                nearest=nearest(name, names),
                advice="Add the stage to the pipeline, or drop its settings.",
            )
        )
    return errors


def _idle_quiet_hours(tree: Node, names: list[str]) -> list[ConfigError]:
    """Quiet hours for texts that nobody here writes."""
    kinds = tree.find(("quiet_hours", "kinds"))
    allowed = tuple(dict.fromkeys([*names, BROADCAST]))
    return [
        ConfigError(
            f"Nothing in this clinic's pipeline is called '{name}'.",
            node.key_place or node.place,
            path=dotted(("quiet_hours", "kinds", name)),
            kind="unknown_key",
            allowed=allowed,
            nearest=nearest(name, allowed),
            advice="Name the stage whose texts have hours of their own, or 'broadcast'.",
        )
        for name, node in (kinds.fields if kinds else {}).items()
        if name not in allowed
    ]
