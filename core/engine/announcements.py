"""From a turn's effects to what is announced of them. Pure, and careful: what leaves the building is chosen here.

Names, services and times go out, and what else the clinic's own menu says. What a patient wrote stays, and so does
every field that is not known here to be harmless.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from core.store.mailbox import Snapshot
from deskbell import (
    AnnouncementType,
    CallMissed,
    CancelDeposit,
    HandOver,
    RecordConsent,
    RequestDeposit,
    RequestStatus,
    Turn,
)

Told = tuple[AnnouncementType, dict[str, Any]]

#: Fields whose value may leave the building. A concern, notes, and whatever a stage of somebody's learns stay inside:
#: of them it is only told that they were learned.
OPEN_FIELDS = frozenset(
    {"first_name", "last_name", "email", "new_or_returning", "service", "variant", "when", "provider"}
)
#: Of these, what reaches the patient: it goes to subscribers that are to have their phone number.
REACHES = frozenset({"email"})


def announcements(
    turn: Turn,
    snapshot: Snapshot,
    facts: Collection[Mapping[str, Any]],
    moved: Mapping[int, RequestStatus],
    wanted: Collection[AnnouncementType],
) -> list[dict[str, Any]]:
    """What the turn announces, of the `wanted` types: rows of ``type`` and ``data``, in order.

    `facts` are the rows that the turn's commit writes, `moved` the requests that it moves.
    """
    told = [*_begun(snapshot), *_calls(turn), *_facts(turn, snapshot, facts), *_requests(moved), *_effects(turn)]
    told += _deposits(turn)
    return [{"type": announced, "data": data} for announced, data in told if announced in wanted]


def _begun(snapshot: Snapshot) -> Iterator[Told]:
    if not snapshot.handled:
        yield "conversation.started", {"channel": snapshot.kind}


def _calls(turn: Turn) -> Iterator[Told]:
    for event in turn.events:
        if isinstance(event, CallMissed):
            yield "call.missed", {"at": event.at.isoformat()}


def _facts(turn: Turn, snapshot: Snapshot, facts: Collection[Mapping[str, Any]]) -> Iterator[Told]:
    for fact in facts:
        name, request = fact["name"], fact["request"]
        before = turn.known.get(name) if request in (0, snapshot.request) else None
        if (before.value if before else "") == fact["value"]:
            continue
        data = {"field": name, "request": request or None, "by": fact["learned_by"]}
        yield "fact.learned", data | _value(name, fact["value"])


def _value(name: str, value: Any) -> dict[str, Any]:
    """The value of a field that may leave; null where nothing is known any more."""
    if value and (name not in OPEN_FIELDS or (name == "when" and _in_words(value))):
        return {}
    return {"value": value or None}


def _in_words(when: Any) -> bool:
    """Whether a time stands there as somebody wrote it, which may be anything, and not as we read it."""
    return not isinstance(when, Mapping) or bool(when.get("words"))


def _requests(moved: Mapping[int, RequestStatus]) -> Iterator[Told]:
    for number, status in moved.items():
        yield "request.moved", {"request": number, "status": status.value}


def _deposits(turn: Turn) -> Iterator[Told]:
    """What the turn decides about deposits. Links and money are announced where they are entered."""
    for effect in turn.effects:
        if isinstance(effect, RequestDeposit):
            yield "deposit.requested", {"cents": effect.amount.cents, "currency": effect.amount.currency}
        elif isinstance(effect, CancelDeposit) and turn.deposit is not None and turn.deposit.open:
            amount = turn.deposit.amount
            data = {"deposit": turn.deposit.id, "request": turn.deposit.request}
            told: AnnouncementType = "deposit.expired" if effect.reason == "expired" else "deposit.cancelled"
            yield told, {**data, "cents": amount.cents, "currency": amount.currency, "reason": effect.reason}


def _effects(turn: Turn) -> Iterator[Told]:
    for effect in turn.effects:
        if isinstance(effect, HandOver):
            yield "handoff.requested", {"kind": effect.kind, "urgent": effect.urgent}
    # Of a STOP and a START in one burst the last is the law, and the only news.
    consent = [effect for effect in turn.effects if isinstance(effect, RecordConsent)]
    if consent:
        yield "opt_out" if consent[-1].opted_out else "opt_in", {"source": consent[-1].source}
