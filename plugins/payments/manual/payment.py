"""Deposits by hand: nobody is asked, nobody calls back, and staff say what was paid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, ClassVar
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field

from deskbell import (
    CannotTell,
    LinkRequest,
    Money,
    Payment,
    PaymentConfig,
    PaymentEvent,
    PaymentLink,
    PaymentStatus,
    PaymentUpdate,
    RawRequest,
    SignatureInvalid,
    Undeliverable,
)

_PLACE = re.compile(r"\{([^{}]*)\}")
_PLACES = ("amount", "reference")


def _template(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or not parts.hostname or _PLACE.search(parts.netloc):
        raise ValueError("must be an https address, e.g. https://pay.example/harbor/{amount}")
    unknown = [name for name in _PLACE.findall(value) if name not in _PLACES]
    if unknown or re.search(r"[{}]", _PLACE.sub("", value)):
        raise ValueError("may hold {amount} and {reference}, and no other braces")
    return value


class ManualConfig(PaymentConfig):
    """What a clinic writes under ``payments:`` beside ``use: manual``."""

    url_template: Annotated[str, AfterValidator(_template)] | None = Field(
        default=None,
        description="Page to pay at, https; {amount} becomes e.g. 50.00, {reference} our id of the deposit. "
        "Left out, deposits are paid at the desk.",
    )


class ManualPayment(Payment[ManualConfig]):
    """Staff mark a deposit as paid, and give the money back by their own hands."""

    name: ClassVar[str] = "manual"
    Config: ClassVar[type[ManualConfig]] = ManualConfig

    async def create_link(self, request: LinkRequest) -> PaymentLink:
        """The template filled in; the url is empty where there is none, and then the deposit is paid at the desk."""
        return PaymentLink(id=request.id, url=self._url(request), order_id=request.id)

    async def cancel_link(self, link: PaymentLink) -> None:
        """Nothing to do: whoever pays all the same pays the clinic, which sees it.

        A link that another provider made, under this binding's name before it became this one, is not ours to cancel.
        """
        if link.id != link.order_id:
            raise Undeliverable(
                "The link was made by another provider, and can only be cancelled there.", code="foreign"
            )

    async def look_up(self, link: PaymentLink) -> Sequence[PaymentUpdate]:
        raise CannotTell("There is no provider to ask; staff know what was paid.")

    async def refund(self, payment_id: str, amount: Money, *, refund_id: str) -> PaymentUpdate:
        """Says `REFUNDED` at once: asking for it means that staff give the money back by hand."""
        return PaymentUpdate(
            event_id=f"refund:{refund_id}",
            payment_id=payment_id,
            status=PaymentStatus.REFUNDED,
            amount=amount,
            at=self.context.clock.now(),
            refund_id=refund_id,
        )

    async def receive(self, request: RawRequest) -> list[PaymentEvent]:
        raise SignatureInvalid("Nobody calls back about deposits by hand; whoever does so is not believed.")

    def _url(self, request: LinkRequest) -> str:
        filled = {
            "amount": f"{request.amount.cents // 100}.{request.amount.cents % 100:02d}",
            "reference": quote(request.id, safe=""),
        }
        return _PLACE.sub(lambda place: filled[place[1]], self.config.url_template or "")
