"""The defaults that ship: ``config/defaults.yml``, found in a checkout and in an installed package alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path

from core.config.errors import ConfigError
from core.config.node import Node
from core.config.place import Place, Source
from core.config.source import read


@dataclass(frozen=True, slots=True)
class Defaults:
    """What every clinic starts from, and the pipelines that a clinic may name."""

    tree: Node
    pipelines: Mapping[str, Node] = field(default_factory=dict)
    errors: tuple[ConfigError, ...] = ()


def shipped() -> Path:
    """The folder ``config`` of this installation."""
    return Path(str(files("config")))


def shipped_clinics() -> Path:
    """The folder with the clinics that ship: it lies beside ``config``, in a checkout and in a package alike."""
    return shipped().parent / "clinics"


def load_defaults(path: Path | None = None) -> Defaults:
    """Reads the defaults from `path`, or those that ship."""
    path = path or shipped() / "defaults.yml"
    tree, errors = read(path, shown(path))
    if tree is None:
        return Defaults(Node({}, Place(Source(shown(path)))), errors=tuple(errors))
    pipelines = tree.fields["pipelines"].fields if "pipelines" in tree.fields else {}
    rest = replace(tree, value={key: node for key, node in tree.fields.items() if key != "pipelines"})
    return Defaults(rest, pipelines, tuple(errors))


def shown(path: Path) -> str:
    """How a file is named in messages: from the working directory where it lies below it."""
    absolute, here = path.absolute(), Path.cwd()
    return str(absolute.relative_to(here)) if absolute.is_relative_to(here) else str(path)
