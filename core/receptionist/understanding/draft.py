"""A text while it is read: its clauses and what each is about, and what has been found in it so far.

The readers of single fields each take a draft and add to it; the later ones build on the earlier.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.receptionist.facts import Field, Known
from core.receptionist.memory import Pending
from core.receptionist.opening import Unfit
from core.receptionist.understanding import people, worries
from core.receptionist.understanding.ages import speaks_of_minor
from core.receptionist.understanding.findings import Found
from core.receptionist.understanding.questions import Topic, topic_of
from core.receptionist.understanding.services import Lexicon, Mention
from core.receptionist.understanding.words import Clause, clauses, plain
from core.receptionist.when import When
from deskbell.clinic import Clinic


@dataclass(frozen=True, slots=True)
class Part:
    """One clause with the treatments that it names and what it asks, if it asks."""

    clause: Clause
    mentions: tuple[Mention, ...]
    topic: Topic | None


@dataclass(frozen=True, slots=True)
class Saying:
    """What a text says by itself and in its place: everything that is given before a field is read."""

    clinic: Clinic
    lexicon: Lexicon
    text: str = dataclasses.field(repr=False)
    #: `plain` text; a place in it is a place in `text`.
    low: str = dataclasses.field(repr=False)
    parts: tuple[Part, ...] = dataclasses.field(repr=False)
    #: Aware, in the clinic's zone.
    now: datetime
    pending: Pending
    known: Known

    @classmethod
    def of(cls, clinic: Clinic, lexicon: Lexicon, text: str, now: datetime, pending: Pending, known: Known) -> Saying:
        low = plain(text)
        parts = []
        for clause in clauses(low):
            mentions = tuple(lexicon.mentions(clause))
            parts.append(Part(clause, mentions, topic_in(clause, mentions, clinic, pending)))
        return cls(clinic, lexicon, text, low, tuple(parts), now, pending, known)

    @property
    def topics(self) -> frozenset[Topic]:
        return frozenset(part.topic for part in self.parts if part.topic)

    @property
    def hurts(self) -> bool:
        """It hurts now, and not after something that was done here."""
        return worries.in_pain([part.clause for part in self.parts]) and Topic.AFTERCARE not in self.topics


def topic_in(clause: Clause, mentions: tuple[Mention, ...], clinic: Clinic, pending: Pending) -> Topic | None:
    """What a clause asks or is about, given what was asked before it."""
    if people.probes(clause.text):
        return Topic.PROBE
    if worries.after_treatment(clause, mentions):
        return Topic.AFTERCARE
    if speaks_of_minor(clause.text, clinic.minimum_age):
        return Topic.MINOR
    before = Topic(pending.topic) if pending.topic and pending.field != "when" else None
    return topic_of(clause, sells=bool(mentions), before=before)


@dataclass(slots=True)
class Draft:
    """What has been found so far."""

    saying: Saying
    found: dict[Field, Found] = dataclasses.field(default_factory=dict)
    candidates: tuple[str, ...] = ()
    unsold: str = ""
    options: tuple[str, ...] = ()
    unfit: Unfit | None = None
    wish: When | None = None
    #: Where the clause with the wish for a time begins.
    wish_start: int = -1
    unsure: bool = False

    def add(self, field: Field, value: Any, start: int, end: int) -> None:
        self.found[field] = Found(field, value, start, end)

    @property
    def service(self) -> str:
        """The service wished for, by this text or before it."""
        found = self.found.get("service")
        return str(found.value) if found else self.saying.known.service
