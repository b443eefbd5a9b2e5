"""Finding and reading conversation tests; every mistake with file, line and column, all of them at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from core.config.clinic import FILE
from core.config.defaults import shown
from core.config.errors import ConfigError
from core.config.node import Node
from core.config.place import Place, Source
from core.config.source import read
from core.config.validation import validate
from core.rehearsal.script import Script, ScriptFile

FOLDER = "tests"


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """One conversation of one file."""

    clinic: str
    #: The folder that holds the clinics' folders.
    root: Path
    script: Script
    place: Place
    #: Where each turn stands.
    turns: tuple[Place, ...]

    @property
    def file(self) -> str:
        return self.place.source.name


def find(root: Path) -> list[Path]:
    """Every conversation test of every clinic below `root`."""
    return sorted(file for clinic in root.glob(f"*/{FILE}") for file in (clinic.parent / FOLDER).rglob("*.yml"))


def read_all(paths: Iterable[Path]) -> tuple[list[Rehearsal], list[ConfigError]]:
    """The conversations of these files, in order, and all that is wrong with any of them."""
    found: list[Rehearsal] = []
    errors: list[ConfigError] = []
    for path in paths:
        rehearsals, faults = read_file(path)
        found += rehearsals
        errors += faults
    return found, errors


def read_file(path: Path) -> tuple[list[Rehearsal], list[ConfigError]]:
    name = shown(path)
    clinic = next((folder for folder in path.resolve().parents if (folder / FILE).is_file()), None)
    if clinic is None:
        advice = f"Keep it in the folder '{FOLDER}' of a clinic, beside its {FILE}."
        return [], [ConfigError("This file belongs to no clinic.", Place(Source(name)), kind="missing", advice=advice)]
    tree, errors = read(path, name)
    if tree is None or errors:
        return [], [replace(error, clinic=clinic.name) for error in errors]
    nodes, scripts, errors = _scripts(tree)
    rehearsals = [
        Rehearsal(clinic.name, clinic.parent, script, node.headline, _places(node))
        for node, script in zip(nodes, scripts, strict=True)
    ]
    return ([] if errors else rehearsals), [replace(error, clinic=clinic.name) for error in errors]


def _scripts(tree: Node) -> tuple[list[Node], Sequence[Script], list[ConfigError]]:
    """A file is one conversation, or has a list of them."""
    if tree.child("conversations") is None:
        script, errors = validate(Script, tree)
        name = tree.child("conversation")
        node = replace(tree, place=name.place, key_place=name.place) if name else tree
        return ([node], [script], errors) if script else ([], [], errors)
    file, errors = validate(ScriptFile, tree)
    listed = tree.child("conversations")
    return (list(listed.items), file.conversations, errors) if file and listed else ([], [], errors)


def _places(node: Node) -> tuple[Place, ...]:
    turns = node.child("turns")
    return tuple(turn.place for turn in turns.items) if turns else ()
