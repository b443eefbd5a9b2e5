"""What the rules look at beside the moment itself: the clinic, its own words, and what went before."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from core.config.clinic import ClinicPlan
from core.rehearsal.moment import Moment
from deskbell import Clinic

_READABLE = frozenset({".md", ".txt", ".html", ".csv", ".yml", ".yaml"})
_TESTS = "tests"


@dataclass(slots=True)
class Scene:
    """One conversation so far."""

    plan: ClinicPlan
    #: The patient's number.
    address: str = field(repr=False)
    moments: list[Moment] = field(default_factory=list)
    #: Words that the played model made up.
    sins: set[str] = field(default_factory=set)

    @property
    def clinic(self) -> Clinic:
        return self.plan.clinic

    @property
    def own_words(self) -> str:
        """All that the clinic itself has written: its file and its knowledge."""
        return _written(self.plan.folder)

    @property
    def fixed(self) -> tuple[str, ...]:
        """The clinic's own lines, as they are sent."""
        return tuple(self.clinic.say(line) for line in self.clinic.wording.model_dump().values())

    def loose(self, text: str) -> str:
        """A text without the clinic's own lines in it."""
        for line in self.fixed:
            text = text.replace(line, " ")
        return text

    def said(self, moment: Moment) -> Sequence[str]:
        """Everything the patient has written, this moment included."""
        return [text for one in (*self.moments, moment) for text in one.said]


@cache
def _written(folder: Path) -> str:
    return "\n".join(file.read_text("utf-8", errors="replace") for file in sorted(_files(folder)))


def _files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.suffix.lower() in _READABLE and _TESTS not in file.relative_to(folder).parts:
            yield file


def folded(text: str) -> str:
    """For comparing words: one case, plain apostrophes, single blanks."""
    return " ".join(text.replace("’", "'").casefold().split())


def digits(text: str) -> str:
    return re.sub(r"\D", "", text)
