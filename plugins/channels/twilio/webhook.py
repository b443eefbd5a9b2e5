"""Twilio's webhooks, from raw bytes to events. Pure: no I/O and no SDK.

The signature is checked by Twilio's published rule ("Webhooks security"): HMAC-SHA1 with the primary auth token
over the public address followed by every parameter, sorted. Payloads and keywords as in Twilio's guides to
incoming messages, status callbacks and opt-out words.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qsl, urlsplit

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
from plugins.channels.twilio.config import TwilioConfig
from plugins.channels.twilio.errors import OPTED_OUT
from plugins.channels.wire import LONGEST_SENDER, text_id_in

SIGNATURE_HEADER = "x-twilio-signature"
_MOST_FIELDS = 200
_MOST_MEDIA = 10

#: Every value of every parameter, in the order they came.
Form = Mapping[str, Sequence[str]]

#: Words that Twilio acts on and answers when they are the whole message.
ANSWERED_BY_TWILIO = {
    **dict.fromkeys(
        ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
        Keyword.STOP,
    ),
    **dict.fromkeys(("START", "YES", "UNSTOP"), Keyword.START),
    **dict.fromkeys(("HELP", "INFO"), Keyword.HELP),
}

STATUSES = {
    "accepted": DeliveryStatus.QUEUED,
    "scheduled": DeliveryStatus.QUEUED,
    "queued": DeliveryStatus.QUEUED,
    "sending": DeliveryStatus.QUEUED,
    "sent": DeliveryStatus.SENT,
    "partially_delivered": DeliveryStatus.UNCONFIRMED,
    "canceled": DeliveryStatus.FAILED,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.DELIVERED,
}


def form(body: bytes) -> Form:
    """The parameters of a webhook's body. Blank values stay: the signature covers them."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        pairs = None
    if pairs is None:  # raised out here: the decoder's error holds the whole body
        raise Malformed("A Twilio webhook is a form in UTF-8; this one is not.")
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields


def verify(request: RawRequest, fields: Form, auth_token: str) -> None:
    """Raises `SignatureInvalid` unless Twilio signed these parameters for this public address."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    given = headers.get(SIGNATURE_HEADER) or ""
    if not given:
        raise SignatureInvalid("Twilio's signature header is missing.")
    try:
        expected = [signature(url, fields, auth_token) for url in _as_twilio_may_write(request.url)]
    except ValueError:
        raise SignatureInvalid("Twilio's signature cannot be checked against this address.") from None
    if not any(hmac.compare_digest(one.encode(), given.encode("utf-8", "replace")) for one in expected):
        raise SignatureInvalid("Twilio's signature does not fit the address, the parameters and the auth token.")


def signature(url: str, fields: Form, auth_token: str) -> str:
    """What Twilio puts into its signature header."""
    signed = url + "".join(name + value for name in sorted(fields) for value in sorted(set(fields[name])))
    return base64.b64encode(hmac.digest(auth_token.encode(), signed.encode(), hashlib.sha1)).decode()


def _as_twilio_may_write(url: str) -> tuple[str, ...]:
    """The address as given, without its port, and with it: Twilio is not consistent here (its SDK tries both)."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = host[: -len(f":{parts.port}")] if parts.port else host
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return url, parts._replace(netloc=bare).geturl(), parts._replace(netloc=f"{bare}:{port}").geturl()


def belongs(fields: Form, config: TwilioConfig) -> None:
    """Raises `NotForMe` unless a webhook is about our account."""
    if one(fields, "AccountSid") != config.account_sid:
        raise NotForMe("The webhook names an account that this binding does not own.")


def events(fields: Form, url: str, *, config: TwilioConfig, now: datetime) -> list[ChannelEvent]:
    """What a verified webhook says of a text; what is about something else is heard and no more."""
    if "MessageSid" not in fields and "SmsSid" not in fields:
        return []
    status = (one(fields, "MessageStatus") or one(fields, "SmsStatus")).lower()
    if status in ("received", "receiving") or (not status and "From" in fields and "To" in fields):
        return [_inbound(fields, config, now)]
    return _receipt(fields, url, status, config, now)


def _inbound(fields: Form, config: TwilioConfig, now: datetime) -> InboundText:
    if one(fields, "To") != config.number:
        raise NotForMe("The text was sent to a number that this binding does not own.")
    sender = one(fields, "From")
    if not 0 < len(sender) <= LONGEST_SENDER:
        raise Malformed("A received message names no sender, or none that there can be.")
    text = one(fields, "Body")
    return InboundText(
        id=_id(fields),
        sender=sender,
        recipient=config.number,
        text=text,
        at=now,
        media=_media(fields),
        carrier_handled=_keyword(one(fields, "OptOutType"), text, config.carrier_keywords),
    )


def _keyword(marker: str, text: str, carrier_keywords: bool) -> Keyword | None:
    """Twilio's own marker first; the documented words only where it set none."""
    if marker.lower() in set(Keyword):
        return Keyword(marker.lower())
    return ANSWERED_BY_TWILIO.get(text.strip().upper()) if carrier_keywords else None


def _receipt(fields: Form, url: str, status: str, config: TwilioConfig, now: datetime) -> list[ChannelEvent]:
    by_service = config.messaging_service_sid and one(fields, "MessagingServiceSid") == config.messaging_service_sid
    if not by_service and one(fields, "From") not in ("", config.number):
        raise NotForMe("The receipt is about a number that this binding does not own.")
    if status not in STATUSES:
        return []
    code = one(fields, "ErrorCode")
    return [
        DeliveryUpdate(
            message_id=_id(fields),
            status=STATUSES[status],
            at=now,
            text_id=text_id_in(url),
            code=code if code not in ("", "0") else None,
            opted_out=code in OPTED_OUT,
        )
    ]


def one(fields: Form, name: str) -> str:
    """The first value of a parameter, fit for storing; empty where it is missing."""
    return storable(next(iter(fields.get(name, ())), ""))


def _id(fields: Form) -> str:
    value = one(fields, "MessageSid") or one(fields, "SmsSid")
    if not value or not value.isprintable() or len(value) > 255:
        raise Malformed("A message is named by its MessageSid; this one is not.")
    return value


def _media(fields: Form) -> tuple[Media, ...]:
    urls = ((one(fields, f"MediaUrl{at}"), one(fields, f"MediaContentType{at}")) for at in range(_MOST_MEDIA))
    return tuple(Media(url=url, content_type=kind or "application/octet-stream") for url, kind in urls if url)
