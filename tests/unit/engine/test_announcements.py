"""What a turn announces: that something is so, and of what a patient said only what may leave the building."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from core.engine.fold import fold
from core.receptionist.facts import SCOPES
from core.store.mailbox import Snapshot
from deskbell import (
    ANNOUNCEMENT_TYPES,
    AnnouncementType,
    CallMissed,
    Contact,
    DepositStatus,
    Effect,
    Fact,
    HandOver,
    Learn,
    MoveRequest,
    NotifyStaff,
    RecordConsent,
    RequestStatus,
    Say,
    TextReceived,
    Turn,
    Withhold,
)
from tests.conftest import CLINIC

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
SECRET = "my husband hit me, please call +12125550199"
TUESDAY = {"text": "Tuesday after 4 pm", "windows": [{"weekdays": [1]}]}


def announced(
    *effects: Effect,
    known: dict[str, Any] | None = None,
    wanted: frozenset[AnnouncementType] = ANNOUNCEMENT_TYPES,
    events: tuple[Any, ...] | None = None,
    **snapshot: Any,
) -> list[tuple[str, dict[str, Any]]]:
    """What a turn with these effects announces, in a conversation whose second request is open."""
    facts = {name: Fact(name, value, 1, NOW) for name, value in (known or {}).items()}
    pending = (TextReceived(4, NOW, SECRET),) if events is None else events
    turn = Turn(CLINIC, Contact(7, "sms", "+12125550111"), 12, "bot", NOW, pending, facts, RequestStatus.COLLECTING)
    turn.effects += effects
    given: dict[str, Any] = dict.fromkeys(Snapshot.__slots__, 0)
    given |= {"kind": "sms", "handled": 3, "request": 2, "requests": 2, "request_status": "collecting"}
    work = fold(turn, Snapshot(**given | snapshot), outcome="done", milliseconds=1.0, stages={}, wanted=wanted)
    return [(row["type"], row["data"]) for row in work.announced]


def learn(name: str, value: Any, **more: Any) -> Learn:
    return Learn(Fact(name, value, 4, NOW, scope=SCOPES.get(name, "request"), **more))  # type: ignore[call-overload]


def test_deposits_are_announced_by_every_status_that_they_can_have() -> None:
    assert {one for one in ANNOUNCEMENT_TYPES if one.startswith("deposit.")} == {
        f"deposit.{status.value}" for status in DepositStatus
    }
    assert set(get_args(AnnouncementType)) == ANNOUNCEMENT_TYPES


def test_the_first_turn_begins_the_conversation_and_no_other_does() -> None:
    assert announced(handled=0) == [("conversation.started", {"channel": "sms"})]
    assert announced(handled=1) == []


def test_a_missed_call_is_told_with_its_moment() -> None:
    assert announced(events=(CallMissed(4, NOW),)) == [("call.missed", {"at": NOW.isoformat()})]


def test_a_fact_is_told_with_its_value_where_that_may_leave() -> None:
    told = announced(
        learn("first_name", "Dana"), learn("service", "Botox"), learn("when", TUESDAY), learn("provider", "Dr. Lee")
    )
    assert [(kind, data["field"], data["request"], data["value"]) for kind, data in told] == [
        ("fact.learned", "first_name", None, "Dana"),
        ("fact.learned", "service", 2, "Botox"),
        ("fact.learned", "when", 2, TUESDAY),
        ("fact.learned", "provider", 2, "Dr. Lee"),
    ]


@pytest.mark.parametrize("field", ["concern", "notes", "allergies"])
def test_of_words_of_the_patients_own_only_the_field_is_told(field: str) -> None:
    told = announced(learn(field, SECRET))
    assert told == [("fact.learned", {"field": field, "request": 2, "by": "rule"})]


@pytest.mark.parametrize("value", [SECRET, {"text": SECRET, "windows": [], "words": SECRET}])
def test_a_time_that_stands_in_somebodys_words_is_not_repeated(value: Any) -> None:
    assert announced(learn("when", value)) == [("fact.learned", {"field": "when", "request": 2, "by": "rule"})]


def test_every_field_of_ours_was_weighed() -> None:
    inside = {name for name in SCOPES if "value" not in announced(learn(name, {"text": "x"}))[0][1]}
    assert inside == {"concern", "notes"}


def test_what_was_known_already_is_no_news_and_what_is_forgotten_is() -> None:
    known = {"service": "Botox", "first_name": "Dana"}
    assert announced(learn("service", "Botox"), learn("first_name", "Dana"), known=known) == []
    assert announced(learn("service", ""), known=known) == [
        ("fact.learned", {"field": "service", "request": 2, "by": "rule", "value": None})
    ]
    assert announced(learn("email", ""), known=known) == []


def test_the_same_wish_of_a_new_request_is_news() -> None:
    told = announced(MoveRequest(RequestStatus.CLOSED), learn("service", "Botox"), known={"service": "Botox"})
    assert [(kind, data["request"]) for kind, data in told if kind == "fact.learned"] == [("fact.learned", 3)]


def test_a_request_is_told_where_it_stands_at_the_end_of_the_turn() -> None:
    told = announced(MoveRequest(RequestStatus.READY), MoveRequest(RequestStatus.OFFERED))
    assert told == [("request.moved", {"request": 2, "status": "offered"})]


def test_a_move_that_is_refused_is_not_told() -> None:
    assert announced(MoveRequest(RequestStatus.PAID)) == []


def test_a_hand_over_is_told_by_its_kind_and_never_by_its_words() -> None:
    told = announced(HandOver(SECRET, kind="emergency", urgent=True), NotifyStaff("lead", SECRET), Say(SECRET))
    assert told == [("handoff.requested", {"kind": "emergency", "urgent": True})]


def test_of_a_burst_that_stops_and_starts_the_last_word_is_told() -> None:
    stop, start = RecordConsent(True, 4, "keyword"), RecordConsent(False, 5, "phrase")
    assert announced(stop) == [("opt_out", {"source": "keyword"})]
    assert announced(stop, start) == [("opt_in", {"source": "phrase"})]


def test_nothing_that_is_not_wanted_is_written() -> None:
    effects = (learn("service", "Botox"), MoveRequest(RequestStatus.READY))
    assert [kind for kind, _ in announced(*effects, wanted=frozenset({"request.moved"}))] == ["request.moved"]
    assert announced(*effects, wanted=frozenset()) == []


def test_no_word_of_a_patients_text_stands_in_what_is_told() -> None:
    everything = [
        *(learn(field, SECRET) for field in ("concern", "notes", "when")),
        *(HandOver(SECRET), NotifyStaff("lead", SECRET), Say(SECRET), Withhold(4, "health", SECRET)),
    ]
    told = json.dumps(announced(*everything, handled=0))
    assert not any(word in told for word in ("husband", "2125550199"))
