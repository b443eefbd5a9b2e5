"""What happened to a conversation: the events that a turn finds in its mailbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from deskbell.channel import Keyword, Media
from deskbell.deposit import Deposit


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
