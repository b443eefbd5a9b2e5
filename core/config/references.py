"""``${env:NAME}`` and ``${file:PATH}``: values that do not stand in the YAML, secrets above all.

A reference may be a whole value or a part of one; ``$${...}`` is the text ``${...}``. The word after ``use:`` is a
name and never a reference. A file's path starts from the clinic's folder; one line break at its end is dropped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from core.config.errors import ConfigError
from core.config.nearest import nearest
from core.config.node import Node, dotted
from core.config.node import Path as NodePath

_REFERENCE = re.compile(r"(?P<escaped>\$)?\$\{(?P<inside>[^{}]*)\}")
#: A value that is one reference and nothing else: the only form in which a secret may be written.
WHOLE_REFERENCE = r"^\$\{(env|file):[^{}]+\}$"
#: A value that holds a reference.
ANY_REFERENCE = r"\$\{(env|file):[^{}]+\}"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SCHEMES = ("env", "file")


def is_reference(value: Any) -> bool:
    """Whether the whole value is one reference."""
    return isinstance(value, str) and re.search(WHOLE_REFERENCE, value) is not None


def references_in(text: str) -> str:
    """The references of a text, without what stands around them."""
    return " ".join(found.group() for found in _REFERENCE.finditer(text) if not found["escaped"])


class _Missing(Exception):
    """A reference that gives no value; the message says why."""

    def __init__(self, problem: str, advice: str = "", *, malformed: bool = False, near: str | None = None) -> None:
        super().__init__(problem)
        self.problem, self.advice, self.malformed, self.near = problem, advice, malformed, near


@dataclass(slots=True)
class References:
    """Resolves the references of one clinic; collects what is wrong and which values must never be shown."""

    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    #: Let references that point nowhere pass; they stay as written.
    skip_missing: bool = False
    errors: list[ConfigError] = field(default_factory=list)
    #: What references resolved to: none of it may stand in a message.
    values: set[str] = field(default_factory=set, repr=False)

    def resolve(self, node: Node, path: NodePath = ()) -> Node:
        """The same tree with values in the place of references."""
        if node.fields:
            resolved = {
                key: child if key == "use" else self.resolve(child, (*path, key)) for key, child in node.fields.items()
            }
            return replace(node, value=resolved)
        if node.items:
            return replace(node, value=tuple(self.resolve(item, (*path, i)) for i, item in enumerate(node.items)))
        if isinstance(node.value, str) and not node.set_by and "${" in node.value:
            return self._scalar(node, node.value, path)
        return node

    def hide(self, value: str) -> None:
        """From now on `value` is starred out of every message. Very short ones would star out half the language."""
        if len(value) > 3:
            self.values.add(value)

    def scrub(self, message: str) -> str:
        """`message` without anything that a reference resolved to."""
        for value in sorted(self.values, key=len, reverse=True):
            message = message.replace(value, "***")
        return message

    def _scalar(self, node: Node, text: str, path: NodePath) -> Node:
        try:
            value = _REFERENCE.sub(self._value_of, text)
        except _Missing as missing:
            if self.skip_missing and not missing.malformed:
                return replace(node, reference=text, unresolved=True)
            self.errors.append(
                ConfigError(
                    missing.problem,
                    node.place,
                    path=dotted(path),
                    kind="reference",
                    nearest=missing.near,
                    advice=missing.advice,
                )
            )
            return replace(node, reference=text, unresolved=True)
        if all(found["escaped"] for found in _REFERENCE.finditer(text)):
            return replace(node, value=value)
        return replace(node, value=value, reference=text)

    def _value_of(self, found: re.Match[str]) -> str:
        if found["escaped"]:
            return found.group()[1:]
        scheme, colon, target = found["inside"].partition(":")
        if not colon or scheme not in _SCHEMES:
            raise _Missing(
                "A reference must be ${env:NAME} or ${file:PATH}.",
                "Write $${...} if the text itself should read ${...}.",
                malformed=True,
                near=nearest(scheme, _SCHEMES),
            )
        value = self._variable(target) if scheme == "env" else self._file(target)
        self.hide(value)
        return value

    def _variable(self, name: str) -> str:
        if not _NAME.fullmatch(name):
            raise _Missing("${env:...} needs the name of an environment variable.", malformed=True)
        value = self.environment.get(name)
        if value:
            return value
        raise _Missing(
            f"The environment variable {name} is {'empty' if value == '' else 'not set'}.",
            f"Set {name} in the environment or in the file .env of the working directory.",
            near=None if value == "" else nearest(name, self.environment, closeness=80),
        )

    def _file(self, target: str) -> str:
        path = self.folder / target.strip()
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            raise _Missing(f"The file {target} is not UTF-8.", malformed=True) from None
        except OSError as error:
            problem = f"The file {target} cannot be read: {error.strerror}."
            raise _Missing(problem, "The path starts from the clinic's folder.") from None
        value = text.removesuffix("\n").removesuffix("\r")
        if not value:
            raise _Missing(f"The file {target} is empty.")
        return value
