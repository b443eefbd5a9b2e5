"""``deskbell init``: a new project outside this tree, made from what the installed package holds.

A clinic to start from, the operator's settings, a schema for editors: ready for ``deskbell serve --sandbox``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from core.config.clinic import FILE
from core.config.json_schema import clinic_schema
from core.config.nearest import nearest
from core.config.settings import PREFIX, Runtime
from core.plugins import load_catalogue
from deskbell import DeskbellError

SCHEMA = "clinic.schema.json"
GITIGNORE = ".env\n.deskbell/\n"


class CannotStart(DeskbellError):
    """The project cannot be made there."""


def init(
    folder: Annotated[Path, typer.Argument(help="A folder that is empty or not there yet.")],
    demo: Annotated[str, typer.Option("--from", help="The shipped clinic to start from.")] = "",
) -> None:
    """Makes a new project: a clinic to start from, settings, and a schema for editors."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CannotStart(f"{folder} is not empty: give a folder that is empty or not there yet.")
    clinic = _chosen(demo)
    for path, content in _project(clinic):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    console = Console()
    console.print(Text(f"A new project is in {folder}, with the clinic '{clinic.name}'.", style="green"))
    console.print(Text(f"Next: cd {folder} && deskbell serve --sandbox"))


def _chosen(demo: str) -> Traversable:
    shipped = {entry.name: entry for entry in files("clinics").iterdir() if entry.joinpath(FILE).is_file()}
    if not shipped:
        raise CannotStart("This installation has no clinic to start from.")
    name = demo or min(shipped)
    if name not in shipped:
        near = nearest(name, shipped)
        meant = f" Did you mean '{near}'?" if near else ""
        raise CannotStart(f"There is no shipped clinic '{name}': there is {', '.join(sorted(shipped))}.{meant}")
    return shipped[name]


def _project(clinic: Traversable) -> Iterator[tuple[Path, bytes]]:
    """Every file of the project with its content."""
    references: dict[str, None] = {}
    for path, content in _files(clinic):
        if path == Path(FILE):
            references = dict.fromkeys(re.findall(r"\$\{env:(\w+)\}", content.decode()))
            content = f"# yaml-language-server: $schema=../../{SCHEMA}\n".encode() + content
        yield Path("clinics", clinic.name, path), content
    settings = _settings(list(references)).encode()
    yield Path(".env"), settings
    yield Path(".env.example"), settings
    yield Path(".gitignore"), GITIGNORE.encode()
    yield Path(SCHEMA), f"{json.dumps(clinic_schema(load_catalogue()), indent=2, ensure_ascii=False)}\n".encode()
    readme = files("config").joinpath("project", "README.md").read_text("utf-8")
    yield Path("README.md"), readme.replace("{clinic}", clinic.name).encode()


def _files(folder: Traversable, below: Path = Path()) -> Iterator[tuple[Path, bytes]]:
    for entry in folder.iterdir():
        if entry.name.startswith((".", "__pycache__")):
            continue
        if entry.is_dir():
            yield from _files(entry, below / entry.name)
        else:
            yield below / entry.name, entry.read_bytes()


def _settings(references: list[str]) -> str:
    """The operator's settings as a file: what the clinic's YAML refers to, then ours with their defaults."""
    lines = ["# Settings of this project. A variable of the environment wins over the same one here.", ""]
    if references:
        lines.append("# What clinic.yml refers to. Not needed with --sandbox.")
        lines += [*(f"{name}=" for name in references), ""]
    for name, setting in Runtime.model_fields.items():
        default = "" if setting.default is None else setting.default
        lines += [f"# {setting.description}", f"# {PREFIX}{name.upper()}={default}"]
    return "\n".join(lines) + "\n"
