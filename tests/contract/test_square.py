"""Square through the same door as everybody's payments: its SDK against a loopback server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from deskbell import (
    Grant,
    Misconfigured,
    Money,
    OutcomeUnknown,
    PaymentLink,
    PaymentStatus,
    RawRequest,
    RetryLater,
    Undeliverable,
)
from deskbell.testing import GRANT, LINK, PAYER, Answer, Call, News, PaymentContract, Refusal
from plugins.payments.square import SquarePayment, testing

KEY, STRANGERS_KEY = "asdf1234-signature-key", "another-signature-key"
ECHO = f"The buyer's number {PAYER} is not one that there is"
STATES = {
    PaymentStatus.PENDING: "APPROVED",
    PaymentStatus.FAILED: "FAILED",
    PaymentStatus.CANCELLED: "CANCELED",
    PaymentStatus.PAID: "COMPLETED",
}


class TestSquare(PaymentContract):
    payment = SquarePayment
    secrets = ("EAAAl-very-secret-token", KEY, "sq0csp-very-secret")
    sdk = "square"
    signature_header = "x-square-hmacsha256-signature"
    signing_setting = "webhook_signature_key"
    signs_address = True

    def settings(self, base_url: str) -> dict[str, Any]:
        return {
            "access_token": self.secrets[0],
            "webhook_signature_key": KEY,
            "location_id": testing.LOCATION,
            "merchant_id": testing.MERCHANT,
            "base_url": base_url,
        }

    def connected(self, base_url: str) -> dict[str, Any]:
        return {
            "application_id": "sq0idp-application",
            "application_secret": self.secrets[2],
            "webhook_signature_key": KEY,
            "location_id": testing.LOCATION,
            "base_url": base_url,
        }

    def sign(self, url: str, body: bytes, at: datetime, *, forged: bool = False) -> RawRequest:
        return testing.sign(url, body, STRANGERS_KEY if forged else KEY)

    def told(self, news: News) -> bytes | None:
        name, thing = "payment", self._thing(news)
        if news.status is PaymentStatus.REFUNDED:
            name = "refund"
        if news.status is PaymentStatus.DISPUTED:
            name = "dispute"
        kind = "dispute.created" if name == "dispute" else f"{name}.updated"
        merchant = news.account or testing.MERCHANT
        return testing.event(kind, name, thing, at=news.at, event_id=news.event_id, merchant=merchant)

    def _thing(self, news: News) -> dict[str, Any]:
        if news.status is PaymentStatus.DISPUTED:
            return testing.dispute(news.payment_id, "EVIDENCE_REQUIRED", news.amount, at=news.at)
        if news.refund_id is not None:
            return testing.refund(
                news.refund_id, news.payment_id, "COMPLETED", news.amount, order_id=news.order_id, at=news.at
            )
        note = f"Deposit {news.reference}"
        state = STATES[news.status]
        return testing.payment(news.payment_id, state, news.amount, order_id=news.order_id, at=news.at, note=note)

    def revoked(self) -> bytes:
        return testing.revoked(at=self.now)

    def unknown_events(self) -> Sequence[bytes]:
        kinds = ("order.updated", "inventory.count.updated", "dispute.evidence.created", "payment.dreamt", "peacock")
        return [testing.event(kind, "thing", {"id": "T1"}, at=self.now) for kind in kinds]

    def made_link(self, link: PaymentLink) -> Answer:
        return testing.created(link.id, link.url, link.order_id)

    def key_in(self, call: Call) -> str | None:
        return call.json["idempotency_key"]

    def amount_in(self, call: Call) -> Money:
        if "order" not in call.json:
            return Money(call.json["amount_money"]["amount"], call.json["amount_money"]["currency"])
        [item] = call.json["order"]["line_items"]
        assert item["quantity"] == "1"
        return Money(item["base_price_money"]["amount"], item["base_price_money"]["currency"])

    def cancelled(self) -> Answer:
        return Answer(200, {"id": LINK.id, "cancelled_order_id": LINK.order_id})

    def gone(self) -> Answer:
        return testing.refused(404, "NOT_FOUND", ECHO)

    def history(self, news: Sequence[News]) -> Sequence[Answer] | None:
        refunds = [one for one in news if one.refund_id is not None]
        payments = [one for one in news if one.refund_id is None]
        answers = [testing.order(LINK.order_id, [one.payment_id for one in payments])]
        for one in payments:
            mine = [refund for refund in refunds if refund.payment_id == one.payment_id]
            ids = {"refund_ids": [refund.refund_id for refund in mine]} if mine else {}
            answers.append(Answer(200, {"payment": {**self._thing(one), **ids}}))
            answers += [Answer(200, {"refund": self._thing(refund)}) for refund in mine]
        return answers

    def given_back(self, news: News) -> Answer:
        state = "COMPLETED" if news.status is PaymentStatus.REFUNDED else "PENDING"
        refund_id = news.refund_id or "REFUND-1"
        refund = testing.refund(refund_id, news.payment_id, state, news.amount, order_id=news.order_id, at=news.at)
        return Answer(200, {"refund": refund})

    def refusals(self) -> Sequence[Refusal]:
        def refused(status: int, code: str, field: str | None = None) -> Answer:
            return testing.refused(status, code, ECHO, field=field)

        return [
            Refusal(
                refused(400, "INVALID_VALUE", "pre_populated_data.buyer_phone_number"), Undeliverable, "INVALID_VALUE"
            ),
            Refusal(refused(400, "VALUE_TOO_LONG"), Undeliverable, "VALUE_TOO_LONG"),
            Refusal(refused(400, "IDEMPOTENCY_KEY_REUSED"), Undeliverable, "IDEMPOTENCY_KEY_REUSED"),
            Refusal(refused(404, "NOT_FOUND"), Undeliverable, "NOT_FOUND"),
            Refusal(refused(422, "SOMETHING_NEW"), Undeliverable, "SOMETHING_NEW"),
            Refusal(refused(400, "INVALID_VALUE", "order.location_id"), Misconfigured, "INVALID_VALUE"),
            Refusal(refused(401, "UNAUTHORIZED"), Misconfigured, "UNAUTHORIZED"),
            Refusal(refused(401, "ACCESS_TOKEN_EXPIRED"), Misconfigured, "ACCESS_TOKEN_EXPIRED"),
            Refusal(refused(401, "ACCESS_TOKEN_REVOKED"), Misconfigured, "ACCESS_TOKEN_REVOKED"),
            Refusal(refused(403, "INSUFFICIENT_SCOPES"), Misconfigured, "INSUFFICIENT_SCOPES"),
            Refusal(refused(403, "FORBIDDEN"), Misconfigured, "FORBIDDEN"),
            Refusal(refused(429, "RATE_LIMITED"), RetryLater, "RATE_LIMITED"),
            Refusal(refused(503, "SERVICE_UNAVAILABLE"), RetryLater, "SERVICE_UNAVAILABLE"),
            Refusal(Answer(503, ECHO), RetryLater),
            Refusal(refused(409, "CONFLICT"), OutcomeUnknown, "CONFLICT"),
            Refusal(refused(500, "INTERNAL_SERVER_ERROR"), OutcomeUnknown, "INTERNAL_SERVER_ERROR"),
            Refusal(refused(504, "GATEWAY_TIMEOUT"), OutcomeUnknown, "GATEWAY_TIMEOUT"),
            Refusal(Answer(301, ECHO, {"location": "https://elsewhere.example/"}), Misconfigured),
            Refusal(Answer(404, "<html>"), Misconfigured),
        ]

    def too_many_requests(self, seconds: int) -> Answer:
        return testing.refused(429, "RATE_LIMITED", ECHO, headers={"retry-after": str(seconds)})

    def bad_credentials(self) -> Answer:
        return testing.refused(401, "UNAUTHORIZED", f"The token {self.secrets[0]} is not known")

    def healthy(self) -> Sequence[Answer]:
        return [testing.locations()]

    def granted(self, grant: Grant) -> Answer:
        return testing.tokens(grant.access_token, grant.refresh_token, grant.expires_at, GRANT.account)
