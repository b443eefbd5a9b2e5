"""The channel contract: ways to reach people. Telnyx, Twilio, and whatever comes next."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import ClassVar, Literal, TypeVar

from pydantic import Field, model_validator

from deskbell.errors import CannotTell
from deskbell.http import RawRequest
from deskbell.provider import Provider
from deskbell.types import Settings, mask_number


class Keyword(StrEnum):
    """The consent keywords that carriers know."""

    STOP = "stop"
    START = "start"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or file of an MMS, by address; nothing is downloaded on the way in."""

    url: str = field(repr=False)
    content_type: str = "application/octet-stream"
    #: Bytes, where the provider says.
    size: int | None = None


@dataclass(frozen=True, slots=True)
class InboundText:
    """A text that somebody sent to us."""

    #: Identifies the *text*, not the delivery: the same text delivered twice, even under two event ids, has one
    #: id. Unique within the binding. The provider's message id serves.
    id: str
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    at: datetime
    media: tuple[Media, ...] = ()
    #: Set when the carrier has already acted on this keyword *and answered it*, by the provider's own marker
    #: where there is one, else by its documented words. We then record and stay silent.
    carrier_handled: Keyword | None = None


class DeliveryStatus(IntEnum):
    """Where a text is, ordered: a later receipt of lower rank changes nothing."""

    QUEUED = 10
    SENT = 20
    #: The carrier never said.
    UNCONFIRMED = 30
    FAILED = 40
    DELIVERED = 50


@dataclass(frozen=True, slots=True)
class Cost:
    """What a text cost, in millionths of the currency's unit: a cent is 10,000."""

    micros: int
    currency: str = "USD"


@dataclass(frozen=True, slots=True)
class DeliveryUpdate:
    """What became of a text of ours."""

    #: The provider's message id, as in `SendReceipt.message_id`.
    message_id: str
    status: DeliveryStatus
    at: datetime
    #: Our own `OutboundText.id`, where the provider hands it back (in a callback address, a tag). It is what
    #: settles a text whose send was cut off before the receipt came.
    text_id: str | None = None
    #: The provider's error code when it failed.
    code: str | None = None
    #: The carrier says that the recipient has opted out.
    opted_out: bool = False
    #: SMS segments that are billed, and what all of them cost, where the provider says.
    segments: int | None = None
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class MissedCall:
    """Somebody called us and nobody answered."""

    #: Identifies the *call*, however many legs and reports it had: the provider's session id serves.
    id: str
    caller: str = field(repr=False)
    #: The number of ours that was called, and that the text back leaves from.
    called: str = field(repr=False)
    at: datetime


ChannelEvent = InboundText | DeliveryUpdate | MissedCall


@dataclass(frozen=True, slots=True)
class OutboundText:
    """A text to send, exactly once."""

    #: Our id of this text: stable over all attempts, never empty, without personal data. Send it as the
    #: idempotency key where the provider takes one, and in the callback address.
    id: str
    to: str = field(repr=False)
    sender: str = field(repr=False)
    text: str = field(repr=False)
    media: tuple[str, ...] = field(default=(), repr=False)
    #: When an earlier attempt with unknown outcome began; what `look_up` searches from.
    first_attempt_at: datetime | None = None
    #: The provider's ids of other texts of ours to this number. They may have the same words, and `look_up` must take
    #: none of them for this one.
    others: frozenset[str] = field(default=frozenset(), repr=False)

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("an outbound text needs an id: it is the idempotency key")

    def __repr__(self) -> str:
        return f"OutboundText(id={self.id!r}, to={mask_number(self.to)!r})"


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """The provider took the text."""

    message_id: str
    status: DeliveryStatus = DeliveryStatus.QUEUED
    #: SMS segments the provider will bill, and what all of them cost, where it says.
    segments: int | None = None
    cost: Cost | None = None


class SendingLimit(Settings):
    """What a carrier takes from a number or a campaign: so many texts, or segments, in a second, minute or day."""

    texts: int | None = Field(default=None, ge=1, description="Texts; give these or `segments`.")
    segments: int | None = Field(default=None, ge=1, description="Segments; give these or `texts`.")
    per: Literal["second", "minute", "day"] = Field(description="A day begins at midnight Pacific time.")
    campaign: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$",
        description="All bindings of the clinic that name the same campaign share the limit; left out, it is"
        " this binding's own.",
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> SendingLimit:
        if (self.texts is None) == (self.segments is None):
            raise ValueError("limits either 'texts' or 'segments'")
        return self


class ChannelConfig(Settings):
    """Settings that every channel has."""

    deadline_seconds: float = Field(
        default=8.0, gt=0, le=30, description="How long one call to the provider may take, in seconds."
    )
    limits: tuple[SendingLimit, ...] = Field(
        default=(), description="What the carrier takes from this number or its campaign; what is too much waits."
    )


#: What a channel tells its provider once a webhook has been answered. Raises what `Channel.send` raises.
FollowUp = Callable[[], Awaitable[None]]

ChannelConfigT = TypeVar("ChannelConfigT", bound=ChannelConfig)


class Channel(Provider[ChannelConfigT]):
    """A way to reach people.

    `receive` raises `SignatureInvalid`, `Malformed` or `NotForMe`; returning ``[]`` means "heard, nothing to do".
    `send` raises `RetryLater`, `Undeliverable`, `OptedOut`, `Misconfigured` or `OutcomeUnknown`.
    """

    #: Kind of address that this channel reaches: contacts are told apart by (kind, address).
    kind: ClassVar[str] = "sms"

    @property
    def address(self) -> str:
        """Our own address on this channel: the number that patients text."""
        raise NotImplementedError

    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        """Verifies the signature, then says what happened. No I/O: the webhook is answered within milliseconds."""
        raise NotImplementedError

    async def send(self, text: OutboundText) -> SendReceipt:
        """Hands one text to the carrier, once: the SDK's own retries are off, ours decide."""
        raise NotImplementedError

    async def look_up(self, text: OutboundText) -> SendReceipt | None:
        """After an unknown outcome: the receipt if the provider took the text, None if it certainly did not.

        Raises `CannotTell` where the provider has no way to say: the text is then held for staff.
        """
        raise CannotTell

    def acknowledgement(self, request: RawRequest) -> tuple[str, bytes]:
        """Content type and body of the 200 that this provider expects for a webhook that `receive` has taken.

        Where a call is to be put through, this says so.
        """
        return "application/json", b"{}"

    def follow_up(self, request: RawRequest) -> FollowUp | None:
        """What the provider has to be told because of a webhook that `receive` has taken; None: nothing.

        No I/O here. What is returned runs after the commit and beside the answer, which does not wait for it: this
        is how a call is put through where the provider is commanded by its API. It may run more than once, for
        webhooks come twice, and `RetryLater` and `OutcomeUnknown` are followed by another attempt: to the provider it
        must be one command. It does not outlive a crash, so nothing may depend on it but the call at hand.
        """
        return None
