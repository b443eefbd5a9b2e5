"""Payment links, what became of them, and money given back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from deskbell import (
    CannotTell,
    Clock,
    LinkRequest,
    Money,
    OutcomeUnknown,
    PaymentLink,
    PaymentStatus,
    PaymentUpdate,
    Undeliverable,
)
from plugins.payments.square import reading

if TYPE_CHECKING:
    from plugins.payments.square.accounts import Accounts
    from plugins.payments.square.api import SquareApi


class Links:
    """Each of these is over within the binding's deadline, however many calls it takes."""

    def __init__(self, api: SquareApi, accounts: Accounts, clock: Clock) -> None:
        self._api = api
        self._accounts = accounts
        self._clock = clock

    async def create(self, request: LinkRequest) -> PaymentLink:
        until = self._api.limit()
        wanted = _wanted(request, await self._accounts.location(until))
        answer = await self._api.act(
            lambda options: self._api.links.create(**wanted, request_options=options),
            until,
        )
        return _link(reading.at(answer, "payment_link"))

    async def cancel(self, link: PaymentLink) -> None:
        try:
            await self._api.act(
                lambda options: self._api.links.delete(quote(link.id, safe=""), request_options=options),
                self._api.limit(),
            )
        except Undeliverable:
            return  # gone, or paid: there is nothing to cancel

    async def look_up(self, link: PaymentLink) -> Sequence[PaymentUpdate]:
        until = self._api.limit()
        order = await self._read("order", self._api.orders, link.order_id, until)
        tenders = reading.at(order, "tenders")
        updates: list[PaymentUpdate] = []
        for tender in tenders if isinstance(tenders, list) else ():
            updates += await self._payment(reading.identifier(tender, "payment_id"), until)
        return updates

    async def refund(self, payment_id: str, amount: Money, refund_id: str) -> PaymentUpdate:
        answer = await self._api.act(
            lambda options: self._api.refunds.refund_payment(
                idempotency_key=refund_id,
                payment_id=payment_id,
                amount_money=_money(amount),
                request_options=options,
            ),
            self._api.limit(),
        )
        refund = reading.at(answer, "refund")
        if (state := reading.text(refund, "status")) in ("REJECTED", "FAILED"):
            raise Undeliverable(f"Square did not give the money back (status {state}).", code=state)
        update = self._given_back(refund)
        if update is None or state not in ("PENDING", "COMPLETED"):
            raise OutcomeUnknown("Square's answer names no refund.")
        return update

    async def _payment(self, payment_id: str, until: float) -> list[PaymentUpdate]:
        """A payment as it is now, and the refunds of it that have come to an end."""
        if not payment_id:
            return []  # taken at a till in cash, or by another way that Square only notes down
        payment = await self._read("payment", self._api.payments, payment_id, until)
        state = reading.text(payment, "status")
        if state not in reading.PAYMENTS:
            raise CannotTell("Square tells a payment's state in a word that is not known here.")
        now = self._clock.now()
        updates = [_read(reading.payment(payment, event_id=f"payment:{payment_id}:{state}", now=now))]
        refunds = reading.at(payment, "refund_ids")
        for refund_id in refunds if isinstance(refunds, list) else ():
            updates += await self._refund(str(refund_id), until)
        return updates

    async def _refund(self, refund_id: str, until: float) -> list[PaymentUpdate]:
        refund = await self._read("refund", self._api.refunds, refund_id, until)
        update = _read(self._given_back(refund))
        return [] if update.status is PaymentStatus.PENDING else [update]

    def _given_back(self, refund: Any) -> PaymentUpdate | None:
        """With the state in the event's id: that it is complete is other news than that it is on its way."""
        event_id = f"refund:{reading.identifier(refund, 'id')}:{reading.text(refund, 'status')}"
        return reading.refund(refund, event_id=event_id, now=self._clock.now())

    async def _read(self, name: str, shelf: Any, wanted: str, until: float) -> Any:
        """The order, payment or refund of this id. An answer without it is no answer: nothing may follow from that."""
        try:
            answer = await self._api.read(
                lambda options: shelf.get(quote(wanted, safe=""), request_options=options), until
            )
        except Undeliverable as error:
            code = error.code
        else:
            code = None
            if reading.identifier(found := reading.at(answer, name), "id") == wanted:
                return found
        raise CannotTell(f"Square does not show this {name} of the account (code {code or 'none'}).", code=code)


def _wanted(request: LinkRequest, location: str) -> dict[str, Any]:
    """The whole of what Square is told: neither a name nor what the visit is for."""
    wanted: dict[str, Any] = {
        "idempotency_key": request.id,
        "order": {
            "location_id": location,
            "reference_id": request.id,
            "line_items": [{"name": request.label, "quantity": "1", "base_price_money": _money(request.amount)}],
        },
        "checkout_options": {
            "redirect_url": request.redirect_url,
            "allow_tipping": False,
            "ask_for_shipping_address": False,
            "enable_coupon": False,
            "enable_loyalty": False,
        },
        # Square copies it to the payment, so that news of it name our deposit.
        "payment_note": f"{reading.NOTE}{request.id}",
    }
    if request.payer_phone:
        wanted["pre_populated_data"] = {"buyer_phone_number": request.payer_phone}
    return wanted


def _money(amount: Money) -> dict[str, Any]:
    return {"amount": amount.cents, "currency": amount.currency}


def _link(link: Any) -> PaymentLink:
    link_id, order_id = reading.identifier(link, "id"), reading.identifier(link, "order_id")
    url = reading.text(link, "url")
    if not (link_id and order_id and url):
        raise OutcomeUnknown("Square's answer names no payment link.")
    return PaymentLink(id=link_id, url=url, order_id=order_id)


def _read(update: PaymentUpdate | None) -> PaymentUpdate:
    if update is None:
        raise CannotTell("Square tells of a payment in a form that is not known here.")
    return update
