"""``deskbell schema``: the JSON Schema of ``clinic.yml``, with the providers and stages that are installed here."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from core.config.json_schema import clinic_schema
from core.plugins import load_catalogue


def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File to write; standard output if none.")
    ] = None,
) -> None:
    """Writes the JSON Schema of clinic.yml; editors complete and check with it."""
    text = json.dumps(clinic_schema(load_catalogue()), indent=2, ensure_ascii=False)
    if output:
        output.write_text(f"{text}\n", encoding="utf-8")
    else:
        typer.echo(text)
