"""Where something stands in a file, and how the line is shown: with a caret, and never with a secret."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from deskbell import mask_number

#: Values behind keys that sound like a secret, for files that could not be parsed into fields.
_SOUNDS_SECRET = re.compile(
    r"""[\w-]*(?:key|token|secret|password|credential)[\w-]*["']?\s*:\s*(?P<value>"[^"]*"?|'[^']*'?|[^\s,}#]+)""",
    re.IGNORECASE,
)
#: Long unbroken runs with a digit in them: how keys look when nothing names them.
_LOOKS_SECRET = re.compile(r"(?P<value>(?=[\w+/=-]*\d)[\w+/=-]{20,})")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}(?!\d)")


@dataclass(slots=True, eq=False)
class Source:
    """One file: the name it is shown by, and its lines. Knows which stretches of it must not be shown."""

    name: str
    text: str = field(default="", repr=False)
    _concealed: list[Place] = field(default_factory=list, repr=False)

    def conceal(self, place: Place) -> None:
        """What stands at `place` is starred out in every excerpt from now on."""
        self._concealed.append(place)

    def excerpt(self, line: int) -> str:
        """The source line (counted from 1), secrets and phone numbers starred out without moving a column."""
        lines = self.text.splitlines()
        if not 0 < line <= len(lines):
            return ""
        shown = lines[line - 1]
        for place in self._concealed:
            shown = place.star(shown, line)
        for pattern in (_SOUNDS_SECRET, _LOOKS_SECRET):
            shown = pattern.sub(_starred, shown)
        return _NUMBER.sub(_masked, shown)


def _starred(found: re.Match[str]) -> str:
    value = found["value"]
    if value.lstrip("\"'").startswith("${"):
        return found.group()
    start = found.start("value") - found.start()
    return found.group()[:start] + "*" * len(value) + found.group()[start + len(value) :]


def _masked(found: re.Match[str]) -> str:
    number = found.group()
    masked = mask_number(number)
    return masked.replace("***", "*" * (len(number) - len(masked) + 3))


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a file; lines and columns count from 1, the end is the first column behind it."""

    source: Source
    line: int = 1
    column: int = 1
    end_line: int = 1
    end_column: int = 1

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}" if self.source.text else self.source.name

    @property
    def excerpt(self) -> str:
        return self.source.excerpt(self.line)

    @property
    def width(self) -> int:
        """How many carets underline it: to its end, or to the end of its first line."""
        end = self.end_column if self.end_line == self.line else len(self.excerpt) + 1
        return max(1, end - self.column)

    def star(self, text: str, line: int) -> str:
        """`text` is the given line of the file; what lies in this place is replaced by stars."""
        if not self.line <= line <= self.end_line:
            return text
        start = self.column - 1 if line == self.line else 0
        end = self.end_column - 1 if line == self.end_line else len(text)
        return text[:start] + "*" * (min(end, len(text)) - start) + text[end:]
