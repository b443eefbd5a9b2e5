"""Telnyx's webhooks, from raw bytes to events. Pure: no I/O and no SDK.

The SDK's own verification is not used: it loads the whole package (3 s), refuses bytes, and changes its nature
when another of its modules is imported. Scheme, payloads and keywords as in Telnyx's guides "Receiving webhooks"
and "Advanced opt-in and opt-out".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from deskbell import (
    ChannelEvent,
    DeliveryStatus,
    DeliveryUpdate,
    InboundText,
    Keyword,
    Malformed,
    Media,
    NotForMe,
    RawRequest,
    SignatureInvalid,
    storable,
)
from plugins.channels.telnyx import voice
from plugins.channels.telnyx.config import TelnyxConfig
from plugins.channels.telnyx.errors import OPTED_OUT
from plugins.channels.wire import LONGEST_SENDER, cost, text_id_in

SIGNATURE_HEADER = "telnyx-signature-ed25519"
TIMESTAMP_HEADER = "telnyx-timestamp"
#: How far a webhook's timestamp may be from our clock, either way.
TOLERANCE = timedelta(seconds=300)

#: Telnyx cuts a text into no more.
MOST_PARTS = 10

#: Words that Telnyx acts on and answers when they are the whole message. HELP is not among them.
ANSWERED_BY_TELNYX = {
    **dict.fromkeys(("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"), Keyword.STOP),
    **dict.fromkeys(("START", "UNSTOP"), Keyword.START),
}

STATUSES = {
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.QUEUED,
    "sent": DeliveryStatus.SENT,
    "delivery_unconfirmed": DeliveryStatus.UNCONFIRMED,
    "expired": DeliveryStatus.FAILED,
    "sending_failed": DeliveryStatus.FAILED,
    "delivery_failed": DeliveryStatus.FAILED,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.DELIVERED,
}


def verify(request: RawRequest, key: Ed25519PublicKey, now: datetime) -> None:
    """Raises `SignatureInvalid` unless Telnyx signed these very bytes within the tolerance around `now`."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    timestamp, signature = headers.get(TIMESTAMP_HEADER, ""), headers.get(SIGNATURE_HEADER, "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13 and signature):
        raise SignatureInvalid("Telnyx's signature or timestamp header is missing.")
    if abs(int(now.timestamp()) - int(timestamp)) > TOLERANCE.total_seconds():
        raise SignatureInvalid("Telnyx's timestamp is more than 300 seconds from our clock.")
    try:
        key.verify(base64.b64decode(signature, validate=True), f"{timestamp}|".encode() + request.body)
    except (InvalidSignature, ValueError):
        raise SignatureInvalid("Telnyx's signature does not fit the body and the public key.") from None


def events(request: RawRequest, config: TelnyxConfig, now: datetime) -> list[ChannelEvent]:
    """What a verified webhook says. What is about neither texts nor calls is heard and no more."""
    data = told(request.body)
    if data is None:
        return []
    number, payload = config.number, data.get("payload")
    match data["event_type"]:
        case "message.received":
            return [_inbound(_message(payload), data, number, config.carrier_keywords, now)]
        case "message.sent" | "message.finalized":
            return _receipt(_message(payload), data, number, text_id_in(request.url), now)
        case voice.ENDED:
            return voice.events(payload, config, at=_moment(data.get("occurred_at")) or now)
    return []


def told(body: bytes) -> dict[str, Any] | None:
    """The event in a webhook's envelope, with its ``event_type``; None for news that are none."""
    envelope = _json(body)
    data = envelope.get("data")
    if data is None and isinstance(envelope.get("type"), str):
        return None  # news of a 10DLC campaign comes flat, without an envelope
    if not isinstance(data, dict) or not isinstance(data.get("event_type"), str):
        raise Malformed("A Telnyx webhook holds data.event_type; this one does not.")
    return data


def _inbound(
    payload: dict[str, Any], data: dict[str, Any], number: str, carrier_keywords: bool, now: datetime
) -> InboundText:
    if number not in _numbers(payload.get("to")) and number not in _numbers(payload.get("cc")):
        raise NotForMe("The text was sent to a number that this binding does not own.")
    sender = next(_numbers([payload.get("from")]), "")
    if not 0 < len(sender) <= LONGEST_SENDER:
        raise Malformed("A received message names no sender, or none that there can be.")
    text = payload.get("text")
    text = storable(text) if isinstance(text, str) else ""
    return InboundText(
        id=_id(payload),
        sender=sender,
        recipient=number,
        text=text,
        at=_moment(payload.get("received_at")) or _moment(data.get("occurred_at")) or now,
        media=tuple(_media(payload.get("media"))),
        carrier_handled=_keyword(payload.get("autoresponse_type"), text, carrier_keywords),
    )


def _keyword(marker: object, text: str, carrier_keywords: bool) -> Keyword | None:
    """Telnyx's own marker first; the documented words only where it set none."""
    if isinstance(marker, str) and marker.lower() in set(Keyword):
        return Keyword(marker.lower())
    return ANSWERED_BY_TELNYX.get(text.strip().upper()) if carrier_keywords else None


def _receipt(
    payload: dict[str, Any], data: dict[str, Any], number: str, text_id: str | None, now: datetime
) -> list[ChannelEvent]:
    if number not in _numbers([payload.get("from")]):
        raise NotForMe("The receipt is about a number that this binding does not own.")
    status = next((STATUSES[state] for state in _fields(payload.get("to"), "status") if state in STATUSES), None)
    if status is None:
        return []
    code = next(_fields(payload.get("errors"), "code"), None)
    parts, price = payload.get("parts"), payload.get("cost")
    return [
        DeliveryUpdate(
            message_id=_id(payload),
            status=status,
            at=_moment(data.get("occurred_at")) or now,
            text_id=text_id,
            code=code,
            opted_out=code in OPTED_OUT,
            segments=parts if type(parts) is int and 0 < parts <= MOST_PARTS else None,
            cost=cost(price.get("amount"), price.get("currency")) if isinstance(price, dict) else None,
        )
    ]


def _json(body: bytes) -> dict[str, Any]:
    try:
        envelope = json.loads(body.decode("utf-8"))
    except (ValueError, RecursionError):
        envelope = None
    if not isinstance(envelope, dict):
        raise Malformed("A Telnyx webhook is a JSON object in UTF-8; this one is not.")
    return envelope


def _message(payload: object) -> dict[str, Any]:
    if not isinstance(payload, dict):
        raise Malformed("A message event holds a payload; this one does not.")
    return payload


def _id(payload: Mapping[str, Any]) -> str:
    value = payload.get("id")
    if not isinstance(value, str) or not value or not value.isprintable() or len(value) > 255:
        raise Malformed("A message event names its message by id; this one does not.")
    return value


def _fields(items: object, name: str) -> Iterator[str]:
    """The string under `name` of each object in a list; anything else is passed over."""
    for item in items if isinstance(items, list) else ():
        value = item.get(name) if isinstance(item, dict) else None
        if isinstance(value, str):
            yield storable(value)


def _numbers(items: object) -> Iterator[str]:
    return _fields(items, "phone_number")


def _media(items: object) -> Iterator[Media]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and isinstance(item.get("url"), str):
            kind, size = item.get("content_type"), item.get("size")
            yield Media(
                url=storable(item["url"]),
                content_type=storable(kind) if isinstance(kind, str) and kind else "application/octet-stream",
                size=size if type(size) is int and size >= 0 else None,
            )


def _moment(value: object) -> datetime | None:
    """An ISO 8601 moment as aware UTC; None for anything else, so that an odd date never costs a text."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        return moment and (moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC))
    except (ValueError, OverflowError):
        return None
