"""What is known of a conversation when a turn begins: facts with their evidence, the request, lines, the contact."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

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
