"""The shape of ``clinic.yml``: every section, what it means and what it may hold.

Defaults are not written here but in ``config/defaults.yml``, where an operator reads them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model, model_validator

from core.config.durations import Duration
from core.config.staff import Staff
from core.config.subscribers import Subscriber
from deskbell import Booking, Clinic, Hours, Service, Settings, Wording
from deskbell.clinic import Deposit

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
BINDING_KEY = r"^[a-z][a-z0-9-]{0,40}$"
#: Sections of the file that are fields of `deskbell.Clinic` by themselves; its other fields stand under `clinic:`.
OWN_SECTIONS = ("hours", "services", "deposit", "booking", "wording")


class Burst(Settings):
    """How long a turn waits after the last text, so that a burst of texts gets one answer."""

    fragment: Duration = Field(description="After a fragment such as 'Hi'.")
    text: Duration = Field(description="After an ordinary text.")
    question: Duration = Field(description="After a full question.")
    cap: Duration = Field(description="Counted from the first text: the turn never waits longer.")

    @model_validator(mode="after")
    def _capped(self) -> Burst:
        if max(self.fragment, self.text, self.question) > self.cap:
            raise ValueError("waits longer after one text than 'cap' allows for all")
        return self


class Turns(Settings):
    """How long a turn may take, and how often it is tried before staff are told."""

    deadline: Duration = Field(description="One run of the pipeline, model calls included.")
    attempts: int = Field(ge=1, le=20, description="Runs before the events are parked and staff are told.")

    @model_validator(mode="after")
    def _takes_time(self) -> Turns:
        if not self.deadline:
            raise ValueError("needs a 'deadline' above zero")
        return self


class Sending(Settings):
    """How texts are retried when a carrier is down, and when they go by another."""

    attempts: int = Field(ge=1, le=100, description="Calls to the carrier before a text is given up.")
    max_age: Duration = Field(description="A text older than this is not sent any more.")
    first_retry: Duration = Field(description="Pause after the first failure; it doubles from then on.")
    longest_retry: Duration = Field(description="The pause never grows beyond this.")
    unknown_after: Duration = Field(
        description="How long a text of unknown outcome waits for news before staff get it."
    )

    failover: Literal["same_number", "any_number", "never"] = Field(
        description="Which other binding a text may leave by while its own is down, in the order of `channels`:"
        " one of the same number, any, or none."
    )
    failover_after: Duration = Field(description="How long its own binding must have been down before.")

    @model_validator(mode="after")
    def _in_order(self) -> Sending:
        if not self.first_retry <= self.longest_retry <= self.max_age:
            raise ValueError("must keep first_retry <= longest_retry <= max_age")
        return self


class PaymentLinks(Settings):
    """How long the link of a deposit is open, and when somebody looks after it."""

    remind_after: Duration = Field(description="An unpaid link is mentioned once more after this.")
    expire_after: Duration = Field(description="An unpaid link is void after this, and staff call without a deposit.")
    look_up_after: Duration = Field(description="How often the provider is asked about an open link.")
    attempts: int = Field(ge=1, le=100, description="Calls to the provider before a link is given up.")

    @model_validator(mode="after")
    def _in_order(self) -> PaymentLinks:
        if not self.remind_after < self.expire_after:
            raise ValueError("must keep remind_after < expire_after")
        if not self.look_up_after:
            raise ValueError("needs a 'look_up_after' above zero")
        return self


def _time_of_day(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError("must be a time of day in quotes, e.g. '20:00'")
    return time.fromisoformat(value)


TimeOfDay = Annotated[
    time,
    BeforeValidator(_time_of_day),
    WithJsonSchema({"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$"}),
]


class QuietKind(Settings):
    """Quiet hours of one kind of text; what is left out is as for the others."""

    begin: TimeOfDay | None = Field(default=None, description="From this time of day on nothing of the kind is sent.")
    end: TimeOfDay | None = Field(default=None, description="Until this time; the same as 'begin' turns them off.")
    then: Literal["defer", "drop"] | None = Field(default=None, description="'defer' or 'drop'.")


#: A kind of text that no stage writes.
BROADCAST = "broadcast"


class QuietHours(Settings):
    """When texts that nobody asked for wait: reminders, follow-ups, texts to whoever called. By the patient's clock."""

    begin: TimeOfDay = Field(description="From this time of day on nothing of the kind is sent.")
    end: TimeOfDay = Field(description="Until this time of day; the same as 'begin' turns quiet hours off.")
    then: Literal["defer", "drop"] = Field(description="'defer' sends it when they end, 'drop' sends it not at all.")
    kinds: Mapping[str, QuietKind] = Field(
        default={}, description="What differs for the texts of a stage, by its name, or for 'broadcast'."
    )

    def of(self, kind: str) -> QuietHours:
        """Those of the texts that a stage of this name writes."""
        own = self.kinds.get(kind)
        return self.model_copy(update=own.model_dump(exclude_none=True)) if own else self


class Binding(BaseModel):
    """A provider set up for this clinic; the keys beside `use` are the provider's own."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    use: str = Field(min_length=1, description="Name of the provider.")


_CLINIC_FIELDS: dict[str, Any] = {
    name: (field.annotation, field)
    for name, field in Clinic.model_fields.items()
    if name != "id" and name not in OWN_SECTIONS
}
#: What stands under `clinic:`: the fields of `deskbell.Clinic` that have no section of their own.
ClinicSection: type[Settings] = create_model(
    "ClinicSection", __base__=Settings, __doc__="Who the clinic is, as its patients know it.", **_CLINIC_FIELDS
)

BindingKey = Annotated[str, Field(pattern=BINDING_KEY)]


def _name_or_list(value: Any) -> Any:
    listed = isinstance(value, list | tuple) and value and all(isinstance(item, str) for item in value)
    if not listed and not isinstance(value, str):
        raise ValueError("must be the name of a shipped pipeline, or a list of at least one stage")
    return value


Pipeline = Annotated[str | tuple[str, ...], BeforeValidator(_name_or_list)]


class ClinicFile(Settings):
    """One clinic: who it is, what it sells, how it is reached, and the pipeline its texts go through."""

    clinic: ClinicSection = Field(description="Who the clinic is, as its patients know it.")
    hours: Hours | None = Field(default=None, description="Opening hours; left out, wording stays neutral.")
    services: tuple[Service, ...] = Field(min_length=1, description="What the clinic sells.")
    deposit: Deposit | None = Field(default=None, description="The usual deposit; left out, none is asked.")
    quiet_hours: QuietHours = Field(description="When texts that nobody asked for wait.")
    payment_links: PaymentLinks = Field(description="How long the link of a deposit is open.")
    booking: Booking = Field(default=Booking(), description="What is asked before staff can book.")
    wording: Wording = Field(default=Wording(), description="The clinic's own lines.")
    channels: Mapping[BindingKey, Binding] = Field(min_length=1, description="Ways patients reach the clinic.")
    payments: Mapping[BindingKey, Binding] = Field(default={}, description="Ways to take deposits.")
    models: Mapping[BindingKey, Binding] = Field(default={}, description="Language models, in the order of the ladder.")
    knowledge: Binding | None = Field(default=None, description="Where answers are looked up.")
    pipeline: Pipeline = Field(description="Name of a shipped pipeline, or stages from the outermost in.")
    stages: Mapping[str, Mapping[str, Any]] = Field(default={}, description="Settings of stages, by stage.")
    burst: Burst = Field(description="How long a turn waits for more texts.")
    turns: Turns = Field(description="How long a turn may take.")
    sending: Sending = Field(description="How texts are retried.")
    staff: Staff = Field(description="How the clinic's people are told.")
    subscribers: Mapping[BindingKey, Subscriber] = Field(default={}, description="Systems that are told what happens.")
