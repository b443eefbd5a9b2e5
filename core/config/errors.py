"""What is wrong with a configuration: one value an error, all errors of a load in one exception.

An error says where (file, line, column), what was given (never a secret), what is allowed, what was probably meant
and what to do. How it is shown is `report`'s business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from core.config.place import Place
from deskbell import DeskbellError

#: The clinic names something that a broken plugin brings: not the clinic's fault, and it cannot run.
PLUGIN_BROKEN = "plugin_broken"


@dataclass(frozen=True, slots=True)
class ConfigError:
    """One fault."""

    #: A full sentence, without the value.
    problem: str
    place: Place | None = None
    clinic: str | None = None
    #: Dotted path inside the file, e.g. "services.0.price.cents".
    path: str = ""
    #: For programs: "unknown_key", "missing", "duplicate_key", "policy", "secret", "reference", ...
    kind: str = "invalid"
    given: str | None = None
    allowed: tuple[str, ...] = ()
    nearest: str | None = None
    #: What the key is for.
    meaning: str = ""
    #: What to do now.
    advice: str = ""

    def __str__(self) -> str:
        where = " ".join(part for part in (str(self.place or ""), self.path) if part)
        parts = [f"{where}: {self.problem}" if where else self.problem]
        if self.given is not None:
            parts.append(f"given: {self.given}.")
        if self.nearest:
            parts.append(f"Did you mean '{self.nearest}'?")
        if self.allowed:
            parts.append(f"allowed: {', '.join(self.allowed)}.")
        return " ".join(part for part in [*parts, self.meaning, self.advice] if part)

    def as_json(self) -> dict[str, Any]:
        """The same for programs; the keys are stable."""
        return {
            "clinic": self.clinic,
            "file": self.place.source.name if self.place else None,
            "line": self.place.line if self.place else None,
            "column": self.place.column if self.place else None,
            "path": self.path,
            "kind": self.kind,
            "problem": self.problem,
            "given": self.given,
            "allowed": list(self.allowed),
            "nearest": self.nearest,
            "meaning": self.meaning,
            "advice": self.advice,
            "excerpt": self.place.excerpt if self.place else "",
        }


class ConfigErrors(DeskbellError):
    """The configuration has errors; nothing was started."""

    def __init__(self, errors: Iterable[ConfigError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(error) for error in self.errors))

    def __iter__(self) -> Iterator[ConfigError]:
        return iter(self.errors)

    def __len__(self) -> int:
        return len(self.errors)

    def as_json(self) -> list[dict[str, Any]]:
        return [error.as_json() for error in self.errors]
