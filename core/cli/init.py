"""``deskbell init``: a new project outside this tree, made from what the installed package holds.

A clinic to start from, the operator's settings, a schema for editors: ready for ``deskbell serve --sandbox``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from core.config.clinic import FILE
from core.config.defaults import shipped, shipped_clinics
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


def _chosen(demo: str) -> Path:
    clinics = {file.parent.name: file.parent for file in shipped_clinics().glob(f"*/{FILE}")}
    if not clinics:
        raise CannotStart("This installation has no clinic to start from.")
    name = demo or min(clinics)
    if name not in clinics:
        near = nearest(name, clinics)
        meant = f" Did you mean '{near}'?" if near else ""
        raise CannotStart(f"There is no shipped clinic '{name}': there is {', '.join(sorted(clinics))}.{meant}")
    return clinics[name]


def _project(clinic: Path) -> Iterator[tuple[Path, bytes]]:
    """Every file of the project with its content."""
    references: dict[str, None] = {}
    for path in _files(clinic):
        content = (clinic / path).read_bytes()
        if path == Path(FILE):
            references = dict.fromkeys(re.findall(r"\$\{env:(\w+)\}", content.decode()))
            content = f"# yaml-language-server: $schema=../../{SCHEMA}\n".encode() + content
        yield Path("clinics", clinic.name, path), content
    settings = _settings(list(references)).encode()
    yield Path(".env"), settings
    yield Path(".env.example"), settings
    yield Path(".gitignore"), GITIGNORE.encode()
    yield Path(SCHEMA), f"{json.dumps(clinic_schema(load_catalogue()), indent=2, ensure_ascii=False)}\n".encode()
    readme = (shipped() / "project" / "README.md").read_text("utf-8")
    yield Path("README.md"), readme.replace("{clinic}", clinic.name).encode()


def _files(folder: Path) -> Iterator[Path]:
    for file in sorted(folder.rglob("*")):
        path = file.relative_to(folder)
        if file.is_file() and not any(part.startswith((".", "__pycache__")) for part in path.parts):
            yield path


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
