"""``deskbell plugins``: what is installed, where it comes from, what it brings, and whether it works."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.config.catalogue import PluginInfo
from core.plugins import load_catalogue


def plugins(
    as_json: Annotated[bool, typer.Option("--json", help="For programs: a JSON list.")] = False,
) -> None:
    """Lists the plugins: what, from where, which version, in which state."""
    found = load_catalogue().plugins
    if as_json:
        typer.echo(json.dumps([asdict(plugin) for plugin in found], indent=2, ensure_ascii=False))
        return
    console = Console()
    table = Table("plugin", "state", "version", box=None, pad_edge=False)
    table.add_column("from", overflow="fold")
    table.add_column("brings", overflow="fold")
    for plugin in found:
        colour = "green" if plugin.state == "ok" else "red"
        source = f"{plugin.distribution or 'handed in'} ({plugin.module})"
        table.add_row(plugin.name, Text(plugin.state, style=colour), plugin.version or "", source, _brings(plugin))
    console.print(table)
    for plugin in found:
        if plugin.error:
            console.print(Text(f"\n{plugin.name}: {plugin.error}", style="red"))


def _brings(plugin: PluginInfo) -> str:
    return "; ".join(f"{kind}: {', '.join(names)}" for kind, names in plugin.brings.items())
