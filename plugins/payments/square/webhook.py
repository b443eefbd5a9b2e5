"""Square's webhooks, from raw bytes to events. Pure: no I/O and no SDK.

The SDK's own verification is not used: it takes neither bytes nor a missing header, and loading it costs a front of
webhooks more than all the rest. Scheme and payloads as in Square's "Validate and verify webhook notifications" and its
events reference. There is no timestamp in the signature: a repeated delivery is known by its event id alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from deskbell import (
    AccessRevoked,
    Malformed,
    NotForMe,
    PaymentEvent,
    PaymentStatus,
    PaymentUpdate,
    RawRequest,
    SignatureInvalid,
    Unhandled,
)
from plugins.payments.square import reading

SIGNATURE_HEADER = "x-square-hmacsha256-signature"
#: What else concerns the money of deposits, or our access to it: kept for somebody to look at. The rest (orders,
#: inventory, payouts, customers) is noise.
_KEPT = ("payment.", "refund.", "dispute.", "oauth.")
#: A dispute that is over, and not to the clinic's loss.
_SETTLED = frozenset({"WON", "INQUIRY_CLOSED"})


def verify(request: RawRequest, key: str, url: str) -> None:
    """Raises `SignatureInvalid` unless Square signed these very bytes for this address with this key."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get(SIGNATURE_HEADER)
    if not isinstance(given, str) or not given:
        raise SignatureInvalid("Square's signature header is missing.")
    if not key:
        raise SignatureInvalid("Without the signature key no webhook of Square's can be believed.")
    if not hmac.compare_digest(signature(url, request.body, key).encode(), given.encode("utf-8", "replace")):
        raise SignatureInvalid("Square's signature does not fit the address, the body and the signature key.")


def signature(url: str, body: bytes, key: str) -> str:
    """What Square puts into its signature header."""
    signed = url.encode("utf-8", "replace") + body
    return base64.b64encode(hmac.digest(key.encode(), signed, hashlib.sha256)).decode()


def events(body: bytes, *, merchant: str | None, now: datetime) -> list[PaymentEvent]:
    """What a verified webhook says. `merchant` is our account, None while it is not known which that is."""
    news = _json(body)
    kind, event_id = reading.identifier(news, "type"), reading.identifier(news, "event_id")
    if not kind or not event_id:
        raise Malformed("A Square webhook holds type and event_id; this one does not.")
    if merchant is not None and reading.identifier(news, "merchant_id") != merchant:
        raise NotForMe("The webhook is about a Square account that is not this binding's.")
    now = reading.moment(news, "created_at") or now
    match kind.split("."):
        case ["payment", "created" | "updated"]:
            return _payment(_object(news, "payment"), kind, event_id, now)
        case ["refund", "created" | "updated"]:
            return _refund(_object(news, "refund"), kind, event_id, now)
        # "changed" is what "updated" was called once, and subscriptions of that time still say.
        case ["dispute", "created"] | ["dispute", "state", "updated" | "changed"]:
            return _dispute(_object(news, "dispute"), kind, event_id, now)
        case ["oauth", "authorization", "revoked"] if merchant is not None:
            return [AccessRevoked(event_id, reading.moment(_object(news, "revocation"), "revoked_at") or now)]
    return [Unhandled(event_id, kind, now)] if kind.startswith(_KEPT) else []


def _payment(payment: Any, kind: str, event_id: str, now: datetime) -> list[PaymentEvent]:
    if (state := reading.text(payment, "status")) not in reading.PAYMENTS:
        return _unhandled(kind, state, event_id, now)
    return [_told(reading.payment(payment, event_id=event_id, now=now))]


def _refund(refund: Any, kind: str, event_id: str, now: datetime) -> list[PaymentEvent]:
    """A refund on its way is no news yet."""
    if (state := reading.text(refund, "status")) not in reading.REFUNDS:
        return _unhandled(kind, state, event_id, now)
    told = _told(reading.refund(refund, event_id=event_id, now=now))
    return [] if told.status is PaymentStatus.PENDING else [told]


def _dispute(dispute: Any, kind: str, event_id: str, now: datetime) -> list[PaymentEvent]:
    """Also a lost dispute is one, for its beginning may not have reached us."""
    if (state := reading.text(dispute, "state")) in _SETTLED:
        return _unhandled(kind, state, event_id, now)
    return [_told(reading.dispute(dispute, event_id=event_id, now=now))]


def _unhandled(kind: str, state: str, event_id: str, now: datetime) -> list[PaymentEvent]:
    return [Unhandled(event_id, f"{kind} {state[:40]}".strip(), now)]


def _told(update: PaymentUpdate | None) -> PaymentUpdate:
    if update is None:
        raise Malformed("News of a payment names it and its amount of money; this one does not.")
    return update


def _json(body: bytes) -> dict[str, Any]:
    try:
        news = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        news = None
    if not isinstance(news, dict):  # raised out here: the decoder's error holds the whole body
        raise Malformed("A Square webhook is a JSON object in UTF-8; this one is not.")
    return news


def _object(news: dict[str, Any], name: str) -> dict[str, Any]:
    found = reading.at(news, "data", "object", name)
    if not isinstance(found, dict):
        raise Malformed(f"A Square webhook of this type holds data.object.{name}; this one does not.")
    return found
