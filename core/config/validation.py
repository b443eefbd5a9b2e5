"""Validating a tree with a pydantic model, and telling what it finds in words and places of the file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, SecretBytes, SecretStr, ValidationError
from pydantic_core import ErrorDetails

from core.config.errors import ConfigError
from core.config.nearest import nearest
from core.config.node import Node, Path, dotted
from core.config.shape import field_at, names_at

ModelT = TypeVar("ModelT", bound=BaseModel)
#: What pydantic would convert in silence and a configuration must not: "1300" or true for a number.
_STRICT_TYPES = {"int_type", "float_type", "bool_type"}


def validate(
    model: type[ModelT], node: Node, path: Path = (), *, scrub: Callable[[str], str] = str
) -> tuple[ModelT | None, list[ConfigError]]:
    """`node`, which stands at `path` of its file, as a `model`; or None and every fault.

    What stands in the file must have the declared type; what a reference or an override put in is converted.
    Faults of values that could not be resolved are not told again. `scrub` takes out what no message may hold.
    """
    data = node.plain()
    found: dict[tuple[Any, ...], ErrorDetails] = {}
    instance: ModelT | None = None
    try:
        instance = model.model_validate(data)
    except ValidationError as error:
        found = {details["loc"]: details for details in _details(error)}
    for details in _strictly(model, data):
        if _target(node, details).written:
            found.setdefault(details["loc"], details)
    errors = [
        _explain(model, node, path, details, scrub)
        for details in found.values()
        if not _target(node, details).unresolved
    ]
    return (None if errors else instance), errors


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_input=False)


def _strictly(model: type[BaseModel], data: Any) -> Iterator[ErrorDetails]:
    try:
        model.model_validate_json(json.dumps(data, default=_as_text), strict=True)
    except ValidationError as error:
        yield from (details for details in _details(error) if details["type"] in _STRICT_TYPES)


def _as_text(value: Any) -> Any:
    """What an override may hold beside JSON: a secret or a path."""
    return value.get_secret_value() if isinstance(value, SecretStr | SecretBytes) else str(value)


def _location(root: Node, details: ErrorDetails) -> Path:
    """Pydantic's location as a path of the file: without the names of union members that it puts between."""
    node: Node | None = root
    path: list[str | int] = []
    steps = [step for step in details["loc"] if step != "[key]"]
    for number, step in enumerate(steps, 1):
        child = node.child(step) if node else None
        if child is None and node and (number < len(steps) or not isinstance(node.value, Mapping)):
            continue
        path.append(step)
        node = child
    return tuple(path)


def _target(node: Node, details: ErrorDetails) -> Node:
    return node.closest(_location(node, details))


def _explain(
    model: type[BaseModel], root: Node, path: Path, details: ErrorDetails, scrub: Callable[[str], str]
) -> ConfigError:
    location = _location(root, details)
    node = root.closest(location)
    where = dotted((*path, *location))
    if details["type"] == "extra_forbidden":
        return _unknown_key(model, location, node, where)
    if details["type"] == "missing":
        field = field_at(model, location)
        return ConfigError(
            f"The key '{location[-1]}' is missing.",
            node.headline,
            path=where,
            kind="missing",
            meaning=(field.description if field else None) or "",
        )
    if details["loc"] and details["loc"][-1] == "[key]":
        return ConfigError(_sentence(scrub(details["msg"])), node.key_place or node.place, path=where, kind="key")
    return _wrong_value(model, location, node, where, details, scrub)


def _unknown_key(model: type[BaseModel], location: Path, node: Node, where: str) -> ConfigError:
    key = str(location[-1])
    allowed = names_at(model, location[:-1])
    return ConfigError(
        f"There is no key '{key}' here." if allowed else f"There is no key '{key}' here: there are no settings.",
        node.key_place or node.place,
        path=where,
        kind="unknown_key",
        allowed=allowed,
        nearest=nearest(key, allowed),
    )


def _wrong_value(
    model: type[BaseModel],
    location: Path,
    node: Node,
    where: str,
    details: ErrorDetails,
    scrub: Callable[[str], str],
) -> ConfigError:
    field = field_at(model, location)
    allowed = _choices(details)
    empty = node.value is None
    quotable = details["type"] == "string_type" and not isinstance(node.value, Mapping | tuple)
    advice = "Put the value in quotes." if quotable else ""
    if empty:
        advice = "Write a value, or leave the key out to keep the default."
    return ConfigError(
        "The key has no value." if empty else _sentence(scrub(details["msg"])),
        node.headline,
        path=where,
        given=None if empty else node.shown,
        allowed=allowed,
        nearest=nearest(str(node.value), allowed) if allowed and node.written and not node.concealed else None,
        meaning=(field.description if field else None) or "",
        advice=advice,
    )


def _choices(details: ErrorDetails) -> tuple[str, ...]:
    """The words of a literal or an enum, from pydantic's own message context."""
    if details["type"] not in ("literal_error", "enum"):
        return ()
    return tuple(re.findall(r"'([^']*)'", str(details.get("ctx", {}).get("expected", ""))))


def _sentence(message: str) -> str:
    """Pydantic's message as a sentence about the value."""
    message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    message = re.sub(r"^(Input|String|Tuple|List|Dictionary|Mapping) should", "Should", message).rstrip(".")
    return f"{message[:1].upper()}{message[1:]}."
