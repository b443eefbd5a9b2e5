"""How errors look on a terminal: place, sentence, the line with a caret, and the way out."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Group, RenderableType
from rich.text import Text

from core.config.errors import ConfigError

#: Columns of a source line that are shown.
WINDOW = 100


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
        *_source_line(error),
        *(Text.assemble((f"  {label}: ", "dim"), value) for label, value in labelled if value),
    )


def _headline(error: ConfigError) -> Text:
    where = str(error.place) if error.place else error.clinic or "settings"
    return Text.assemble((where, "bold cyan"), f"  {error.path}" if error.path else "")


def _source_line(error: ConfigError) -> list[Text]:
    """The line and its caret; of a long line, the part around the caret."""
    place = error.place
    if place is None or not place.excerpt:
        return []
    start = max(0, place.column - 1 - WINDOW // 2) if len(place.excerpt) > WINDOW else 0
    line = place.excerpt[start : start + WINDOW]
    caret = " " * (place.column - 1 - start) + "^" * min(place.width, WINDOW // 2)
    return [
        Text(f"  {place.line:>5} | {line}", no_wrap=True, overflow="ignore"),
        Text(f"        | {caret}", style="red", no_wrap=True, overflow="ignore"),
    ]
