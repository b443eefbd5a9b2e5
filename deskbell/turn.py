"""A turn: one run of the pipeline over a conversation's pending events.

Data goes one way. The runtime loads what is known, stages read it and append effects, the commit carries the
effects out. A stage writes nothing and sends nothing by itself, so a turn that dies is simply run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from deskbell.channel import Keyword, Media
from deskbell.clinic import Clinic
from deskbell.payment import Money

# ---- what happened: the pending events ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextReceived:
    """The patient texted."""

    seq: int
    at: datetime
    text: str = field(repr=False)
    media: tuple[Media, ...] = ()
    carrier_handled: Keyword | None = None
    #: A card number stood in it and was cut out before anything was stored.
    card_removed: bool = False


@dataclass(frozen=True, slots=True)
class TimerDue:
    """A timer that an earlier turn set has come due."""

    seq: int
    at: datetime
    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StaffReplied:
    """A member of staff wrote to the patient, or took the conversation over, or gave it back."""

    seq: int
    at: datetime
    author: str
    action: Literal["reply", "take", "release"]


@dataclass(frozen=True, slots=True)
class StaffCorrected:
    """A member of staff put a fact right. The runtime keeps it before any stage runs."""

    seq: int
    at: datetime
    author: str
    #: Name of the fact.
    name: str
    #: As the fact is kept; empty: nothing is known of it.
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallMissed:
    """The patient called and nobody answered."""

    seq: int
    at: datetime


class DepositStatus(StrEnum):
    """Life of a deposit."""

    #: Agreed to; the link is being made.
    REQUESTED = "requested"
    #: The link is open.
    LINK_SENT = "link_sent"
    PAID = "paid"
    #: The provider refused a payment; the link is still open.
    FAILED = "failed"
    #: Not paid in time; the link is void.
    EXPIRED = "expired"
    #: Given up by us or the patient, or another took its place; the link is void.
    CANCELLED = "cancelled"
    #: Money came, and not what was asked for: staff decide.
    HELD = "held"
    REFUNDED = "refunded"
    DISPUTED = "disputed"


@dataclass(frozen=True, slots=True)
class Deposit:
    """A deposit as a turn sees it."""

    id: int
    #: Number of the request that it belongs to.
    request: int
    status: DepositStatus
    #: What was asked for.
    amount: Money
    #: Where it is paid; empty before the link is made, and where there is nothing to click.
    url: str = field(default="", repr=False)

    @property
    def open(self) -> bool:
        """Whether it can still be paid."""
        return self.status in (DepositStatus.REQUESTED, DepositStatus.LINK_SENT, DepositStatus.FAILED)


@dataclass(frozen=True, slots=True)
class DepositChanged:
    """A deposit has moved: its link is ready, money came or went, or it came to nothing.

    The runtime moves the request and tells staff before any stage runs.
    """

    seq: int
    at: datetime
    #: As it was when it moved.
    deposit: Deposit
    #: Why, in a word: "link", "no_link", "payment", "refund", "dispute" or "staff".
    cause: str


TurnEvent = TextReceived | TimerDue | StaffReplied | StaffCorrected | CallMissed | DepositChanged

# ---- what is known -------------------------------------------------------------------------------------------

Scope = Literal["identity", "request"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known of a contact, with the event that proves it.

    Identity (a name) lasts between contacts; the rest belongs to the request and ends with it.
    """

    name: str
    value: Any = field(repr=False)
    #: `seq` of the event whose words prove it.
    evidence: int
    at: datetime
    by: Literal["rule", "model", "staff"] = "rule"
    scope: Scope = "request"


class RequestStatus(StrEnum):
    """Life of what a contact wants booked this time."""

    COLLECTING = "collecting"
    READY = "ready"
    OFFERED = "offered"
    PENDING = "pending"
    PAID = "paid"
    BOOKED = "booked"
    DECLINED = "declined"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the transcript."""

    at: datetime
    author: Literal["patient", "bot", "staff"]
    text: str = field(repr=False)
    #: Withheld from models: a card, health details.
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    #: Kind of address, e.g. "sms", and the address itself.
    kind: str
    address: str = field(repr=False)
    opted_out: bool = False


# ---- what a turn wants done: the effects -----------------------------------------------------------------------


class TextKind(StrEnum):
    """Why a text is sent; the send gate and quiet hours go by it."""

    #: Answers a text just received.
    REPLY = "reply"
    #: The one confirmation of an opt-out or opt-in, or the answer to HELP. The only kind that may follow STOP.
    CONSENT = "consent"
    #: Nobody asked for it: a reminder, a follow-up, a missed-call text. Quiet hours apply.
    OUTREACH = "outreach"
    #: Written by a member of staff.
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Say:
    """Send this text."""

    text: str = field(repr=False)
    kind: TextKind = TextKind.REPLY
    #: Name of the stage that wrote it.
    by: str = ""


@dataclass(frozen=True, slots=True)
class Learn:
    """Keep this fact; the newest of a field wins, but what staff put right stays until they say otherwise."""

    fact: Fact


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep a value with the conversation under a stage's own key (JSON; None forgets). Not for facts."""

    key: str
    value: Any = field(repr=False)


@dataclass(frozen=True, slots=True)
class MoveRequest:
    """The open request changes status; `CLOSED` ends it and its facts, and the next fact opens a new one."""

    status: RequestStatus


@dataclass(frozen=True, slots=True)
class RequestDeposit:
    """The patient agreed to pay ahead: a link is made after the commit, and returns as a `DepositChanged`.

    An open deposit of this request is cancelled by it.
    """

    #: From the configuration, never from a model.
    amount: Money


@dataclass(frozen=True, slots=True)
class CancelDeposit:
    """The open deposit is not wanted any more; its link is made void after the commit."""

    reason: Literal["declined", "expired", "superseded", "closed"]


@dataclass(frozen=True, slots=True)
class RecordConsent:
    """An opt-out or opt-in, for the append-only ledger and from now on the law."""

    opted_out: bool
    #: `seq` of the event that said so.
    evidence: int
    #: "keyword", "phrase" or "carrier".
    source: str


@dataclass(frozen=True, slots=True)
class NotifyStaff:
    """Tell the clinic's people. `summary` leaves the building: name, service, time; never health details."""

    kind: str
    summary: str = field(repr=False)
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class HandOver:
    """A person takes it from here: the bot falls silent after this turn's texts until staff give it back.

    Staff are told by that alone, and told again while nobody acts. `reason` leaves the building, as
    `NotifyStaff.summary` does: name, service, time; never health details.
    """

    reason: str = field(repr=False)
    #: What is configured and counted: "person", "complaint", "emergency", "guard", "unknown", or a stage's own word.
    kind: str = "hand_over"
    #: Staff are told at once, at any hour.
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Withhold:
    """The event's words go no further: not to models, logs, traces or notifications. Staff still see them."""

    evidence: int
    reason: str
    #: What may go further in its place: the rest of the text. Empty: nothing.
    shown: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Wake this conversation at `due`. Setting a name again moves it."""

    name: str
    due: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CancelTimer:
    name: str


@dataclass(frozen=True, slots=True)
class Spend:
    """A model was asked, or its words are sent: counted against the clinic's day."""

    tokens: int = 0
    #: Millionths of a dollar.
    cost_micros: int = 0
    texts: int = 0


Effect = (
    Say
    | Learn
    | Remember
    | MoveRequest
    | RequestDeposit
    | CancelDeposit
    | RecordConsent
    | NotifyStaff
    | HandOver
    | Withhold
    | SetTimer
    | CancelTimer
    | Spend
)


@dataclass(frozen=True, slots=True)
class Note:
    """A decision, for the trace: which stage, what, and details that hold none of the patient's words."""

    stage: str
    decision: str
    details: Mapping[str, Any] = field(default_factory=dict)


# ---- the turn itself -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Turn:
    """What a stage may read, and the effects it may append.

    Everything but `effects` and `notes` is what was true when the turn began.
    """

    clinic: Clinic
    contact: Contact
    #: The conversation's id; for traces, never for texts.
    conversation: int
    #: Who leads the conversation.
    owner: Literal["bot", "staff"]
    now: datetime
    #: Oldest first; never empty.
    events: Sequence[TurnEvent]
    #: Facts known before this turn, by field.
    known: Mapping[str, Fact] = field(default_factory=dict)
    request: RequestStatus | None = None
    #: The newest deposit of the open request, and of the last one where none is open.
    deposit: Deposit | None = None
    #: What stages remembered, by key.
    memory: Mapping[str, Any] = field(default_factory=dict)
    #: Filled by the `history` stage, oldest first, without this turn's events.
    history: Sequence[Line] = ()
    effects: list[Effect] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    #: The stage that is running; set by the pipeline.
    stage: str = ""
    #: Names the state of the transcript when the turn began; for histories (`deskbell.Page`).
    edition: str = ""

    @property
    def texts(self) -> list[TextReceived]:
        """The pending texts of the patient, oldest first."""
        return [event for event in self.events if isinstance(event, TextReceived)]

    @property
    def calls(self) -> list[CallMissed]:
        """The pending calls that nobody answered, oldest first."""
        return [event for event in self.events if isinstance(event, CallMissed)]

    @property
    def facts(self) -> dict[str, Fact]:
        """What is known now: before this turn, and learned in it."""
        facts = dict(self.known)
        for effect in self.effects:
            if isinstance(effect, Learn):
                facts[effect.fact.name] = effect.fact
            elif isinstance(effect, MoveRequest) and effect.status is RequestStatus.CLOSED:
                facts = {name: fact for name, fact in facts.items() if fact.scope == "identity"}
        return facts

    @property
    def standing(self) -> RequestStatus | None:
        """Where the request stands with this turn's moves."""
        moves = [effect.status for effect in self.effects if isinstance(effect, MoveRequest)]
        return moves[-1] if moves else self.request

    @property
    def deposits(self) -> list[DepositChanged]:
        """The pending news of deposits, oldest first."""
        return [event for event in self.events if isinstance(event, DepositChanged)]

    @property
    def withheld(self) -> set[int]:
        """`seq` of the events whose words go no further."""
        return {effect.evidence for effect in self.effects if isinstance(effect, Withhold)}

    def shown(self, text: TextReceived) -> str:
        """What of a text may go further than the clinic: all of it, or what the last guard left of it."""
        left = [effect.shown for effect in self.effects if isinstance(effect, Withhold) and effect.evidence == text.seq]
        return left[-1] if left else text.text

    @property
    def replies(self) -> list[Say]:
        """The texts this turn would send, in order."""
        return [effect for effect in self.effects if isinstance(effect, Say)]

    def recall(self, key: str, default: Any = None) -> Any:
        """What is remembered under `key`, this turn's effects included."""
        value = self.memory.get(key, default)
        for effect in self.effects:
            if isinstance(effect, Remember) and effect.key == key:
                value = effect.value
        return default if value is None else value

    def add(self, effect: Effect) -> None:
        """Appends an effect; carried out at the commit and not before."""
        if isinstance(effect, Learn) and self._overruled(effect.fact):
            return
        if isinstance(effect, Say) and not effect.by:
            effect = replace(effect, by=self.stage)
        self.effects.append(effect)

    def _overruled(self, fact: Fact) -> bool:
        """Whether staff have put this field right and the fact is not theirs; it may be emptied, but not replaced."""
        before = self.facts.get(fact.name)
        if fact.by == "staff" or not fact.value or before is None or before.by != "staff" or not before.value:
            return False
        if before.value != fact.value:
            self.note("overruled_by_staff", field=fact.name, evidence=fact.evidence)
        return True

    def say(self, text: str, kind: TextKind = TextKind.REPLY) -> None:
        self.add(Say(text, kind))

    def rewrite(self, change: Callable[[Say], Say | None]) -> None:
        """For guards and formatters on the way out: each text as `change` returns it, or not at all."""
        kept: list[Effect] = []
        for effect in self.effects:
            if isinstance(effect, Say):
                changed = change(effect)
                if changed is not None:
                    kept.append(changed)
            else:
                kept.append(effect)
        self.effects[:] = kept

    def note(self, decision: str, **details: Any) -> None:
        """Writes a decision into the turn's trace. Never the patient's words."""
        self.notes.append(Note(self.stage, decision, details))
