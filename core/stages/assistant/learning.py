"""From what a turn's texts say to the facts that are kept, and to the step that follows from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from core.receptionist.corrections import differs, overrules
from core.receptionist.discretion import discreet
from core.receptionist.facts import SCOPES, Field, Known
from core.receptionist.memory import KEY, Memory
from core.receptionist.paying import FIELD
from core.receptionist.planner import plan
from core.receptionist.situation import OPEN, Situation
from core.receptionist.steps import Step
from core.receptionist.understanding import Reader, Reading
from core.receptionist.understanding.offers import (
    OfferAnswer,
    answer_to_offer,
    names_deposit,
    says_done,
    says_paid,
    wants_link,
)
from core.receptionist.understanding.proved import prove
from core.receptionist.understanding.visits import NEW
from deskbell import Fact, Learn, Money, MoveRequest, NotifyStaff, RequestStatus, TextReceived, Turn
from deskbell.llm import Draft

#: A request untouched for so long has had its visit, or never will; a new wish is another request.
_STALE = timedelta(days=14)
#: Time enough for a first visit.
_VISITED_SINCE = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Case:
    """A turn as far as it is understood, and the step that follows."""

    situation: Situation
    step: Step


def understand(turn: Turn, reader: Reader, *, takes_payments: bool = False) -> Case:
    """Reads the turn's texts by rules and keeps what they prove."""
    memory = Memory.of(turn.recall(KEY))
    before, stale = Known.of(turn.facts), _is_stale(turn)
    if any(line.author != "patient" for line in turn.history):
        memory = replace(memory, greeted=True)
    reading = _read(turn, reader, memory)
    request = _begin_anew(turn, reading)
    anew = turn.request not in OPEN and request is None
    if anew:
        memory = replace(memory, asked={}, offers=0, no_deposit=memory.no_deposit and not stale)
    learned = _learn(turn, reading)
    known = Known.of(turn.facts)
    situation = Situation(
        clinic=turn.clinic,
        known=known,
        reading=reading,
        memory=memory,
        request=request,
        learned=learned,
        picture=any(text.media for text in turn.texts),
        earlier=before.service if anew and not stale else "",
        due=_due(turn, known) if takes_payments else None,
        takes_payments=takes_payments,
        deposit=turn.deposit if request is not None else None,
        **_of_paying(turn, memory, reading),
    )
    return Case(situation, plan(situation))


def _due(turn: Turn, known: Known) -> Money | None:
    """The deposit of what is wished for."""
    service = next((one for one in turn.clinic.services if one.name == known.service), None)
    return turn.clinic.deposit_for(service)


def _of_paying(turn: Turn, memory: Memory, reading: Reading) -> dict[str, Any]:
    """What the texts say of a deposit.

    A yes or a no is meant for the offer only while nothing else was asked, and an "ok" only right after it.
    """
    said = "\n".join(turn.shown(text) for text in turn.texts)
    pending = memory.pending
    meant = (pending.field == FIELD and (pending.fresh or not reading.filler)) or names_deposit(said)
    return {
        "answer": answer_to_offer(said) if meant else OfferAnswer.UNCLEAR,
        "wants_link": wants_link(said),
        "says_paid": says_paid(said) or (pending.field == FIELD and says_done(said)),
    }


def with_draft(turn: Turn, reader: Reader, case: Case, draft: Draft) -> Case:
    """The case with what a model found besides, as far as the patient's words prove it, planned anew."""
    situation = case.situation
    proved = prove(
        draft.found,
        [replace(text, text=turn.shown(text)) for text in turn.texts],
        reader,
        now=turn.now,
        known=situation.known,
        pending=situation.memory.pending,
        told=situation.reading.fields,
    )
    learned = frozenset(one.field for one in proved if _keep(turn, one.field, one.value, one.seq, one.at, "model"))
    if "service" in learned:
        _drop_details(turn, learned, next(one for one in turn.texts if one.seq in {proof.seq for proof in proved}))
    if not learned and not draft.wants_person:
        return case
    wants_person = situation.reading.wants_person or draft.wants_person
    reading = replace(situation.reading, **_cleared_up(learned), wants_person=wants_person)
    known = Known.of(turn.facts)
    due = _due(turn, known) if situation.takes_payments else None
    situation = replace(situation, known=known, reading=reading, learned=situation.learned | learned, due=due)
    return Case(situation, plan(situation))


def _cleared_up(learned: frozenset[Field]) -> dict[str, Any]:
    """What of a reading no longer holds, now that a model has made out what the rules could not."""
    service: dict[str, Any] = {"candidates": (), "unsold": "", "options": ()}
    when: dict[str, Any] = {"unfit": None, "wish": None}
    return {**(service if "service" in learned else {}), **(when if "when" in learned else {})}


def _read(turn: Turn, reader: Reader, memory: Memory) -> Reading:
    """All texts of the turn as one, a line each. What is withheld yields facts, and none of its words go on."""
    joined = "\n".join(text.text for text in turn.texts)
    reading = reader.read(joined, now=turn.now, pending=memory.pending, known=Known.of(turn.facts))
    return discreet(reading, turn)


def _source(texts: Sequence[TextReceived], place: int) -> TextReceived:
    """The text that a place in the joined texts belongs to."""
    for text in texts:
        place -= len(text.text) + 1
        if place < 0:
            return text
    return texts[-1]


def _begin_anew(turn: Turn, reading: Reading) -> RequestStatus | None:
    """Another service after the request went to staff is another request; identity stays, the rest begins again."""
    if turn.request in OPEN:
        if turn.request is not RequestStatus.COLLECTING:
            _doubt_first_visit(turn)
        return None if turn.request is RequestStatus.CLOSED else turn.request
    wished = next((one.value for one in reading.found if one.field == "service"), None)
    current = turn.facts.get("service")
    other = wished is not None and current is not None and current.value != wished and not reading.changes
    if not other and not (_is_stale(turn) and (wished or reading.wants_to_come)):
        return turn.request
    turn.note("new_request")
    turn.add(MoveRequest(RequestStatus.CLOSED))
    _doubt_first_visit(turn)
    return None


def _is_stale(turn: Turn) -> bool:
    told = [fact.at for fact in turn.facts.values() if fact.scope == "request"]
    return bool(told) and turn.now - max(told) > _STALE


def _doubt_first_visit(turn: Turn) -> None:
    """Who said some time ago that they had never been may have been here since: asked again."""
    visit = turn.facts.get("new_or_returning")
    if visit is not None and visit.value == NEW and turn.now - visit.at > _VISITED_SINCE:
        turn.add(Learn(Fact(visit.name, "", turn.texts[-1].seq, turn.now, scope=visit.scope)))


def _learn(turn: Turn, reading: Reading) -> frozenset[str]:
    """Keeps what is new or different; each fact with the text that proves it."""
    learned = set()
    for one in reading.found:
        source = _source(turn.texts, one.start)
        if not _keep(turn, one.field, one.value, source.seq, source.at):
            continue
        learned.add(one.field)
        if one.field == "service":
            _drop_details(turn, reading.fields, source)
    return frozenset(learned)


def _keep(turn: Turn, field: Field, value: Any, seq: int, at: datetime, by: Literal["rule", "model"] = "rule") -> bool:
    """Keeps a fact that is new or different. What staff have put right stays so; they are told what was said."""
    before = turn.facts.get(field)
    if before is not None and before.value == value:
        return False
    if before is not None and overrules(before):
        notice = NotifyStaff("differs", differs(field, value))
        if notice not in turn.effects:
            turn.add(notice)
        return False
    turn.add(Learn(Fact(field, value, seq, at, by=by, scope=SCOPES[field])))
    return True


def _drop_details(turn: Turn, told: frozenset[str], source: TextReceived) -> None:
    """A variant and a provider belong to the service that was just replaced."""
    for name in ("variant", "provider", "notes"):
        if name in turn.facts and turn.facts[name].value and name not in told:
            turn.add(Learn(Fact(name, "", source.seq, source.at)))
