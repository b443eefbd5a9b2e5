"""What a pydantic model allows at a path: which keys, of which type, and whether it is a secret."""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretBytes, SecretStr
from pydantic.fields import FieldInfo

from core.config.node import Path


def is_secret(annotation: Any) -> bool:
    """Whether a value of this type is, or may be, a secret."""
    if isinstance(annotation, type) and issubclass(annotation, SecretStr | SecretBytes):
        return True
    return any(is_secret(part) for part in get_args(annotation))


def field_at(model: type[BaseModel], path: Path) -> FieldInfo | None:
    """The declared field that a path ends at, None where it does not end at one."""
    if not path:
        return None
    for owner in _models(_follow(model, path[:-1])):
        found = owner.model_fields.get(str(path[-1]))
        if found:
            return found
    return None


def annotation_at(model: type[BaseModel], path: Path) -> Any:
    """The declared type at a path, None where nothing is declared."""
    return _follow(model, path)


def names_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """The keys that may stand in the mapping at a path, as declared."""
    return tuple(name for owner in _models(_follow(model, path)) for name in owner.model_fields)


def _follow(annotation: Any, path: Path) -> Any:
    for step in path:
        annotation = _step(annotation, step)
    return annotation


def _step(annotation: Any, step: str | int) -> Any:
    for part in _parts(annotation):
        origin = get_origin(part) or part
        if isinstance(step, str) and isinstance(part, type) and issubclass(part, BaseModel):
            field = part.model_fields.get(step)
            if field:
                return field.annotation
        elif not isinstance(origin, type):
            continue
        elif issubclass(origin, Mapping) and len(get_args(part)) == 2:
            return get_args(part)[1]
        elif isinstance(step, int) and issubclass(origin, list | tuple | set | frozenset) and get_args(part):
            return get_args(part)[0]
    return None


def _parts(annotation: Any) -> Iterator[Any]:
    """The members of a union, without `Annotated`."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for member in get_args(annotation):
            yield from _parts(member)
    else:
        yield annotation


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    for part in _parts(annotation):
        if isinstance(part, type) and issubclass(part, BaseModel):
            yield part
