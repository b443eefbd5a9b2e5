"""A clinic of our own, its knowledge in memory, and a contact who texts the assistant stage alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from core.receptionist.memory import KEY
from core.receptionist.understanding import Reader
from core.stages.assistant import AssistantConfig, AssistantStage
from deskbell import (
    Clinic,
    Contact,
    Fact,
    HandOver,
    Learn,
    Line,
    ManualClock,
    Media,
    MoveRequest,
    NotifyStaff,
    Passage,
    Remember,
    RequestStatus,
    StageContext,
    TextReceived,
    Turn,
    Withhold,
)

#: A Wednesday, 10 in the morning in New York.
WEDNESDAY_TEN = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


def harbor(**changes: Any) -> Clinic:
    """An invented clinic; keyword arguments replace its settings."""
    return Clinic.model_validate(
        {
            "id": "harbor",
            "name": "Harbor Skin Studio",
            "timezone": "America/New_York",
            "phone": "+12125550134",
            "address": "18 Wharf Street, New York",
            "website": "https://harborskin.example",
            "hours": {
                **{day: ["09:00-17:00"] for day in ("monday", "tuesday", "wednesday", "thursday")},
                "friday": ["09:00-18:00"],
                "saturday": ["10:00-14:00"],
                "closed_on": ["2026-03-17"],
            },
            "services": [
                {
                    "name": "Botox",
                    "aliases": ["tox", "wrinkle relaxer"],
                    "price": {"cents": 1300, "per": "unit"},
                    "minutes": 30,
                    "about": "Botox softens lines of expression such as those on the forehead.",
                    "concerns": ["wrinkles", "forehead lines"],
                },
                {
                    "name": "Lip Filler",
                    "price": {"cents": 65000, "per": "syringe"},
                    "minutes": 60,
                    "providers": ["Dr. Lena Ortiz", "Mia Chen"],
                },
                {"name": "Cheek Filler", "price": {"cents": 75000, "per": "syringe"}},
                {
                    "name": "HydraFacial",
                    "price": {"cents": 19900},
                    "minutes": 45,
                    "concerns": ["tired skin", "dull skin"],
                },
                {
                    "name": "Laser Hair Removal",
                    "price": {"cents": 9900, "starting_at": True},
                    "variants": ["Underarms", "Legs", "Bikini"],
                },
                {"name": "Microneedling", "price": {"cents": 30000, "per": "session"}},
            ],
        }
        | changes
    )


@dataclass
class Shelf:
    """Knowledge in memory: finds a passage when a word of its title stands in the question."""

    passages: list[Passage] = field(default_factory=list)
    fails: Exception | None = None
    asked: list[str] = field(default_factory=list)

    def put(self, title: str, text: str) -> None:
        self.passages.append(Passage(title, text, "notes.md:1", 0.9))

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        self.asked.append(question)
        if self.fails:
            raise self.fails
        low = question.lower()
        return [one for one in self.passages if any(word in low for word in one.title.lower().split())][:limit]


@dataclass
class Patient:
    """One contact: texts turn by turn, and what the effects left behind is there the next time."""

    clinic: Clinic = field(default_factory=harbor)
    clock: ManualClock = field(default_factory=lambda: ManualClock(WEDNESDAY_TEN))
    shelf: Shelf = field(default_factory=Shelf)
    known: dict[str, Fact] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    request: RequestStatus | None = None
    history: list[Line] = field(default_factory=list)
    notices: list[NotifyStaff] = field(default_factory=list)
    handed_over: list[str] = field(default_factory=list)
    turn: Turn | None = None
    seq: int = 0
    #: Requests that were closed to open another.
    closed: int = 0

    def __post_init__(self) -> None:
        self.stage = AssistantStage(
            AssistantConfig(),
            StageContext(clinic=self.clinic, knowledge=self.shelf),  # type: ignore[arg-type]
        )

    async def texts(self, *texts: str, media: Sequence[Media] = (), withheld: bool = False) -> str:
        """Texts that arrive in one burst; returns the reply, empty when there is none."""
        now = self.clock.now()
        events = []
        for text in texts:
            self.seq += 1
            events.append(TextReceived(self.seq, now, text, media=tuple(media)))
        turn = Turn(
            clinic=self.clinic,
            contact=Contact(1, "sms", "+13105550177"),
            conversation=1,
            owner="bot",
            now=now,
            events=events,
            known=dict(self.known),
            request=self.request,
            memory=dict(self.memory),
            history=list(self.history),
            stage="assistant",
        )
        if withheld:
            turn.effects += [Withhold(event.seq, "health") for event in events]
        await self.stage(turn, _nothing)
        self._commit(turn)
        self.clock.advance(60)
        assert len(turn.replies) <= 1
        return turn.replies[0].text if turn.replies else ""

    def _commit(self, turn: Turn) -> None:
        self.turn = turn
        for effect in turn.effects:
            match effect:
                case Learn(fact):
                    self.known[fact.name] = fact
                    if fact.scope == "request" and self.request in (None, RequestStatus.CLOSED):
                        self.request = RequestStatus.COLLECTING
                case MoveRequest(status):
                    self.request = status
                    if status is RequestStatus.CLOSED:
                        self.closed += 1
                        self.known = {name: one for name, one in self.known.items() if one.scope == "identity"}
                case Remember(key, value):
                    self.memory[key] = value
                case NotifyStaff():
                    self.notices.append(effect)
                case HandOver(reason):
                    self.handed_over.append(reason)
                case _:
                    pass

    @property
    def facts(self) -> dict[str, Any]:
        """What is known, `when` in words."""
        return {
            name: fact.value["text"] if isinstance(fact.value, dict) else fact.value
            for name, fact in self.known.items()
            if fact.value
        }

    @property
    def pending(self) -> str:
        """The field that was asked for last and is still open."""
        pending = self.memory.get(KEY, {}).get("pending")
        return pending["field"] if pending else ""

    @property
    def decision(self) -> dict[str, Any]:
        """What the trace holds of the last step."""
        assert self.turn is not None
        return dict(next(note.details for note in self.turn.notes if note.decision == "step"))


async def _nothing() -> None:
    return None


@pytest.fixture
def clinic() -> Clinic:
    return harbor()


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(harbor())


@pytest.fixture
def patient() -> Patient:
    return Patient()


@pytest.fixture
def new_patient() -> Callable[..., Patient]:
    """A patient of a clinic with other settings: ``new_patient(hours=None)``."""
    return lambda **changes: Patient(clinic=harbor(**changes))
