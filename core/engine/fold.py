"""From a turn's effects to the rows of its commit. Pure: the same turn folds to the same commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.receptionist.sms import count
from core.store.mailbox import Snapshot
from core.store.outbox import row_for
from core.store.turns import Commit
from deskbell import (
    CancelTimer,
    HandOver,
    Learn,
    MoveRequest,
    NotifyStaff,
    RecordConsent,
    Remember,
    RequestStatus,
    Say,
    SetTimer,
    Turn,
    Withhold,
)


class _Requests:
    """Numbers the requests of a conversation as effects open, move and close them."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.open = snapshot.request
        self.latest = snapshot.requests
        self.moved: dict[int, str] = {}

    def current(self) -> int:
        """The open request; the first fact of a new one opens it."""
        if not self.open:
            self.latest += 1
            self.open = self.latest
            self.moved[self.open] = RequestStatus.COLLECTING.value
        return self.open

    def move(self, status: RequestStatus) -> None:
        if status is RequestStatus.CLOSED and not self.open:
            return
        self.moved[self.current()] = status.value
        if status is RequestStatus.CLOSED:
            self.open = 0


def fold(turn: Turn, snapshot: Snapshot, *, outcome: str, milliseconds: float, stages: Mapping[str, float]) -> Commit:
    """What the store must write for this turn."""
    requests = _Requests(snapshot)
    facts: dict[tuple[int, str], dict[str, Any]] = {}
    memory: dict[str, Any] = {}
    timers: dict[str, dict[str, Any]] = {}
    cancelled: dict[str, None] = {}
    consent: list[dict[str, Any]] = []
    notices: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    withheld: dict[int, str] = {}
    hand_over = False
    for effect in turn.effects:
        match effect:
            case Say():
                texts.append(row_for(effect.kind.value, effect.text, count(effect.text).segments))
            case Learn(fact):
                number = 0 if fact.scope == "identity" else requests.current()
                facts[number, fact.name] = {
                    "request": number,
                    "name": fact.name,
                    "value": fact.value,
                    "evidence": fact.evidence,
                    "learned_by": fact.by,
                    "at": fact.at,
                }
            case Remember():
                memory[effect.key] = effect.value
            case MoveRequest(status):
                requests.move(status)
            case RecordConsent():
                consent.append({"opted_out": effect.opted_out, "source": effect.source, "evidence": effect.evidence})
            case NotifyStaff():
                notices.append({"kind": effect.kind, "summary": effect.summary, "urgent": effect.urgent})
            case HandOver():
                hand_over = True
                notices.append({"kind": "hand_over", "summary": effect.reason, "urgent": False})
            case Withhold():
                withheld[effect.evidence] = effect.reason
            case SetTimer():
                cancelled.pop(effect.name, None)
                timers[effect.name] = {"name": effect.name, "due_at": effect.due, "data": dict(effect.data)}
            case CancelTimer():
                timers.pop(effect.name, None)
                cancelled[effect.name] = None
    return Commit(
        clinic=snapshot.clinic,
        conversation=snapshot.conversation,
        version=snapshot.version,
        epoch=snapshot.epoch,
        first_seq=snapshot.handled + 1,
        last_seq=snapshot.arrived,
        at=turn.now,
        milliseconds=milliseconds,
        outcome=outcome,
        trace=trace(turn, stages),
        memory={key: value for key, value in memory.items() if value is not None},
        forget=[key for key, value in memory.items() if value is None],
        hand_over=hand_over,
        texts=texts,
        facts=list(facts.values()),
        requests=[{"number": number, "status": status} for number, status in requests.moved.items()],
        timers=list(timers.values()),
        cancelled=list(cancelled),
        consent=consent,
        notices=notices,
        withheld=withheld,
    )


def trace(turn: Turn, stages: Mapping[str, float]) -> dict[str, Any]:
    """What a turn leaves for `deskbell trace`: times, decisions and kinds of effects, none of anybody's words."""
    return {
        # A list, for JSON objects of PostgreSQL do not keep their order.
        "stages": [[name, round(milliseconds, 3)] for name, milliseconds in stages.items()],
        "decisions": [
            {
                "stage": note.stage,
                "decision": note.decision,
                **({"details": dict(note.details)} if note.details else {}),
            }
            for note in turn.notes
        ],
        "effects": [_named(effect) for effect in turn.effects],
        "events": [type(event).__name__ for event in turn.events],
    }


def _named(effect: Any) -> str:
    """An effect by its kind, with the one word that tells it from others of its kind."""
    match effect:
        case Say():
            return f"Say {effect.kind.value} by {effect.by}"
        case Learn(fact):
            return f"Learn {fact.name} from {fact.evidence}"
        case Remember() | NotifyStaff() | SetTimer() | CancelTimer():
            return f"{type(effect).__name__} {_word(effect)}"
        case MoveRequest(status):
            return f"MoveRequest {status.value}"
        case _:
            return type(effect).__name__


def _word(effect: Remember | NotifyStaff | SetTimer | CancelTimer) -> str:
    match effect:
        case Remember():
            return effect.key
        case NotifyStaff():
            return effect.kind
        case _:
            return effect.name
