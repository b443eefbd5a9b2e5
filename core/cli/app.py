"""The table of commands, and the program that runs one of them.

A command is imported when it runs, so that ``deskbell --help`` is quick. Plugins add commands of their own; they are
loaded only when the word is not one of ours or when all commands are listed.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from importlib import import_module
from typing import Any

import typer
from rich.console import Console
from typer.core import TyperCommand, TyperGroup

#: Command -> where it is ("module:function") and what it does, in one line.
COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("core.cli.serve:serve", "Takes webhooks and runs turns; with --sandbox, a phone in the browser too."),
    "worker": ("core.cli.serve:worker", "Runs turns only, beside other processes on the same database."),
    "chat": ("core.cli.chat:chat", "Talks to a clinic here in the terminal."),
    "trace": ("core.cli.trace:trace", "Shows what the engine did and why, turn by turn."),
    "staff": ("core.cli.staff:app", "Takes conversations over, writes in them, gives them back."),
    "broadcast": ("core.cli.broadcast:app", "Sends one text to many contacts: planned, watched, stopped, resumed."),
    "deposits": ("core.cli.deposits:app", "Shows deposits and their money, gives it back, asks providers again."),
    "outbox": ("core.cli.outbox:app", "Shows texts that did not leave or arrive, sends them again, ends them."),
    "consent": ("core.cli.consent:app", "Shows who wants texts and who does not, brings it in, takes it along."),
    "replay-webhook": ("core.cli.replay:replay_webhook", "Takes webhooks again that were kept or recorded."),
    "announcements": ("core.cli.announcements:app", "Shows what systems outside were told, and tells it again."),
    "connections": ("core.cli.connections:app", "Connects clinics' payment accounts, shows and ends the connections."),
    "knowledge": ("core.cli.knowledge:app", "Indexes what clinics know, searches it, and tells its state."),
    "migrate": ("core.cli.migrate:migrate", "Brings the database to the newest shape."),
    "test": ("core.cli.test:play", "Plays the clinics' conversation tests."),
    "check": ("core.cli.check:check", "Proves every clinic's configuration."),
    "doctor": ("core.cli.doctor:doctor", "Checks all that a clinic needs to go live, and says what to do."),
    "schema": ("core.cli.schema:schema", "Writes the JSON Schema of clinic.yml, for editors."),
    "explain": ("core.cli.explain:explain", "Tells a setting's value and where it comes from."),
    "init": ("core.cli.init:init", "Makes a new project in an empty folder."),
    "plugins": ("core.cli.plugins:plugins", "Lists what is installed, from where, and its state."),
}


def _made(name: str, target: Any) -> Any:
    """A function or a Typer app as a command of this program."""
    if isinstance(target, typer.Typer):
        command = typer.main.get_command(target)
    else:
        app = typer.Typer(add_completion=False)
        app.command(name)(target)
        command = typer.main.get_command(app)
    command.name = name
    return command


class _Lazy(TyperCommand):
    """A command that is known by name and summary until it is used."""

    def __init__(self, name: str, summary: str, load: Callable[[], Any]) -> None:
        super().__init__(name, help=summary, short_help=summary)
        self._load = load

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        return _made(self.name or "", self._load()).make_context(info_name, args, parent, **extra)


class Commands(TyperGroup):
    """Our commands from the table, then those of the plugins."""

    @cached_property
    def from_plugins(self) -> Mapping[str, Any]:
        """Commands of plugins by name. A word of ours stays ours, and the plugin's author is told."""
        from core.plugins import load_catalogue

        commands = load_catalogue().commands
        for name in commands.keys() & COMMANDS.keys():
            Console(stderr=True).print(f"A plugin's command '{name}' is left out: Deskbell has one of that name.")
        return {name: command for name, command in commands.items() if name not in COMMANDS}

    def list_commands(self, ctx: Any) -> list[str]:
        return [*COMMANDS, *sorted(self.from_plugins)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in COMMANDS:
            target, summary = COMMANDS[cmd_name]
            return _Lazy(cmd_name, summary, lambda: _imported(target))
        found = self.from_plugins.get(cmd_name)
        return _made(cmd_name, found) if found else None


def _imported(target: str) -> Any:
    module, _, function = target.partition(":")
    return getattr(import_module(module), function)


app = typer.Typer(
    name="deskbell",
    cls=Commands,
    help="Deskbell: SMS-first receptionists for clinics.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def deskbell() -> None:
    """Deskbell: SMS-first receptionists for clinics."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command; errors that have a name are told without a traceback. Ends the process."""
    from deskbell import DeskbellError

    gc.disable()  # until something long-lived calls core.runtime.heap.settle
    try:
        app(args=None if arguments is None else list(arguments))
    except DeskbellError as error:
        tell(error)
        sys.exit(1)


def tell(error: Exception) -> None:
    """An error on the terminal, with places and carets where it has them."""
    from core.config.errors import ConfigErrors
    from core.config.report import render

    console = Console(stderr=True)
    console.print(render(error) if isinstance(error, ConfigErrors) else f"[bold red]{error}[/]")
