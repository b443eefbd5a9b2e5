"""What to do next: a pure function from what is known and what was just read to one `Step`.

The one owner of "what to ask next". It never asks for a known field, never for the same field twice in a row (an
unanswered question is put once more, differently, and then left alone), asks one thing at a time, and always ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.receptionist.facts import Known
from core.receptionist.memory import Memory
from core.receptionist.opening import Unfit
from core.receptionist.understanding.findings import Reading
from core.receptionist.understanding.questions import Question, Topic
from deskbell.clinic import Clinic, Service
from deskbell.turn import RequestStatus

#: A field is asked for this often and then left to staff.
_ENOUGH = 2
#: Texts in a row that nothing was understood of, after which a person takes over.
_LOST = 3
#: Services named when something else was asked for.
_MENU = 3
#: A request that staff do not have yet.
OPEN = frozenset({None, RequestStatus.COLLECTING, RequestStatus.CLOSED})


class Act(StrEnum):
    """What a turn does."""

    #: Answers, asks, or both.
    TALK = "talk"
    #: All is known that staff need: says so, and hands the request to them.
    COMPLETE = "complete"
    #: Something of a request that staff already have has changed.
    UPDATE = "update"
    #: Words for staff, after the request is theirs.
    PASS_ON = "pass_on"  # noqa: S105 - no password
    #: Where the request stands.
    STATUS = "status"
    HAND_OVER = "hand_over"
    WELCOME = "welcome"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Ask:
    """The one question of a text."""

    #: name, first_name, last_name, service, variant, new_or_returning, when or provider.
    field: str
    options: tuple[str, ...] = ()
    #: It stays unanswered from before: worded differently.
    again: bool = False
    #: The patient only asked something so far: an invitation rather than a question.
    invite: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """One turn's decision; a responder words it in one text."""

    act: Act
    greet: bool = False
    questions: tuple[Question, ...] = ()
    ask: Ask | None = None
    #: Fields learned in this turn.
    learned: frozenset[str] = frozenset()
    #: The text says hello and no more.
    hello: bool = False
    unsold: str = ""
    #: Services to offer: for a concern, or instead of what is not sold.
    options: tuple[str, ...] = ()
    unfit: Unfit | None = None
    picture: bool = False
    #: Nothing of the text was understood.
    lost: bool = False
    #: Why a person takes over.
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision depends on."""

    clinic: Clinic
    #: With what this turn taught.
    known: Known
    reading: Reading
    memory: Memory = field(default_factory=Memory)
    request: RequestStatus | None = None
    #: Fields whose value this turn changed.
    learned: frozenset[str] = frozenset()
    picture: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """The fields that are still to be asked, in the clinic's order."""
        service = self.service
        wanted = (_wanted(question, self.known, service) for question in self.clinic.booking.ask)
        return tuple(one for one in wanted if one)

    @property
    def service(self) -> Service | None:
        """The menu's entry for the service that is wished for."""
        return next((one for one in self.clinic.services if one.name == self.known.service), None)

    @property
    def settled(self) -> bool:
        """Staff have the request."""
        return self.request not in OPEN

    @property
    def pending(self) -> str:
        return self.memory.pending.field

    @property
    def asks(self) -> bool:
        """The patient asked something that gets an answer."""
        return any(not question.soft for question in self.reading.questions)

    @property
    def asked(self) -> Mapping[str, int]:
        """How often each field was asked; not counted when the patient told or asked something else instead."""
        asked = dict(self.memory.asked)
        others = any(asked.get(one, 0) < _ENOUGH for one in self.missing if one != self.pending)
        if (self.asks or (self.learned and others)) and self.memory.pending.fresh and self.pending in self.missing:
            asked[self.pending] = max(0, asked.get(self.pending, 0) - 1)
        return asked

    @property
    def understood(self) -> bool:
        return self.reading.understood or bool(self.learned)

    @property
    def wants_something(self) -> bool:
        """There is a request: a wish, a concern or a time."""
        known = self.known
        return bool(known.service or known.concern or known.when)


def plan(situation: Situation) -> Step:
    """The next step. Always ends: no field is asked more than twice, nothing is repeated without limit."""
    reading = situation.reading
    if reading.complains or reading.wants_person:
        return _step(situation, Act.HAND_OVER, reason="a complaint" if reading.complains else "asked for a person")
    if situation.settled:
        return _after_request(situation)
    if not situation.understood and reading.filler and reading.thanks and not situation.wants_something:
        return _step(situation, Act.SILENT if situation.memory.thanked else Act.WELCOME)
    lost = _is_lost(situation)
    if lost and situation.memory.missed + 1 >= _LOST:
        return _step(situation, Act.HAND_OVER, reason="several texts were not understood", lost=True)
    ask = _next_question(situation)
    if ask or _waits(situation):
        return _step(situation, Act.TALK, ask=ask, lost=lost)
    if situation.wants_something:
        return _step(situation, Act.COMPLETE)
    if situation.asks or situation.reading.unsold:
        return _step(situation, Act.TALK)
    return _step(situation, Act.HAND_OVER, reason="could not find out what is wanted", lost=True)


def _step(situation: Situation, act: Act, *, ask: Ask | None = None, reason: str = "", lost: bool = False) -> Step:
    reading = situation.reading
    offered = reading.options if not situation.known.service else ()
    return Step(
        act,
        greet=not situation.memory.greeted and act is not Act.SILENT,
        questions=reading.questions,
        ask=ask,
        learned=situation.learned,
        hello=reading.greeting and reading.filler,
        unsold=reading.unsold,
        options=offered,
        unfit=reading.unfit,
        picture=situation.picture,
        lost=lost,
        reason=reason,
    )


def _after_request(situation: Situation) -> Step:
    """Staff have the request: answer, note what changes, and ask for nothing but what is unclear."""
    reading = situation.reading
    if reading.unfit:
        return _step(situation, Act.TALK, ask=None if situation.pending == "when" else Ask("when"))
    if reading.candidates:
        return _step(situation, Act.TALK, ask=Ask("service", reading.candidates, again=situation.pending == "service"))
    if situation.learned:
        return _step(situation, Act.UPDATE)
    if any(not question.soft for question in reading.questions) or reading.unsold:
        return _step(situation, Act.TALK)
    if reading.thanks:
        return _step(situation, Act.SILENT if situation.memory.thanked else Act.WELCOME)
    if reading.greeting or reading.unintelligible:
        return _step(situation, Act.STATUS)
    return _step(situation, Act.SILENT if reading.filler and not situation.picture else Act.PASS_ON)


def _is_lost(situation: Situation) -> bool:
    """Nothing was understood, and the text was no first greeting either."""
    meant = situation.understood or situation.reading.wants_to_come
    if meant or situation.picture:
        return False
    return bool(situation.pending) or not (situation.reading.filler or situation.reading.greeting)


def _wanted(question: str, known: Known, service: Service | None) -> str:
    """The field that a question of the clinic's list comes down to now; empty when there is nothing to ask."""
    if question == "name":
        if known.first_name and known.last_name:
            return ""
        return "last_name" if known.first_name else "first_name" if known.last_name else "name"
    if question == "service":
        if service and service.variants and not known.variant:
            return "variant"
        return "" if known.service or known.concern else "service"
    if question == "provider":
        return "provider" if service and len(service.providers) > 1 and not known.provider else ""
    if question == "new_or_returning":
        return "" if known.new_or_returning else "new_or_returning"
    return "" if known.when else "when"


def _waits(situation: Situation) -> bool:
    """The patient asked something back: it is answered, and our own question is neither put again nor given up."""
    return situation.asks and any(situation.asked.get(one, 0) < _ENOUGH for one in situation.missing)


def _next_question(situation: Situation) -> Ask | None:
    """What to ask now; None when the patient's own question goes first, or when nothing is left to ask."""
    forced = _forced(situation)
    if forced:
        return forced
    reading, pending = situation.reading, situation.memory.pending
    left = [one for one in situation.missing if situation.asked.get(one, 0) < _ENOUGH]
    if reading.unsure and pending.field in left:
        left.remove(pending.field)
    if not left or (situation.asks and not _may_ask(situation)):
        return None
    unanswered = pending.fresh and pending.field in left
    if unanswered and (situation.learned or situation.asks):
        # They told or asked something else instead: another question now, and this one waits its turn.
        left = [one for one in left if one != pending.field] or ([] if situation.asks else left)
        unanswered = pending.field in left
    if not left:
        return None
    wanted = pending.field if unanswered else left[0]
    only_asked = situation.asks and not reading.wants_to_come and not situation.memory.asked
    return Ask(wanted, _options(situation, wanted), again=unanswered, invite=only_asked)


def _may_ask(situation: Situation) -> bool:
    """Beside an answer: not twice in a row, and of somebody who only wants to know something, once."""
    if any(question.topic is Topic.APPOINTMENT for question in situation.reading.questions):
        return False
    if situation.reading.wants_to_come or situation.learned - {"service"}:
        return True
    if situation.memory.pending.fresh and situation.pending in situation.missing:
        return False
    return situation.wants_something or not situation.memory.asked


def menu_of(clinic: Clinic) -> tuple[str, ...]:
    """The first few services, to offer instead of what is not sold."""
    return tuple(service.name for service in clinic.services[:_MENU])


def _options(situation: Situation, wanted: str) -> tuple[str, ...]:
    service = situation.service
    if service is None:
        return ()
    return {"variant": service.variants, "provider": service.providers}.get(wanted, ())


def _forced(situation: Situation) -> Ask | None:
    """What has to be cleared up before anything else: which of two, another time, something that is sold."""
    reading, known = situation.reading, situation.known
    asked = situation.asked
    if reading.candidates and asked.get("service", 0) <= _ENOUGH:
        return Ask("service", reading.candidates, again=situation.pending == "service")
    if reading.unfit and asked.get("when", 0) <= _ENOUGH:
        return Ask("when", again=situation.pending == "when")
    if reading.unsold and not known.service and not known.concern and asked.get("service", 0) < _ENOUGH:
        return Ask("service", menu_of(situation.clinic), again=situation.pending == "service")
    return None
