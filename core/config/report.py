"""How errors look on a terminal: place, sentence, the line with a caret, and the way out."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from core.config.errors import ConfigError
from core.config.place import Place

#: Columns before a source line: its number and a bar.
GUTTER = 10


def render(errors: Iterable[ConfigError]) -> RenderableType:
    """All errors for a rich console, a blank line between two."""
    blocks: list[RenderableType] = []
    for error in errors:
        blocks += [_block(error), Text()]
    return Group(*blocks[:-1])


def _block(error: ConfigError) -> RenderableType:
    labelled = [
        ("given", error.given),
        ("did you mean", error.nearest),
        ("allowed", ", ".join(error.allowed)),
        ("meaning", error.meaning),
        ("what to do", error.advice),
    ]
    return Group(
        _headline(error),
        Text(f"  {error.problem}", style="bold red"),
        *([_SourceLine(error.place)] if error.place and error.place.excerpt else []),
        *(Text.assemble((f"  {label}: ", "dim"), value) for label, value in labelled if value),
    )


def _headline(error: ConfigError) -> Text:
    where = str(error.place) if error.place else error.clinic or "settings"
    return Text.assemble((where, "bold cyan"), f"  {error.path}" if error.path else "")


class _SourceLine:
    """The line and its caret; of a line too long for the terminal, the part around the caret."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        place, line = self._place, self._place.excerpt
        room = max(20, options.max_width - GUTTER)
        start = max(0, place.column - 1 - room // 2) if len(line) > room else 0
        caret = " " * (place.column - 1 - start) + "^" * place.width
        yield Text(f"  {place.line:>5} | {line[start : start + room]}", no_wrap=True, overflow="ignore")
        yield Text(f"        | {caret[:room]}", style="red", no_wrap=True, overflow="ignore")
