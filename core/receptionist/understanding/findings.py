"""What a reading yields: facts with the place that proves each, questions, and how the rest of the text is meant."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from core.receptionist.facts import Field
from core.receptionist.opening import Unfit
from core.receptionist.understanding.questions import Question


@dataclass(frozen=True, slots=True)
class Found:
    """A fact that the text proves. `value` is JSON; `start` and `end` are places in the text."""

    field: Field
    value: Any = dataclasses.field(repr=False)
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a text says."""

    found: tuple[Found, ...] = ()
    questions: tuple[Question, ...] = ()
    #: Services of which one is meant; the patient has to say which.
    candidates: tuple[str, ...] = ()
    #: A treatment that the clinic does not sell.
    unsold: str = ""
    #: Services to offer for what bothers the patient.
    options: tuple[str, ...] = ()
    #: A wish for a time that opening hours cannot meet.
    unfit: Unfit | None = None
    #: That wish, as `When.to_json`: the next words may mend it.
    wish: dict[str, Any] | None = None
    #: The pending question was answered with "not sure" or a refusal.
    unsure: bool = False
    wants_person: bool = False
    complains: bool = False
    #: It complains of nothing, and only insults.
    insults: bool = False
    greeting: bool = False
    thanks: bool = False
    #: Only words that say nothing.
    filler: bool = False
    unintelligible: bool = False
    #: Means to book and is not only asking.
    wants_to_come: bool = False
    #: Words in it.
    length: int = 0
    #: Begins with a yes or a no.
    agrees: bool | None = None
    #: Wants nothing more for now.
    declines: bool = False
    #: Puts something in the place of what was said before.
    changes: bool = False
    #: Says that it hurts, now.
    hurts: bool = False
    #: A language that the rules cannot read: ``es`` or ``other``.
    foreign: str = ""

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(one.field for one in self.found)

    @property
    def understood(self) -> bool:
        """Whether the text told or asked anything."""
        asked = any(not question.soft for question in self.questions)
        told = self.found or self.candidates or self.unsold or self.unfit or self.unsure
        return bool(told or asked or self.wants_person or self.complains)
