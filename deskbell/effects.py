"""What a turn wants done: effects, carried out at the commit and not before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from deskbell.known import Fact, RequestStatus
from deskbell.payment import Money


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
    #: The words that said so, no more of the text: never a card number, a name or a health detail.
    words: str = ""


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
