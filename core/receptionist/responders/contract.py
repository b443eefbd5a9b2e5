"""The responder contract: a decided step in, one text out. A responder decides nothing and writes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from core.receptionist.facts import Known
from core.receptionist.steps import Step
from deskbell.clinic import Clinic
from deskbell.knowledge import Knowledge
from deskbell.known import RequestStatus


@dataclass(frozen=True, slots=True)
class Scene:
    """What a responder may know."""

    clinic: Clinic
    step: Step
    known: Known
    #: Aware.
    now: datetime
    request: RequestStatus | None = None
    #: Texts written before in this conversation; wording varies by it.
    said: int = 0
    knowledge: Knowledge[Any] | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """One text; empty is silence."""

    text: str = field(repr=False)
    #: A question was left open, and the text says that a person will answer it.
    unanswered: bool = False
    #: Texts of the passages that it quotes from, for the guard on the way out.
    sources: tuple[str, ...] = field(default=(), repr=False)
    #: Texts of the passages that a model was lent for it: it may quote from them too.
    lent: tuple[str, ...] = field(default=(), repr=False)


class Responder(Protocol):
    """Words a step. May raise anything: the next rung of the ladder, or a fixed line, takes its place."""

    async def reply(self, scene: Scene) -> Reply: ...
