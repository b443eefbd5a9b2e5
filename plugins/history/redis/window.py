"""One conversation's window as the JSON text that stands in Redis. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from deskbell import Line

#: Another shape gets another number: what an older version wrote is then not understood, and so not used.
_SHAPE = 1


@dataclass(frozen=True, slots=True)
class Window:
    """The last `limit` lines of one edition; fewer are all there are."""

    edition: str
    limit: int
    lines: Sequence[Line]

    def last(self, limit: int) -> Sequence[Line] | None:
        """The last `limit` lines; None where more were asked for than are kept."""
        if limit > self.limit and len(self.lines) >= self.limit:
            return None
        return self.lines[-limit:] if limit else ()

    def advanced(self, edition: str, lines: Sequence[Line]) -> Window:
        """With these new lines, as many as are kept."""
        ordered = sorted([*self.lines, *lines], key=lambda line: line.at)
        return Window(edition, self.limit, ordered[-self.limit :])


def encode(window: Window) -> str:
    """A withheld line keeps what may be shown of it, which is all that it was given."""
    lines = [[line.at.isoformat(), line.author, line.text, line.withheld] for line in window.lines]
    return json.dumps([_SHAPE, window.edition, window.limit, lines], ensure_ascii=False)


def decode(text: str | bytes | None) -> Window | None:
    """None for nothing, and for everything that is not of this shape."""
    if text is None:
        return None
    try:
        shape, edition, limit, lines = json.loads(text)
        if shape != _SHAPE:
            return None
        return Window(str(edition), int(limit), [_line(*line) for line in lines])
    except (TypeError, ValueError):
        return None


def _line(at: str, author: str, text: str, withheld: bool) -> Line:
    moment = datetime.fromisoformat(at)
    if author not in ("patient", "bot", "staff") or moment.tzinfo is None or not isinstance(text, str):
        raise ValueError("not a line of ours")
    return Line(moment, author, text, bool(withheld))  # type: ignore[arg-type] # one of the three
