"""Square as tests play it: a signer, the webhooks it sends, the answers it gives. Data are invented.

The payloads are cut from the examples of Square's API reference (version 2026-09-16): what a receptionist may read, and
beside it enough of what it must not.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from deskbell import Money, RawRequest
from deskbell.testing import Answer

MERCHANT = "ML8QC8XYZ1234"
LOCATION = "L88917AVBK2S5"
CARD = {"card_brand": "VISA", "last_4": "1111", "exp_month": 12, "exp_year": 2030, "bin": "411111"}


def sign(url: str, body: bytes, key: str) -> RawRequest:
    """A webhook as Square signs it: HMAC-SHA256 over the subscription's address and the body."""
    signature = base64.b64encode(hmac.new(key.encode(), url.encode() + body, hashlib.sha256).digest()).decode()
    headers = {
        "content-type": "application/json",
        "square-environment": "Sandbox",
        "x-square-hmacsha256-signature": signature,
    }
    return RawRequest("POST", url, headers, body)


def event(
    kind: str,
    name: str,
    thing: Mapping[str, Any],
    *,
    at: datetime,
    event_id: str = "6a8f5f28-54a1-4eb0-a98a-3111513fd4fc",
    merchant: str = MERCHANT,
) -> bytes:
    """The envelope around every event; `name` is what the thing is called in it."""
    envelope = {
        "merchant_id": merchant,
        "location_id": LOCATION,
        "type": kind,
        "event_id": event_id,
        "created_at": moment(at),
        "data": {"type": name, "id": thing.get("id", "KkAkhdMsgzn59SM8A89WgKwekxLZY"), "object": {name: thing}},
    }
    return json.dumps(envelope).encode()


def payment(payment_id: str, status: str, amount: Money, *, order_id: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A payment, in an answer and in ``payment.created`` and ``payment.updated``."""
    return {
        "id": payment_id,
        "created_at": moment(at),
        "updated_at": moment(at),
        "amount_money": money(amount),
        "total_money": money(amount),
        "status": status,
        "delay_duration": "PT168H",
        "source_type": "CARD",
        "card_details": {"status": "CAPTURED", "card": CARD, "entry_method": "KEYED", "cvv_status": "CVV_ACCEPTED"},
        "location_id": LOCATION,
        "order_id": order_id,
        "risk_evaluation": {"created_at": moment(at), "risk_level": "NORMAL"},
        "buyer_email_address": "dana.cole@example.com",
        "receipt_number": payment_id[:4],
        "receipt_url": f"https://squareup.example/receipt/preview/{payment_id}",
        "version_token": "56pRkL3slrzet2iQrTp9n0bdJVYTB9YEWdTNjQfZOPV6o",
        **more,
    }


def refund(
    refund_id: str, payment_id: str, status: str, amount: Money, *, order_id: str, at: datetime
) -> dict[str, Any]:
    """A refund, in an answer and in ``refund.created`` and ``refund.updated``."""
    return {
        "id": refund_id,
        "status": status,
        "unlinked": False,
        "destination_type": "CARD",
        "amount_money": money(amount),
        "payment_id": payment_id,
        "order_id": order_id,
        "location_id": LOCATION,
        "created_at": moment(at),
        "updated_at": moment(at),
        "version": 9,
    }


def dispute(payment_id: str, state: str, amount: Money, *, at: datetime) -> dict[str, Any]:
    """A dispute, in ``dispute.created`` and ``dispute.state.updated``."""
    return {
        "id": "ORSEVtZAJxb37RA1EiGw",
        "amount_money": money(amount),
        "reason": "AMOUNT_DIFFERS",
        "state": state,
        "due_at": moment(at),
        "disputed_payment": {"payment_id": payment_id},
        "card_brand": "VISA",
        "created_at": moment(at),
        "updated_at": moment(at),
        "location_id": LOCATION,
        "version": 1,
    }


def revoked(*, at: datetime, event_id: str = "f2f2b3a0-revoked", merchant: str = MERCHANT) -> bytes:
    """The owner of the account ends our access."""
    revocation = {"revoked_at": moment(at), "revoker_type": "MERCHANT"}
    return event("oauth.authorization.revoked", "revocation", revocation, at=at, event_id=event_id, merchant=merchant)


def created(link_id: str, url: str, order_id: str) -> Answer:
    """The answer to a link that was made."""
    link = {"id": link_id, "version": 1, "order_id": order_id, "url": url, "long_url": url}
    order = {"id": order_id, "location_id": LOCATION, "state": "DRAFT", "version": 1}
    return Answer(200, {"payment_link": link, "related_resources": {"orders": [order]}})


def order(order_id: str, payments: Sequence[str]) -> Answer:
    """An order with the payments that were made for it."""
    tenders = [
        {"id": one, "location_id": LOCATION, "transaction_id": order_id, "type": "CARD", "payment_id": one}
        for one in payments
    ]
    found = {"id": order_id, "location_id": LOCATION, "state": "OPEN", "version": 3}
    return Answer(200, {"order": {**found, "tenders": tenders} if tenders else found})


def location(location_id: str = LOCATION, name: str = "Harbor", status: str = "ACTIVE") -> dict[str, Any]:
    return {"id": location_id, "name": name, "status": status, "currency": "USD", "merchant_id": MERCHANT}


def locations(*found: Mapping[str, Any]) -> Answer:
    """The account's locations; without any given, one that is in order."""
    return Answer(200, {"locations": list(found) or [location()]})


def tokens(access: str, refresh: str, expires_at: datetime, account: str = MERCHANT) -> Answer:
    """The answer to a code or a refresh token that is good."""
    granted = {
        "access_token": access,
        "token_type": "bearer",
        "expires_at": moment(expires_at),
        "merchant_id": account,
        "refresh_token": refresh,
        "short_lived": False,
    }
    return Answer(200, granted)


def refused(
    status: int, code: str, detail: str = "", *, field: str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """The answer to a call that Square refused."""
    error = {"category": "INVALID_REQUEST_ERROR", "code": code, "detail": detail}
    return Answer(status, {"errors": [{**error, "field": field} if field else error]}, headers or {})


def money(amount: Money) -> dict[str, Any]:
    return {"amount": amount.cents, "currency": amount.currency}


def moment(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
