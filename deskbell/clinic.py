"""The clinic as stages and plugins see it: who it is, when it is open, what it sells, how it speaks.

These models are the public half of ``clinic.yml``; bindings, secrets and the pipeline never come this way.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from deskbell.payment import Money
from deskbell.types import E164, Settings

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)

_SPAN = re.compile(r"^([01]?\d|2[0-3]):([0-5]\d)\s*[-–]\s*([01]?\d|2[0-4]):([0-5]\d)$")


class Span(Settings):
    """A stretch of one day, from `opens` up to `closes`. Written ``09:00-17:30``."""

    opens: time
    closes: time = Field(description="First moment that is closed again; 24:00 is the end of the day.")

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        found = _SPAN.match(value.strip())
        if not found or (int(found[3]) == 24 and found[4] != "00"):
            raise ValueError("must be written as opening and closing time, e.g. '09:00-17:30'")
        closes = time.max if int(found[3]) == 24 else time(int(found[3]), int(found[4]))
        return {"opens": time(int(found[1]), int(found[2])), "closes": closes}

    @model_validator(mode="after")
    def _in_order(self) -> Span:
        if self.opens >= self.closes:
            raise ValueError("closes before it opens")
        return self


class Hours(Settings):
    """Opening hours in the clinic's own time zone. A weekday that is not written is closed."""

    monday: tuple[Span, ...] = ()
    tuesday: tuple[Span, ...] = ()
    wednesday: tuple[Span, ...] = ()
    thursday: tuple[Span, ...] = ()
    friday: tuple[Span, ...] = ()
    saturday: tuple[Span, ...] = ()
    sunday: tuple[Span, ...] = ()
    closed_on: tuple[date, ...] = Field(default=(), description="Holidays: dates on which the clinic is closed.")

    def spans(self, day: date) -> tuple[Span, ...]:
        """The open stretches of one day, in order."""
        if day in self.closed_on:
            return ()
        spans: tuple[Span, ...] = getattr(self, WEEKDAYS[day.weekday()])
        return tuple(sorted(spans, key=lambda span: span.opens))


class Price(Settings):
    """What a service costs, in integer cents."""

    cents: int = Field(ge=0, description="Price in cents: 12500 is $125.")
    per: str | None = Field(default=None, description="Unit the price is for: 'unit', 'session', 'syringe'.")
    starting_at: bool = Field(default=False, description="The price is the lowest of several.")


class Deposit(Settings):
    """What a patient pays ahead, where the service does not say otherwise."""

    cents: int = Field(gt=0, description="Amount in cents: 5000 is $50.")
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$", description="Three letters of ISO 4217.")

    @property
    def money(self) -> Money:
        return Money(self.cents, self.currency)


class Service(Settings):
    """Something the clinic sells."""

    name: str = Field(min_length=2, max_length=60)
    aliases: tuple[str, ...] = Field(default=(), description="Other words patients use for it, slang included.")
    price: Price | None = None
    minutes: int | None = Field(default=None, gt=0, le=600, description="How long a visit takes.")
    deposit_cents: int | None = Field(default=None, ge=0, description="Overrides the clinic's deposit.")
    about: str = Field(default="", max_length=300, description="One plain sentence that may be texted.")
    variants: tuple[str, ...] = Field(
        default=(),
        description="Only where the menu really needs one to be chosen, e.g. areas with own prices.",
    )
    providers: tuple[str, ...] = Field(default=(), description="Who does it; asked only when two or more.")
    concerns: tuple[str, ...] = Field(
        default=(),
        description="Words for the wish behind it ('tired skin', 'wrinkles'), to offer it as an option.",
    )


Question = Literal["name", "service", "new_or_returning", "when", "provider", "email"]


class Booking(Settings):
    """What the receptionist must learn before staff can book, and in which order it asks."""

    ask: tuple[Question, ...] = Field(
        default=("name", "service", "new_or_returning", "when", "provider"),
        description="The questions, in order. A question that is not listed is never asked.",
    )

    @model_validator(mode="after")
    def _once_each(self) -> Booking:
        if len(set(self.ask)) != len(self.ask):
            raise ValueError("names a question twice")
        return self


class Wording(Settings):
    """The clinic's own lines. Each has a sound default; ``{clinic}`` and ``{phone}`` are filled in."""

    greeting: str = Field(default="Hi, this is {clinic}.", max_length=160)
    help: str = Field(
        default="{clinic}: for help call {phone}. Msg frequency varies. Msg & data rates may apply. "
        "Reply STOP to opt out.",
        max_length=320,
    )
    opted_out: str = Field(
        default="{clinic}: You are unsubscribed and will receive no more messages. Reply START to resubscribe.",
        max_length=320,
    )
    opted_in: str = Field(
        default="{clinic}: You are subscribed again. Reply HELP for help, STOP to opt out. Msg & data rates may apply.",
        max_length=320,
    )
    emergency: str = Field(
        default="If this is an emergency, call {emergency} now. Our team has been alerted too. "
        "You can also reach the clinic at {phone}.",
        max_length=320,
    )
    fallback: str = Field(default="Thanks for your text. A member of our team will get back to you.", max_length=320)
    deposit_offer: str = Field(
        default="We ask for a {amount} deposit ahead of the visit. May I text you a secure payment link?",
        max_length=240,
        description="Asks whether a link may be sent. ``{amount}`` is filled in; never a link.",
    )
    deposit_link: str = Field(
        default="Here is your secure link for the {amount} deposit: {link}",
        max_length=240,
        description="Carries the link. ``{amount}`` and ``{link}`` are filled in.",
    )
    deposit_reminder: str = Field(
        default="A quick reminder: the secure link for your {amount} deposit is still open: {link} "
        "Text us if you have a question.",
        max_length=240,
        description="Sent once while a link stays unpaid. ``{amount}`` and ``{link}`` are filled in.",
    )
    deposit_paid: str = Field(
        default="Thank you! We have received your {amount} deposit. Our team will call you {when} to fix the time.",
        max_length=240,
        description="Confirms a payment. ``{amount}`` and ``{when}`` (computed from the opening hours) are filled in.",
    )
    deposit_declined: str = Field(
        default="No problem, there is no need to pay ahead. Our team will call you {when} to fix the time.",
        max_length=240,
        description="When the patient would rather not. ``{when}`` is filled in.",
    )

    @model_validator(mode="after")
    def _fills_in(self) -> Wording:
        for name in type(self).model_fields:
            must, may = _PLACES.get(name, (frozenset(), frozenset()))
            places = set(_PLACE.findall(getattr(self, name)))
            allowed = _OWN_PLACES | must | may
            if places - allowed:
                unknown, known = sorted(places - allowed)[0], ", ".join(f"{{{one}}}" for one in sorted(allowed))
                raise ValueError(f"has '{{{unknown}}}' in '{name}', where only {known} can be filled in")
            if must - places:
                raise ValueError(f"must have '{{{sorted(must - places)[0]}}}' in '{name}'")
        if "?" not in self.deposit_offer:
            raise ValueError("must ask in 'deposit_offer' whether a link may be sent: it has no question mark")
        return self


_PLACE = re.compile(r"\{(\w*)\}")
_OWN_PLACES = frozenset({"clinic", "phone", "emergency"})
#: What else a line must and may have filled in. An offer has no link: a link follows a yes.
_PLACES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    # Who writes is said in the first text, and wherever texts themselves are what it is about.
    **dict.fromkeys(("greeting", "help", "opted_out", "opted_in"), (frozenset({"clinic"}), frozenset())),
    "deposit_offer": (frozenset({"amount"}), frozenset()),
    "deposit_link": (frozenset({"amount", "link"}), frozenset()),
    "deposit_reminder": (frozenset({"link"}), frozenset({"amount"})),
    "deposit_paid": (frozenset({"amount"}), frozenset({"when"})),
    "deposit_declined": (frozenset(), frozenset({"when"})),
}


def _zone(value: Any) -> Any:
    if isinstance(value, str):
        try:
            return ZoneInfo(value)
        except (KeyError, ValueError, OSError):
            raise ValueError("is not a time zone of the IANA list, e.g. 'America/New_York'") from None
    return value


TimeZone = Annotated[
    ZoneInfo,
    BeforeValidator(_zone),
    Field(json_schema_extra={"type": "string", "examples": ["America/New_York"]}),
]


def _language(value: str) -> str:
    if not re.fullmatch(_LANGUAGE, value):
        raise ValueError("must be a two-letter language code, e.g. 'en'")
    return value


_LANGUAGE = r"^[a-z]{2}$"
Language = Annotated[
    str, AfterValidator(_language), Field(json_schema_extra={"pattern": _LANGUAGE, "examples": ["en"]})
]


class Clinic(Settings):
    """A tenant, as its patients know it."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{1,40}$", description="The folder's name under clinics/.")
    name: str = Field(min_length=2, max_length=60, description="The brand name that patients read.")
    timezone: TimeZone
    phone: E164 = Field(description="The line that a person answers.")
    address: str = Field(default="", max_length=160)
    website: str = Field(default="", max_length=160)
    languages: tuple[Language, ...] = ("en",)
    emergency_number: str = Field(default="911", pattern=r"^\d{2,6}$")
    minimum_age: int = Field(default=18, ge=0, le=21, description="Under this age a parent and a person are needed.")
    hours: Hours | None = Field(default=None, description="Left out: wording stays neutral, never 'closed'.")
    services: tuple[Service, ...] = Field(min_length=1)
    deposit: Deposit | None = Field(default=None, description="The usual deposit; left out, none is asked.")
    booking: Booking = Booking()
    wording: Wording = Wording()

    @model_validator(mode="after")
    def _names_once(self) -> Clinic:
        seen: dict[str, str] = {}
        for service in self.services:
            for word in (service.name, *service.aliases):
                key = word.casefold()
                if key in seen:
                    raise ValueError(
                        f"'{word}' means both '{seen[key]}' and '{service.name}':"
                        " a patient's word must name one service"
                    )
                seen[key] = service.name
        return self

    @property
    def phone_shown(self) -> str:
        """The phone number as people of its country write it: ``(212) 555-0134``."""
        return phonenumbers.format_number(phonenumbers.parse(self.phone), phonenumbers.PhoneNumberFormat.NATIONAL)

    def is_open(self, at: datetime) -> bool | None:
        """Whether the clinic is open at an aware moment; None when it has told no hours."""
        if self.hours is None:
            return None
        local = at.astimezone(self.timezone)
        return any(span.opens <= local.time() < span.closes for span in self.hours.spans(local.date()))

    def next_opening(self, at: datetime) -> datetime | None:
        """The next moment from `at` on at which the clinic is open, aware; None when none within three weeks."""
        if self.hours is None:
            return None
        if self.is_open(at):
            return at
        local = at.astimezone(self.timezone)
        for ahead in range(22):
            day = local.date() + timedelta(days=ahead)
            for span in self.hours.spans(day):
                opens = datetime.combine(day, span.opens, self.timezone)
                if opens > at:
                    return opens
        return None

    def deposit_for(self, service: Service | None) -> Money | None:
        """What is paid ahead of a visit: the service's own deposit over the clinic's; None where there is none."""
        usual = self.deposit
        if service is None or service.deposit_cents is None:
            return usual.money if usual else None
        return Money(service.deposit_cents, usual.currency if usual else "USD") if service.deposit_cents else None

    def say(self, line: str, **values: str) -> str:
        """Fills the clinic's own values, and those given, into one of its `wording` lines."""
        own = {"clinic": self.name, "phone": self.phone_shown, "emergency": self.emergency_number}
        for name, value in (own | values).items():
            line = line.replace(f"{{{name}}}", value)
        return line
