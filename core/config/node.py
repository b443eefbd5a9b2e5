"""The tree of a YAML file in which every value knows its place, and how two such trees are laid over one another."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.config.place import Place

Scalar = str | int | float | bool | None
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One value: a scalar, a mapping or a list of nodes."""

    value: Scalar | Mapping[str, Node] | tuple[Node, ...] = field(repr=False)
    place: Place
    #: Where its key stands, for a value of a mapping.
    key_place: Place | None = None
    #: Who set it, when it was not the file at `place`: "sandbox override".
    set_by: str = ""
    #: The text as written, e.g. "${env:TELNYX_API_KEY}", when the value came from references in it.
    reference: str = ""
    #: A reference that pointed nowhere and was let pass; `value` is still the reference.
    unresolved: bool = False
    #: A secret, or something that may be one: never shown.
    concealed: bool = False

    @property
    def fields(self) -> Mapping[str, Node]:
        """The entries of a mapping; nothing for anything else."""
        return self.value if isinstance(self.value, Mapping) else {}

    @property
    def items(self) -> tuple[Node, ...]:
        """The items of a list; nothing for anything else."""
        return self.value if isinstance(self.value, tuple) else ()

    @property
    def written(self) -> bool:
        """Literally in a file: neither a reference nor an override."""
        return not self.set_by and not self.reference

    @property
    def shown(self) -> str | None:
        """The value for a message: short, None when it must not or cannot be shown."""
        if self.concealed or self.set_by or isinstance(self.value, Mapping | tuple):
            return None
        text = self.reference or json.dumps(self.value, ensure_ascii=False)
        return text if len(text) <= 80 else f"{text[:77]}..."

    @property
    def headline(self) -> Place:
        """Where a message points: at the value, or at the key when the value spreads over lines."""
        spreads = isinstance(self.value, Mapping | tuple) or self.value is None
        return self.key_place if spreads and self.key_place else self.place

    def child(self, step: str | int) -> Node | None:
        if isinstance(step, int):
            return self.items[step] if 0 <= step < len(self.items) else None
        return self.fields.get(step)

    def find(self, path: Path) -> Node | None:
        """The node at `path`, None when there is none."""
        node: Node | None = self
        for step in path:
            node = node.child(step) if node else None
        return node

    def closest(self, path: Path) -> Node:
        """The node at `path`, or the deepest one on the way to it."""
        node = self
        for step in path:
            node = node.child(step) or node
        return node

    def plain(self) -> Any:
        """The tree as Python values."""
        if isinstance(self.value, Mapping):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, tuple):
            return [node.plain() for node in self.value]
        return self.value

    def leaves(self, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """Every scalar below, with its path. Empty mappings and lists are leaves too."""
        steps: list[tuple[str | int, Node]] = [*self.fields.items(), *enumerate(self.items)]
        if not steps:
            yield path, self
        for step, node in steps:
            yield from node.leaves((*path, step))

    def with_field(self, key: str, node: Node) -> Node:
        return replace(self, value={**self.fields, key: node})


def merge(base: Node, over: Node) -> Node:
    """`over` laid over `base`: mappings merge, everything else replaces. Absent is not empty.

    Keys keep the order of `base`, then of `over`; every leaf keeps its own place.
    """
    if not isinstance(base.value, Mapping) or not isinstance(over.value, Mapping):
        return over
    merged = dict(base.value)
    for key, node in over.value.items():
        merged[key] = merge(merged[key], node) if key in merged else node
    return replace(over, value=merged)


def dotted(path: Path) -> str:
    return ".".join(str(step) for step in path)
