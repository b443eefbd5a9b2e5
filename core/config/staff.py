"""The `staff` section of ``clinic.yml``: who at the clinic is told, of what, when, and how often again."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from core.config.durations import Duration
from deskbell import E164, Settings

#: What staff are told of. A test holds this to what the stages and the engine say.
NoticeKind = Literal[
    "account_connected",
    "account_failing",
    "account_revoked",
    "aftercare",
    "appointment",
    "complaint",
    "deposit_declined",
    "deposit_disputed",
    "deposit_expired",
    "deposit_failed",
    "deposit_held",
    "deposit_no_link",
    "deposit_not_cancelled",
    "deposit_paid",
    "deposit_paid_twice",
    "deposit_refunded",
    "differs",
    "emergency",
    "guard",
    "hand_over",
    "language",
    "lead",
    "lead_changed",
    "message",
    "minor",
    "missed_call",
    "model_down",
    "odd_sender",
    "parked",
    "payment_unmatched",
    "person",
    "picture",
    "promise_due",
    "question",
    "refund_refused",
    "reply_waiting",
    "responder_failed",
    "text_failed",
    "text_held",
    "too_many_texts",
    "unknown",
]


def _mailbox(value: str) -> str:
    if not re.fullmatch(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+", value) or not value.isascii():
        raise ValueError("must be an e-mail address, e.g. 'desk@example.com'")
    return value


Mailbox = Annotated[str, AfterValidator(_mailbox), Field(max_length=254)]


class RaiseAgain(Settings):
    """What happens while nobody acts on an urgent notice, or on a conversation that was handed over."""

    after: Duration = Field(description="Staff are told again after this.")
    times: int = Field(ge=0, le=20, description="How often they are told again; 0 tells them once.")

    @model_validator(mode="after")
    def _with_pauses(self) -> RaiseAgain:
        if self.times and self.after < timedelta(minutes=1):
            raise ValueError("needs an 'after' of at least a minute")
        return self


class Staff(Settings):
    """How the clinic's people are told. What is urgent, and every hand-over, always goes out."""

    sms: tuple[E164, ...] = Field(description="Phones that get a text, from the clinic's own number.")
    email: tuple[Mailbox, ...] = Field(description="Addresses that get an e-mail; needs DESKBELL_SMTP_URL.")
    notify: Literal["urgent", "all"] | tuple[NoticeKind, ...] = Field(
        description="What else goes out: nothing ('urgent'), everything ('all'), or these kinds."
    )
    not_urgent: Literal["at_once", "when_open"] = Field(
        description="When a notice that is not urgent goes out; 'when_open' waits for the opening hours, if any."
    )
    raise_again: RaiseAgain = Field(description="Telling staff again while nobody acts.")
    promise_due: Literal["urgent", "normal", "never"] = Field(
        description="How staff are told, once, that a call was promised by now and nobody has acted."
    )
    texts_an_hour: int = Field(
        ge=1, le=500, description="Most texts to one phone in an hour; beyond them only what is urgent is texted."
    )


#: For a clinic that no file describes.
NOBODY = Staff(
    sms=(),
    email=(),
    notify="urgent",
    not_urgent="at_once",
    raise_again=RaiseAgain(after=timedelta(), times=0),
    promise_due="never",
    texts_an_hour=20,
)
