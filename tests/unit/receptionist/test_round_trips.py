"""All that is kept comes back as it was: times, facts, memory and events, through JSON as the store keeps them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine import events
from core.engine.corrections import known_facts
from core.engine.fold import fold
from core.receptionist.facts import SCOPES, Known
from core.receptionist.memory import Memory, Pending
from core.receptionist.when import Daytime, When, Window
from core.store.mailbox import Snapshot
from deskbell import (
    CallMissed,
    Clinic,
    Contact,
    Deposit,
    DepositChanged,
    DepositStatus,
    Fact,
    InboundText,
    Keyword,
    Learn,
    Media,
    Money,
    StaffCorrected,
    StaffReplied,
    TextReceived,
    TimerDue,
    Turn,
)
from tests.unit.receptionist.conftest import harbor

NOW = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
CLINIC: Clinic = harbor()
QUICK = settings(max_examples=150, deadline=None)

#: What PostgreSQL can hold: no NUL, no halves of surrogate pairs.
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=20)
MOMENTS = st.integers(0, 10**11).map(lambda milliseconds: NOW + timedelta(milliseconds=milliseconds))
SEQS = st.integers(1, 2**40)
TIMES = st.times().map(lambda at: at.replace(fold=0))
DAYTIMES = st.builds(Daytime, st.none() | TIMES, st.none() | TIMES, st.booleans(), st.booleans(), about=st.booleans())
WEEKDAYS = st.frozensets(st.integers(0, 6)).map(lambda days: tuple(sorted(days)))


DATES = st.dates(date(2026, 1, 1), date(2030, 1, 1))
WINDOWS = st.builds(Window, WEEKDAYS, st.none() | DATES, st.none() | DATES, st.none() | DAYTIMES)
WHENS = st.builds(When, st.lists(WINDOWS, max_size=3).map(tuple), st.booleans(), WORDS)
PENDING = st.builds(
    Pending,
    WORDS,
    st.lists(WORDS, max_size=3).map(tuple),
    st.booleans(),
    st.lists(WORDS, max_size=3).map(tuple),
    st.none() | WHENS.map(When.to_json),
    st.booleans(),
    WORDS,
    st.lists(WORDS, max_size=3).map(tuple),
)
COUNTS = st.integers(0, 99)
MEMORIES = st.builds(
    Memory,
    st.booleans(),
    PENDING,
    st.dictionaries(WORDS, COUNTS, max_size=4),
    COUNTS,
    COUNTS,
    st.booleans(),
    st.booleans(),
    st.booleans(),
    COUNTS,
    st.none() | COUNTS,
    st.booleans(),
)


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    name = draw(st.sampled_from(list(SCOPES)))
    value = draw(WHENS.map(When.to_json) if name == "when" else WORDS)
    by = draw(st.sampled_from(["rule", "model", "staff"]))
    return Fact(name, value, draw(SEQS), draw(MOMENTS), by, SCOPES[name])


def stored(value: Any) -> Any:
    """As it comes back from a jsonb column."""
    return json.loads(json.dumps(value))


@QUICK
@given(when=WHENS)
def test_a_time(when: When) -> None:
    assert When.from_json(stored(when.to_json())) == when


@QUICK
@given(memory=MEMORIES)
def test_memory_with_every_field_of_it(memory: Memory) -> None:
    assert Memory.of(stored(memory.to_json())) == memory


def test_what_a_strategy_leaves_out_would_not_be_tried() -> None:
    """A field that is added to these has to be added above."""
    assert len(Memory.__slots__) == 11
    assert len(Pending.__slots__) == 8
    assert len(Window.__slots__) == 4
    assert len(Daytime.__slots__) == 5
    assert len(When.__slots__) == 3
    assert len(Fact.__slots__) == 6


@QUICK
@given(learned=st.lists(facts(), max_size=6, unique_by=lambda fact: fact.name))
def test_facts_with_their_evidence_through_a_commit(learned: list[Fact]) -> None:
    turn = Turn(CLINIC, Contact(1, "sms", "+12125550111"), 1, "bot", NOW, (), {}, None, {}, stage="assistant")
    for fact in learned:
        turn.add(Learn(fact))
    commit = fold(turn, _snapshot(), outcome="done", milliseconds=1.0, stages={})
    rows = [
        [row["request"], row["name"], stored(row["value"]), row["evidence"], row["learned_by"], row["at"].isoformat()]
        for row in commit.facts
    ]
    back = known_facts(_snapshot(facts=rows))
    assert back == {fact.name: fact for fact in learned}
    assert Known.of(back) == Known.of({fact.name: fact for fact in learned})


def _snapshot(**changes: Any) -> Snapshot:
    given: dict[str, Any] = dict.fromkeys(Snapshot.__slots__, 0)
    return Snapshot(**given | {"request_status": None, "facts": ()} | changes)


@QUICK
@given(
    seq=SEQS,
    at=MOMENTS,
    text=WORDS.filter(lambda text: not any(letter.isdigit() for letter in text)),
    media=st.lists(st.builds(Media, WORDS, st.sampled_from(["image/jpeg", "video/mp4"])), max_size=2).map(tuple),
    handled=st.none() | st.sampled_from(list(Keyword)),
)
def test_a_text(seq: int, at: datetime, text: str, media: tuple[Media, ...], handled: Keyword | None) -> None:
    heard = InboundText("in1", "+12125550111", "+12125550142", text, at, media, handled)
    back = events.decode([seq, events.TEXT, at.isoformat(), stored(events.text_body(heard))])
    assert back == TextReceived(seq, at, text, media, handled, card_removed=False)


@QUICK
@given(seq=SEQS, at=MOMENTS, word=WORDS, value=WORDS | WHENS.map(When.to_json))
def test_a_timer_and_what_staff_do(seq: int, at: datetime, word: str, value: Any) -> None:
    def back(kind: str, body: dict[str, Any]) -> Any:
        return events.decode([seq, kind, at.isoformat(), stored(body)])

    assert back(events.TIMER, events.timer_body(word, {"value": value})) == TimerDue(seq, at, word, {"value": value})
    assert back(events.STAFF, events.staff_body(word, "take")) == StaffReplied(seq, at, word, "take")
    correction = events.correction_body(word, "when", value)
    assert back(events.CORRECTION, correction) == StaffCorrected(seq, at, word, "when", value)


@QUICK
@given(
    seq=SEQS,
    at=MOMENTS,
    status=st.sampled_from(list(DepositStatus)),
    cents=st.integers(0, 10**8),
    currency=st.sampled_from(["USD", "CAD"]),
    words=WORDS,
)
def test_news_of_a_deposit_and_a_missed_call(
    seq: int, at: datetime, status: DepositStatus, cents: int, currency: str, words: str
) -> None:
    deposit = Deposit(seq, 2, status, Money(cents, currency), words)
    body = stored(events.deposit_body(deposit, "payment"))
    assert events.decode([seq, events.DEPOSIT, at.isoformat(), body]) == DepositChanged(seq, at, deposit, "payment")
    assert events.decode([seq, events.CALL, at.isoformat(), {}]) == CallMissed(seq, at)
