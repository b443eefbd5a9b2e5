"""Reading YAML: a file becomes nodes with marks, and what YAML lets pass in silence is told.

Plain words stay words: no ``yes`` that means true, no ``12:30`` that means 750, no leading zero that means octal, and
``+12125550142`` is a text. Duplicate keys, tags and self-containing anchors are errors.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from core.config.errors import ConfigError
from core.config.node import Node, Scalar, dotted
from core.config.node import Path as NodePath
from core.config.place import Place, Source


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """The safe loader, with the few scalar forms that configuration needs."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own registry, replaced on purpose


for _kind, _form, _first in (
    ("null", r"null|~|", ["n", "~", ""]),
    ("bool", r"true|false", ["t", "f"]),
    ("int", r"-?(?:0|[1-9]\d*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9]\d*)\.\d+", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"^(?:{_form})$"), _first)

_SCALARS: dict[str, Any] = {
    "tag:yaml.org,2002:null": lambda text: None,
    "tag:yaml.org,2002:bool": lambda text: text == "true",
    "tag:yaml.org,2002:int": int,
    "tag:yaml.org,2002:float": float,
    "tag:yaml.org,2002:str": str,
}
#: Far beyond any clinic's file. The parser itself goes down, and the process with it, where YAML nests without end;
#: anchors inside anchors make millions of values of a few lines.
_DEEPEST, _MOST_VALUES = 50, 100_000
_CONTAINERS = {"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"}


def read(path: Path, name: str) -> tuple[Node | None, list[ConfigError]]:
    """The tree of the file at `path`, shown as `name`, and what is wrong with it.

    The tree is None when there is none to speak of: no file, not UTF-8, not YAML, not a mapping.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Place(Source(name))
        return None, [ConfigError(f"The file is not UTF-8 (byte {error.start}).", place, kind="syntax")]
    except OSError as error:
        return None, [ConfigError(f"The file cannot be read: {error.strerror}.", Place(Source(name)), kind="missing")]
    return parse(text, name)


def parse(text: str, name: str) -> tuple[Node | None, list[ConfigError]]:
    """Like `read`, for text in hand."""
    source = Source(name, text)
    try:
        _measure(text)
        root = yaml.compose(text, _Loader)
    except yaml.MarkedYAMLError as error:
        return None, [_syntax_error(source, error)]
    except yaml.YAMLError:
        return None, [ConfigError("The file holds characters that YAML does not allow.", Place(source), kind="syntax")]
    except RecursionError:
        return None, [ConfigError("The file is nested too deeply.", Place(source), kind="syntax")]
    if root is None:
        return Node({}, Place(source)), []
    reading = _Reading(source)
    node = reading.node(root, (), None)
    if reading.full:
        problem = f"The file's anchors make more than {_MOST_VALUES} values of it, or nest too deeply."
        return None, [ConfigError(problem, Place(source), kind="syntax")]
    if not isinstance(root, yaml.MappingNode):
        reading.errors.append(ConfigError("The file must be a mapping of keys to values.", Place(source)))
    return (node if isinstance(root, yaml.MappingNode) else None), reading.errors


def _measure(text: str) -> None:
    """Raises `RecursionError` for what nests too deeply, before anything follows it down."""
    depth = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise RecursionError


def _syntax_error(source: Source, error: yaml.MarkedYAMLError) -> ConfigError:
    mark = error.problem_mark or error.context_mark
    place = Place(source, mark.line + 1, mark.column + 1) if mark else Place(source)
    return ConfigError(
        f"This is not YAML: {error.problem or error.context}.",
        place,
        kind="syntax",
        advice="Look at this line and the one above it: indentation, quotes and the blank after a colon.",
    )


class _Reading:
    """One pass over a file's YAML nodes."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.errors: list[ConfigError] = []
        self._inside: list[int] = []
        self._values = 0
        #: There were more values than a file may hold: what was read is not all.
        self.full = False

    def node(self, raw: yaml.Node, path: NodePath, key_place: Place | None) -> Node:
        place = self._place(raw)
        self._values += 1
        if self._values > _MOST_VALUES or len(self._inside) > _DEEPEST:
            self.full = True
        if self.full:
            return Node(None, place, key_place)
        if id(raw) in self._inside:
            self._refuse("An anchor contains itself.", place, path)
            return Node(None, place, key_place)
        self._inside.append(id(raw))
        value = self._value(raw, place, path)
        self._inside.pop()
        return Node(value, place, key_place)

    def _value(self, raw: yaml.Node, place: Place, path: NodePath) -> Any:
        if raw.tag not in _SCALARS and raw.tag not in _CONTAINERS:
            self._refuse("YAML tags ('!...') are not used here.", place, path)
            return None
        if isinstance(raw, yaml.MappingNode):
            return self._mapping(raw, path)
        if isinstance(raw, yaml.SequenceNode):
            return tuple(self.node(item, (*path, index), None) for index, item in enumerate(raw.value))
        return self._scalar(raw, place, path)

    def _scalar(self, raw: yaml.Node, place: Place, path: NodePath) -> Scalar:
        # A quoted text carries the tag of a text, whatever it looks like.
        try:
            value: Scalar = _SCALARS[raw.tag](raw.value)
        except (KeyError, ValueError):
            self._refuse("This YAML tag does not fit what follows it.", place, path)
            return None
        return value

    def _mapping(self, raw: yaml.MappingNode, path: NodePath) -> dict[str, Node]:
        fields: dict[str, Node] = {}
        for key_node, value_node in raw.value:
            key_place = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse("A key must be a word.", key_place, path)
                continue
            key = str(key_node.value)
            node = self.node(value_node, (*path, key), key_place)
            if key in fields:
                self._duplicate(key, key_place, fields[key], path)
            else:
                fields[key] = node
        return fields

    def _duplicate(self, key: str, place: Place, first: Node, path: NodePath) -> None:
        line = first.key_place.line if first.key_place else first.place.line
        self.errors.append(
            ConfigError(
                f"The key '{key}' is written twice; the first is on line {line}.",
                place,
                path=dotted((*path, key)),
                kind="duplicate_key",
                advice="Keep one of them.",
            )
        )

    def _refuse(self, problem: str, place: Place, path: NodePath) -> None:
        self.errors.append(ConfigError(problem, place, path=dotted(path), kind="syntax"))

    def _place(self, raw: yaml.Node) -> Place:
        start, end = raw.start_mark, raw.end_mark
        return Place(self.source, start.line + 1, start.column + 1, end.line + 1, end.column + 1)
