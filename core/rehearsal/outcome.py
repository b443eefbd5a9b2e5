"""How a conversation came out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.rehearsal.files import Rehearsal
from core.rehearsal.models import Casting
from core.rehearsal.moment import Moment


class Verdict(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    #: An expectation of the file does not hold, as the file says.
    KNOWN_FAULT = "known fault"
    #: Passed, though the file says that it cannot: the file is out of date.
    REPAIRED = "repaired"
    SKIPPED = "skipped"

    @property
    def good(self) -> bool:
        return self not in (Verdict.FAILED, Verdict.REPAIRED)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it must be."""

    #: What it should have been, as a sentence.
    expected: str
    #: What it was.
    came: str
    #: Name of the invariant that was broken; empty for an expectation of the file.
    rule: str = ""

    def __str__(self) -> str:
        return f"expected: {self.expected}\n    came: {self.came}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One conversation, played."""

    rehearsal: Rehearsal
    casting: Casting
    moments: Sequence[Moment] = ()
    #: Of the last moment: a conversation ends with its first fault.
    faults: Sequence[Fault] = ()
    seconds: float = 0.0
    skipped: str = ""
    #: How often the model was asked.
    calls: int = field(default=0)

    @property
    def verdict(self) -> Verdict:
        if self.skipped:
            return Verdict.SKIPPED
        # What always holds is no matter of a file: no mark excuses a rule that was broken.
        if self.rehearsal.script.known_fault is None or any(fault.rule for fault in self.faults):
            return Verdict.FAILED if self.faults else Verdict.PASSED
        if self.faults:
            return Verdict.KNOWN_FAULT
        # Another model may well do what the rules cannot; the file speaks of the usual casting.
        usual = self.casting in (Casting.AUTO, Casting.RULES)
        return Verdict.REPAIRED if usual else Verdict.PASSED
