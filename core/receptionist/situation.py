"""What a decision depends on: the clinic, what is known, what was just read, and what was asked before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.receptionist.facts import Known
from core.receptionist.memory import Memory
from core.receptionist.understanding.findings import Reading
from core.receptionist.understanding.offers import OfferAnswer
from core.receptionist.understanding.questions import Topic
from deskbell.clinic import Clinic, Service
from deskbell.deposit import Deposit
from deskbell.known import RequestStatus
from deskbell.payment import Money

#: A field is asked for this often and then left to staff.
ENOUGH = 2
#: Words of a statement that means something, though not to us.
STATEMENT = 3
NAMES = frozenset({"name", "first_name", "last_name"})
#: A request that staff do not have yet.
OPEN = frozenset({None, RequestStatus.COLLECTING, RequestStatus.CLOSED})
#: Questions that a person at the clinic has to see to.
_ERRANDS = frozenset({Topic.APPOINTMENT, Topic.AFTERCARE, Topic.MINOR})
#: Fields whose question a "no, thanks" answers.
_YES_OR_NO = frozenset({"new_or_returning", "provider"})


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
    #: What may be asked for now: the deposit of what is wished for; None where there is none, or no way to pay one.
    due: Money | None = None
    #: The clinic has a way to take deposits.
    takes_payments: bool = False
    #: The deposit of this request.
    deposit: Deposit | None = None
    #: How the turn's texts answer the deposit's offer or link.
    answer: OfferAnswer = OfferAnswer.UNCLEAR
    #: They ask for the link once more, or say that they paid.
    wants_link: bool = False
    says_paid: bool = False
    #: The service of the request before, when this turn opens another.
    earlier: str = ""

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
    def offer(self) -> Money | None:
        """The deposit to offer; None where none is due or the patient would rather not."""
        return None if self.memory.no_deposit else self.due

    @property
    def pending(self) -> str:
        return self.memory.pending.field

    @property
    def errand(self) -> bool:
        """About a visit the patient has, a worry after one, or a child: staff see to it, and nothing is sold."""
        if any(question.topic in _ERRANDS for question in self.reading.questions):
            return True
        left = self.reading.wants_to_come or "service" in self.learned or self.reading.greeting
        return self.memory.errand and not left

    @property
    def parting(self) -> bool:
        """Wants nothing more for now, or lets our invitation pass."""
        reading, pending = self.reading, self.memory.pending
        if self.asks or self.learned or reading.hurts:
            return False
        if reading.agrees is False and reading.length <= STATEMENT and not self.wants_something:
            return pending.field == "service" or pending.field in NAMES
        if reading.filler and not reading.greeting and (pending.invite or self.memory.parted):
            return True
        return reading.declines and not (reading.agrees is False and pending.field in _YES_OR_NO)

    @property
    def asks(self) -> bool:
        """The patient asked something that gets an answer."""
        return any(not question.soft for question in self.reading.questions)

    @property
    def asked(self) -> Mapping[str, int]:
        """How often each field was asked; not counted when the patient told or asked something else instead."""
        asked = dict(self.memory.asked)
        others = any(asked.get(one, 0) < ENOUGH for one in self.missing if one != self.pending)
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
    if question == "email":
        return "" if known.email else "email"
    return "" if known.when else "when"
