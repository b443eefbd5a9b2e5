"""Faults on demand: what may go wrong on the way to the application and from it, and when.

A fault waits here until something it matches comes by, and is used up after `times` occasions. Faults of one kind
are used in the order they were asked for; faults of different kinds may meet in one webhook.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from deskbell import Settings
from sandbox.live import Live


class Kind(StrEnum):
    """What goes wrong."""

    DUPLICATE = "duplicate"
    DELAY = "delay"
    REORDER = "reorder"
    DROP_RESPONSE = "drop_response"
    STATUS = "status"
    TIMEOUT = "timeout"


#: Where each kind may apply; the first is the default.
PLACES: dict[Kind, tuple[str, ...]] = {
    Kind.DUPLICATE: ("webhook",),
    Kind.DELAY: ("webhook", "api"),
    Kind.REORDER: ("webhook",),
    Kind.DROP_RESPONSE: ("api", "webhook"),
    Kind.STATUS: ("api",),
    Kind.TIMEOUT: ("api",),
}
#: What can be picked out at each place; the first is the default.
API_EVENTS = ("send", "read", "any")
_CARRIER_EVENTS = ("inbound", "receipt", "any")
WEBHOOK_EVENTS: dict[str, tuple[str, ...]] = {
    "telnyx": _CARRIER_EVENTS,
    "twilio": _CARRIER_EVENTS,
    "square": ("payment", "order", "refund", "dispute", "oauth", "any"),
}

#: Who is only ever called.
WITHOUT_WEBHOOKS = ("bedrock", "anthropic")


class FaultRequest(Settings):
    """A fault as it is asked for over the control API."""

    provider: Literal["telnyx", "twilio", "square", "bedrock", "anthropic"] = Field(
        description="Whose traffic: 'telnyx', 'twilio', 'square', 'bedrock' or 'anthropic'."
    )
    kind: Kind = Field(description="One of " + ", ".join(Kind) + ".")
    times: int = Field(1, ge=1, le=10_000, description="Occasions, 1 to 10000; for 'duplicate': extra copies, 1 to 50.")
    deliveries: int = Field(1, ge=1, le=10_000, description="For 'duplicate': how many webhooks are copied.")
    on: Literal["webhook", "api", ""] = Field("", description="'webhook' (to the application) or 'api' (from it).")
    event: str = Field(
        "",
        description="On webhook: 'inbound', 'receipt' or 'any' (Square: 'payment', 'order', 'refund', 'dispute', "
        "'oauth' or 'any'); on api: 'send', 'read' or 'any'.",
    )
    seconds: float = Field(2.0, ge=0, le=600, description="For 'delay': how long, 0 to 600 seconds.")
    code: int = Field(500, ge=200, le=599, description="For 'status': the HTTP status to answer, 200 to 599.")
    body: Any = Field(
        None, description="For 'status': the answer's body, JSON or text; the provider's own shape if absent."
    )
    chance: float = Field(1.0, gt=0, le=1, description="How likely it befalls each of its occasions, above 0 up to 1.")
    retry_after: int | None = Field(None, ge=0, le=86_400, description="For 'status': the Retry-After header, seconds.")

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        places = PLACES[self.kind]
        if self.place not in places:
            raise ValueError(f"'{self.kind}' applies on {' or '.join(places)}, not on '{self.place}'")
        if self.place == "webhook" and self.provider in WITHOUT_WEBHOOKS:
            raise ValueError(f"{self.provider} sends no webhooks; name 'api' in 'on'")
        if self.event and self.event not in self._events:
            raise ValueError(f"on {self.place} the event is one of {', '.join(self._events)}")
        if self.kind is Kind.DUPLICATE and self.times > 50:
            raise ValueError("a webhook is copied at most 50 times")
        return self

    @property
    def place(self) -> str:
        return self.on or ("api" if self.provider in WITHOUT_WEBHOOKS else PLACES[self.kind][0])

    @property
    def matches(self) -> str:
        return self.event or self._events[0]

    @property
    def _events(self) -> tuple[str, ...]:
        return WEBHOOK_EVENTS[self.provider] if self.place == "webhook" else API_EVENTS


@dataclass(slots=True)
class Fault:
    """A fault that waits for its occasions."""

    id: int
    request: FaultRequest
    left: int
    #: Set while a delivery is held back by "reorder": releases it.
    holding: asyncio.Event | None = None

    def meets(self, provider: str, place: str, event: str) -> bool:
        wanted = self.request
        return (provider, place) == (wanted.provider, wanted.place) and wanted.matches in (event, "any")

    def as_json(self) -> dict[str, Any]:
        wanted = self.request
        return {
            "id": self.id,
            "provider": wanted.provider,
            "kind": wanted.kind,
            "on": wanted.place,
            "event": wanted.matches,
            "left": self.left,
        }


@dataclass(slots=True)
class Mishap:
    """What befalls one webhook."""

    copies: int = 0
    delay: float = 0.0
    #: The answer is thrown away, as if it had never come.
    lost_answer: bool = False
    #: This delivery waits until that is set.
    wait_for: asyncio.Event | None = None
    #: Deliveries that were held until this one has gone.
    releases: list[asyncio.Event] = field(default_factory=list)

    @property
    def note(self) -> str | None:
        found = {
            Kind.DUPLICATE: self.copies,
            Kind.DELAY: self.delay,
            Kind.REORDER: self.wait_for,
            Kind.DROP_RESPONSE: self.lost_answer,
        }
        return ", ".join(kind for kind, applies in found.items() if applies) or None


class Faults:
    """The waiting faults; every change is told to the open pages."""

    def __init__(self, live: Live, random: Random | None = None) -> None:
        self._live = live
        self._random = random or Random()  # noqa: S311 - which webhook is delayed is no secret
        self._waiting: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, request: FaultRequest) -> Fault:
        left = request.deliveries if request.kind is Kind.DUPLICATE else request.times
        fault = Fault(next(self._ids), request, left)
        self._waiting.append(fault)
        self._tell()
        return fault

    def clear(self) -> None:
        """Forgets them all; deliveries held back go out now."""
        for fault in self._waiting:
            if fault.holding is not None:
                fault.holding.set()
        self._waiting.clear()
        self._tell()

    def all(self) -> list[dict[str, Any]]:
        return [fault.as_json() for fault in self._waiting if fault.left]

    def for_api(self, provider: str, event: str) -> FaultRequest | None:
        """The fault that befalls this API call, used up by asking."""
        fault = next(self._meeting(provider, "api", event, Kind), None)
        if fault is None:
            return None
        self._use(fault)
        return fault.request

    def for_webhook(self, provider: str, event: str) -> Mishap:
        """Everything that befalls this webhook, used up by asking."""
        mishap = Mishap()
        for kind in Kind:
            fault = next(self._meeting(provider, "webhook", event, (kind,)), None)
            if fault is not None:
                self._befall(mishap, fault)
        return mishap

    def _befall(self, mishap: Mishap, fault: Fault) -> None:
        match fault.request.kind:
            case Kind.DUPLICATE:
                mishap.copies = fault.request.times
            case Kind.DELAY:
                mishap.delay = fault.request.seconds
            case Kind.DROP_RESPONSE:
                mishap.lost_answer = True
            case Kind.REORDER if fault.holding is not None:
                # Someone is held: this one overtakes, then lets go.
                mishap.releases.append(fault.holding)
                fault.holding = None
                self._drop_if_spent(fault)
                return
            case Kind.REORDER:
                mishap.wait_for = fault.holding = asyncio.Event()
        self._use(fault)

    def _meeting(self, provider: str, place: str, event: str, kinds: Iterable[Kind]) -> Iterator[Fault]:
        return (
            fault
            for fault in self._waiting
            if fault.request.kind in kinds and fault.meets(provider, place, event) and self._strikes(fault)
        )

    def _strikes(self, fault: Fault) -> bool:
        # Who is held back must be overtaken by the very next one, or would be held for long.
        return fault.holding is not None or fault.request.chance >= 1 or self._random.random() < fault.request.chance

    def _use(self, fault: Fault) -> None:
        fault.left -= 1
        self._drop_if_spent(fault)
        self._tell()

    def _tell(self) -> None:
        self._live.tell("faults", self.all())

    def _drop_if_spent(self, fault: Fault) -> None:
        if fault.left == 0 and fault.holding is None:
            self._waiting.remove(fault)
