"""The payment contract: create and cancel links, look up, refund, and turn signed webhooks into facts.

Amounts are integer minor units (cents). The runtime owns the life of a deposit; a payment provider makes links and
reports what the money did. Its reports are facts that only grow (a payment that was paid was paid for ever), so that
they may come twice, late and in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, TypeVar

from pydantic import Field

from deskbell.errors import Misconfigured
from deskbell.http import RawRequest
from deskbell.provider import Grant, Provider
from deskbell.types import Settings


@dataclass(frozen=True, slots=True)
class Money:
    #: Minor units: 5000 is fifty dollars.
    cents: int
    currency: str = "USD"

    def __post_init__(self) -> None:
        if self.cents < 0 or isinstance(self.cents, bool) or len(self.currency) != 3:
            raise ValueError("money is a whole, non-negative number of cents and a three-letter currency")


class PaymentStatus(StrEnum):
    """What a provider knows of one payment, from least to most: a later report of a lower status changes nothing."""

    PENDING = "pending"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PAID = "paid"
    DISPUTED = "disputed"
    #: Reported once for each refund, with the amount that it gave back.
    REFUNDED = "refunded"


_OF_REFUNDS = (PaymentStatus.REFUNDED, PaymentStatus.PENDING, PaymentStatus.FAILED)


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A deposit to ask for."""

    #: Our id of the deposit: the idempotency key of the link, and what the provider hands back as `reference`.
    #: Stable over all attempts, opaque, at most 40 characters.
    id: str
    amount: Money
    #: Neutral ("Appointment deposit"): never a treatment and never a name.
    label: str
    #: Where the payer is sent afterwards: a page of ours that asserts nothing.
    redirect_url: str
    payer_phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class PaymentLink:
    """A way to pay one deposit."""

    #: The provider's own id of the link; what cancels it.
    id: str
    #: Where to pay; empty where there is nothing to click (paid at the desk).
    url: str = field(repr=False)
    #: What webhooks name this deposit by.
    order_id: str


@dataclass(frozen=True, slots=True)
class PaymentUpdate:
    """What the provider says of a payment."""

    #: Identifies this piece of news: its deliveries share it. Unique within the binding.
    event_id: str
    payment_id: str
    status: PaymentStatus
    #: What was paid; of a refund, what it gave back.
    amount: Money
    at: datetime
    #: As in `PaymentLink.order_id`; empty where the provider does not say.
    order_id: str = ""
    #: Our `LinkRequest.id`, where the provider hands it back.
    reference: str | None = None
    #: Identifies the refund that is reported: complete (`REFUNDED`), on its way (`PENDING`) or come to nothing
    #: (`FAILED`); there may be several.
    refund_id: str | None = None

    def __post_init__(self) -> None:
        if self.status is PaymentStatus.REFUNDED and not self.refund_id:
            raise ValueError("a refund is reported with a refund_id")
        if self.refund_id and self.status not in _OF_REFUNDS:
            raise ValueError(f"a refund_id names a refund, and this says {self.status.value}")


@dataclass(frozen=True, slots=True)
class AccessRevoked:
    """The account behind this binding has withdrawn our access."""

    event_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Unhandled:
    """News that was signed and is of no kind that this provider acts on; kept, so that somebody may look."""

    event_id: str
    #: The provider's name for it, e.g. "dispute.evidence.created".
    kind: str
    at: datetime


PaymentEvent = PaymentUpdate | AccessRevoked | Unhandled


@dataclass(frozen=True, slots=True)
class Location:
    """A place of business of the account, which payments are booked on."""

    id: str
    name: str
    currency: str
    active: bool = True


class PaymentConfig(Settings):
    """Settings that every payment provider has."""

    deadline_seconds: float = Field(
        default=8.0, gt=0, le=30, description="How long one call to the provider may take, in seconds."
    )


PaymentConfigT = TypeVar("PaymentConfigT", bound=PaymentConfig)


class Payment(Provider[PaymentConfigT]):
    """A way to take deposits.

    `receive` raises `SignatureInvalid`, `Malformed` or `NotForMe`; returning ``[]`` means "heard, nothing to do".
    What calls the provider raises `RetryLater`, `Undeliverable` (refused for good), `Misconfigured` or
    `OutcomeUnknown`; every call is made once, the SDK's own retries are off.
    """

    #: The clinic's account is connected through OAuth: `authorize_url`, `exchange`, `refresh`, `revoke`, and the
    #: tokens are the runtime's to keep (`ProviderContext.grant`).
    connects: ClassVar[bool] = False

    async def create_link(self, request: LinkRequest) -> PaymentLink:
        """Makes a way to pay. Asked again with the same id, it is the same link."""
        raise NotImplementedError

    async def cancel_link(self, link: PaymentLink) -> None:
        """Makes a link useless. One that is gone already, or that was paid, is no error: `look_up` tells."""
        raise NotImplementedError

    async def look_up(self, link: PaymentLink) -> Sequence[PaymentUpdate]:
        """All that is known of a link's payments and refunds; empty while nobody has tried to pay.

        Raises `CannotTell` where the provider has no way to say.
        """
        raise NotImplementedError

    async def refund(self, payment_id: str, amount: Money, *, refund_id: str) -> PaymentUpdate:
        """Gives money back. `refund_id` is the idempotency key, at most 45 characters.

        The update says `REFUNDED` once the money is on its way, `PENDING` while the provider still thinks about it, and
        holds the provider's own `refund_id` either way: its later news name it.
        """
        raise NotImplementedError

    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        """Verifies the signature, then says what happened. No I/O: the webhook is answered within milliseconds."""
        raise NotImplementedError

    def acknowledgement(self, request: RawRequest) -> tuple[str, bytes]:
        """Content type and body of the 200 that this provider expects for a webhook that `receive` has taken."""
        return "application/json", b"{}"

    # ---- connecting an account -----------------------------------------------------------------------------------

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Where a person signs in at the provider and agrees."""
        raise Misconfigured(f"{self.name} is not connected through OAuth")

    async def exchange(self, code: str, redirect_uri: str) -> Grant:
        """Turns the code that came back from `authorize_url` into tokens."""
        raise Misconfigured(f"{self.name} is not connected through OAuth")

    async def refresh(self, grant: Grant) -> Grant:
        """Fresh tokens, well before the old ones expire."""
        raise Misconfigured(f"{self.name} is not connected through OAuth")

    async def revoke(self, grant: Grant) -> None:
        """Gives the access back. One that is gone already is no error."""
        raise Misconfigured(f"{self.name} is not connected through OAuth")

    async def locations(self) -> Sequence[Location]:
        """The account's places of business; empty where the provider has none."""
        return ()
