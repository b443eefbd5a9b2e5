"""What a turn can come to: a `Step`, decided by the planner and worded by a responder."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from core.receptionist.opening import Unfit
from core.receptionist.understanding.questions import Question
from deskbell.payment import Money


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
    #: All is known, staff have it, and a deposit is offered.
    OFFER = "offer"
    #: The deposit was agreed to: the link comes by itself, and says all there is to say.
    SEND_LINK = "send_link"
    #: The link once more.
    LINK_AGAIN = "link_again"
    #: The patient would rather not pay ahead: accepted once and for all.
    NO_DEPOSIT = "no_deposit"
    #: The patient says that they paid, and the provider has not said so yet.
    AWAIT = "await"
    HAND_OVER = "hand_over"
    WELCOME = "welcome"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Ask:
    """The one question of a text."""

    #: name, first_name, last_name, service, variant, new_or_returning, when, provider or email.
    field: str
    options: tuple[str, ...] = ()
    #: It stays unanswered from before: worded differently.
    again: bool = False
    #: The patient only asked something so far: an invitation rather than a question.
    invite: bool = False
    #: Of somebody whose visit staff have to find.
    visit: bool = False


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
    #: It makes sense all the same, to staff.
    noted: bool = False
    #: No words, or none that we can make out.
    garbled: bool = False
    #: The patient is in pain.
    hurts: bool = False
    #: The patient wants nothing more for now.
    parting: bool = False
    #: The patient said thanks.
    thanked: bool = False
    #: The service of an earlier request, which staff have and which stays.
    earlier: str = ""
    #: The language of a text that a person has to read.
    foreign: str = ""
    #: Why a person takes over.
    reason: str = ""
    #: What an offer, a link or a confirmation is about.
    amount: Money | None = None
    #: Where it is paid; empty where there is nothing to click.
    link: str = field(default="", repr=False)
    #: The offer stands from before: asked again, in other words.
    again: bool = False
    #: The open deposit is not wanted any more, and why.
    gives_up: Literal["", "declined", "superseded"] = ""
