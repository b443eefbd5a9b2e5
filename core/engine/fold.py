"""From a turn's effects to the rows of its commit. Pure: the same turn folds to the same commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from core.engine.announcements import announcements
from core.engine.requests import Refused, Requests
from core.receptionist.cards import cut_digits
from core.receptionist.sms import count, parts
from core.store.mailbox import Snapshot
from core.store.outbox import row_for
from core.store.turns import Commit
from deskbell import (
    AnnouncementType,
    CancelDeposit,
    CancelTimer,
    DepositStatus,
    HandOver,
    Learn,
    MoveRequest,
    NotifyStaff,
    RecordConsent,
    Remember,
    RequestDeposit,
    RequestStatus,
    Say,
    SetTimer,
    Spend,
    Turn,
    Withhold,
)


def fold(
    turn: Turn,
    snapshot: Snapshot,
    *,
    outcome: str,
    milliseconds: float,
    stages: Mapping[str, float],
    payment: str | None = None,
    wanted: Collection[AnnouncementType] = (),
) -> Commit:
    """What the store must write for this turn.

    `payment` is the binding that deposits are asked through, `wanted` the announcements that somebody wants to hear.
    """
    requests = Requests(snapshot)
    facts: dict[tuple[int, str], dict[str, Any]] = {}
    memory: dict[str, Any] = {}
    timers: dict[str, dict[str, Any]] = {}
    cancelled: dict[str, None] = {}
    consent: list[dict[str, Any]] = []
    notices: list[dict[str, Any]] = []
    texts: list[dict[str, Any]] = []
    withheld: dict[int, str] = {}
    shown: dict[int, str] = {}
    cut: dict[int, str] = {}
    spent: dict[str, int] = {}
    given_up: tuple[str, str] | None = None
    deposit: dict[str, Any] | None = None
    hand_over = False
    for effect in turn.effects:
        match effect:
            case Say():
                texts += [
                    row_for(effect.kind.value, part, count(part).segments, effect.by) for part in parts(effect.text)
                ]
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
                if status is RequestStatus.CLOSED and deposit is None:
                    given_up = given_up or _given_up("closed")
            case RequestDeposit(amount):
                if payment is None:
                    turn.note("deposit_refused", why="the clinic has no way to take payments")
                    continue
                given_up = given_up or _given_up("superseded")
                number = requests.current()
                deposit = {"request": number, "binding": payment, "cents": amount.cents, "currency": amount.currency}
            case CancelDeposit(reason):
                given_up, deposit = _given_up(reason), None
            case RecordConsent():
                consent.append(asdict(effect))
            case NotifyStaff():
                notices.append(_notice(effect.kind, effect.summary, effect.urgent, handed_over=False))
            case HandOver():
                hand_over = True
                notices.append(_notice(effect.kind, effect.reason, effect.urgent, handed_over=True))
            case Withhold():
                withheld[effect.evidence] = effect.reason
                shown[effect.evidence] = effect.shown
                cut |= _without_card(turn, effect)
            case SetTimer():
                cancelled.pop(effect.name, None)
                timers[effect.name] = {"name": effect.name, "due_at": effect.due, "data": dict(effect.data)}
            case Spend():
                for name, amount in asdict(effect).items():
                    spent[name] = spent.get(name, 0) + amount
            case CancelTimer():
                timers.pop(effect.name, None)
                cancelled[effect.name] = None
    return Commit(
        clinic=snapshot.clinic,
        conversation=snapshot.conversation,
        version=snapshot.version,
        epoch=snapshot.epoch,
        edition=snapshot.edition,
        first_seq=snapshot.handled + 1,
        last_seq=snapshot.arrived,
        at=turn.now,
        milliseconds=milliseconds,
        outcome=outcome,
        trace=trace(turn, stages, requests.refused),
        memory={key: value for key, value in memory.items() if value is not None},
        forget=[key for key, value in memory.items() if value is None],
        hand_over=hand_over,
        texts=texts,
        facts=list(facts.values()),
        requests=[{"number": number, "status": status.value} for number, status in requests.moved.items()],
        timers=list(timers.values()),
        cancelled=list(cancelled),
        consent=consent,
        notices=notices,
        announced=announcements(turn, snapshot, facts.values(), requests.moved, wanted) if wanted else (),
        spent={"day": turn.now.astimezone(turn.clinic.timezone).date(), **spent} if spent else None,
        given_up=given_up,
        deposit=deposit,
        withheld=withheld,
        shown=shown,
        cut=cut,
    )


def _given_up(reason: str) -> tuple[str, str]:
    """The status of a deposit that is given up, and why."""
    status = DepositStatus.EXPIRED if reason == "expired" else DepositStatus.CANCELLED
    return status.value, reason


def _without_card(turn: Turn, withheld: Withhold) -> dict[int, str]:
    """A text with digits of a card that intake could not see, for it came in several texts: cut now."""
    if withheld.reason != "card":
        return {}
    texts = [text for text in turn.texts if text.seq == withheld.evidence and not text.card_removed]
    return {text.seq: cut_digits(text.text) for text in texts}


def _notice(kind: str, summary: str, urgent: bool, *, handed_over: bool) -> dict[str, Any]:
    return {"kind": kind, "summary": summary, "urgent": urgent, "handed_over": handed_over}


def trace(turn: Turn, stages: Mapping[str, float], refused: Sequence[Refused] = ()) -> dict[str, Any]:
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
        ]
        + [_refusal(one) for one in refused],
        "effects": [_named(effect) for effect in turn.effects],
        "events": [type(event).__name__ for event in turn.events],
    }


def _refusal(refused: Refused) -> dict[str, Any]:
    """A move that was not made; the turn goes on without it."""
    moved = {"request": refused.request, "from": refused.before.value, "to": refused.after.value}
    return {"stage": "engine", "decision": "move_refused", "details": moved}


def _named(effect: Any) -> str:
    """An effect by its kind, with the one word that tells it from others of its kind."""
    match effect:
        case Say():
            return f"Say {effect.kind.value} by {effect.by}"
        case Learn(fact):
            return f"Learn {fact.name} from {fact.evidence}"
        case Remember() | NotifyStaff() | HandOver() | SetTimer() | CancelTimer():
            return f"{type(effect).__name__} {_word(effect)}"
        case MoveRequest(status):
            return f"MoveRequest {status.value}"
        case CancelDeposit(reason):
            return f"CancelDeposit {reason}"
        case _:
            return type(effect).__name__


def _word(effect: Remember | NotifyStaff | HandOver | SetTimer | CancelTimer) -> str:
    match effect:
        case Remember():
            return effect.key
        case NotifyStaff() | HandOver():
            return effect.kind
        case _:
            return effect.name
