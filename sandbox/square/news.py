"""What accounts are told: Square's webhooks, signed over the address they go to and their own body.

The same event has the same `event_id` in every delivery, and the same bytes: there is no timestamp in the signature.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from typing import Any

from deskbell import Clock
from sandbox.pace import Pace
from sandbox.square.accounts import Account
from sandbox.square.ledger import Order, Payment, Refund
from sandbox.square.shapes import moment, payment_shape, refund_shape
from sandbox.webhooks import Courier, Post, Webhook


class News:
    """Tells accounts what happened, as it stands at the moment of telling."""

    def __init__(self, *, key: str, courier: Courier, clock: Clock, pace: Pace) -> None:
        self._key = key.encode()
        self._courier = courier
        self._clock = clock
        self._pace = pace

    def of_payment(self, name: str, payment: Payment, *, copies: int = 0) -> None:
        """`name` is payment.created or payment.updated."""
        data = {"type": "payment", "id": payment.id, "object": {"payment": payment_shape(payment)}}
        self.tell(payment.account, name, data, lane=payment.order.id, copies=copies)

    def of_order(self, order: Order, *, copies: int = 0) -> None:
        changed = {
            "order_id": order.id,
            "location_id": order.account.location,
            "state": order.state,
            "version": order.version,
            "created_at": moment(order.created_at),
            "updated_at": moment(order.updated_at),
        }
        data = {"type": "order_updated", "id": order.id, "object": {"order_updated": changed}}
        self.tell(order.account, "order.updated", data, lane=order.id, copies=copies)

    def of_refund(self, name: str, refund: Refund, *, copies: int = 0) -> None:
        """`name` is refund.created or refund.updated."""
        data = {"type": "refund", "id": refund.id, "object": {"refund": refund_shape(refund)}}
        self.tell(refund.payment.account, name, data, lane=refund.payment.order.id, copies=copies)

    def of_dispute(self, payment: Payment, dispute: dict[str, Any], *, copies: int = 0) -> None:
        data = {"type": "dispute", "id": dispute["id"], "object": {"dispute": dispute}}
        self.tell(payment.account, "dispute.created", data, lane=payment.order.id, copies=copies)

    def of_revocation(self, account: Account, revoker: str, *, copies: int = 0) -> None:
        """`revoker` is APPLICATION, MERCHANT or SQUARE."""
        revocation = {"revoked_at": moment(self._clock.now()), "revoker_type": revoker}
        data = {"type": "revocation", "id": str(uuid.uuid4()), "object": {"revocation": revocation}}
        self.tell(account, "oauth.authorization.revoked", data, lane=account.merchant, copies=copies)

    def tell(self, account: Account, name: str, data: dict[str, Any], *, lane: str, copies: int) -> None:
        """Sends one event to the account's webhooks; to nobody while it has none."""
        if account.webhook_url is None:
            return
        event = {
            "merchant_id": account.merchant,
            "location_id": account.location,
            "type": name,
            "event_id": str(uuid.uuid4()),
            "created_at": moment(self._clock.now()),
            "data": data,
        }
        self._courier.dispatch(self._webhook(account.webhook_url, name, event, f"square {lane}"), copies=copies)

    def _webhook(self, url: str, name: str, event: dict[str, Any], lane: str) -> Webhook:
        body = json.dumps(event, separators=(",", ":")).encode()
        signature = base64.b64encode(hmac.digest(self._key, url.encode() + body, hashlib.sha256)).decode()
        headers = {
            "content-type": "application/json",
            "user-agent": "Square Connect v2",
            "square-environment": "Sandbox",
            "square-initial-delivery-timestamp": event["created_at"],
            "square-version": "2026-09-16",
            "x-square-hmacsha256-signature": signature,
        }

        def sign(attempt: int) -> Post:
            retry = {"square-retry-number": str(attempt - 1)} if attempt > 1 else {}
            return Post(headers | retry, body)

        return Webhook(
            provider="square",
            event=name.split(".")[0],
            name=name,
            url=url,
            lane=lane,
            sign=sign,
            deadline=self._pace.square_deadline,
            retries_after=self._pace.square_retries_after,
            retries_on_refusal=True,
        )
