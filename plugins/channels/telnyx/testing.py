"""Telnyx as tests play it: a signer, the webhooks it sends, the answers it gives. Data are invented."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deskbell import RawRequest
from deskbell.testing import Answer


class Signer:
    """Holds a key pair and signs webhooks as Telnyx does."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()

    @property
    def public_key(self) -> str:
        """As the portal shows it: base64 of 32 bytes."""
        return base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    def sign(self, url: str, body: bytes, at: datetime) -> RawRequest:
        timestamp = str(int(at.timestamp()))
        signature = self._private.sign(timestamp.encode() + b"|" + body)
        headers = {
            "content-type": "application/json",
            "telnyx-timestamp": timestamp,
            "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
        }
        return RawRequest("POST", url, headers, body)


def event(kind: str, payload: dict[str, Any], *, at: datetime, event_id: str = "0f3e-event") -> bytes:
    """The envelope around every event."""
    envelope = {
        "data": {
            "event_type": kind,
            "id": event_id,
            "occurred_at": at.isoformat().replace("+00:00", "Z"),
            "payload": payload,
            "record_type": "event",
        },
        "meta": {"attempt": 1, "delivered_to": "https://desk.example/webhooks/telnyx/harbor-main"},
    }
    return json.dumps(envelope).encode()


def received(
    *,
    message_id: str,
    sender: str,
    to: Sequence[str],
    text: str | None,
    at: datetime,
    media: Sequence[str] = (),
    event_id: str = "0f3e-event",
    **more: Any,
) -> bytes:
    """``message.received``; `more` goes into the payload, e.g. ``autoresponse_type="STOP"``."""
    payload = {
        "id": message_id,
        "direction": "inbound",
        "type": "MMS" if media else "SMS",
        "from": {"phone_number": sender, "carrier": "Peacock Mobile", "line_type": "Wireless"},
        "to": [{"phone_number": number, "status": "webhook_delivered"} for number in to],
        "cc": [],
        "text": text,
        "media": [{"url": url, "content_type": "image/jpeg", "sha256": None, "size": 48213} for url in media],
        "parts": 1,
        "encoding": "GSM-7",
        "messaging_profile_id": "4001-profile",
        "organization_id": "9d22-organization",
        "received_at": at.isoformat().replace("+00:00", "Z"),
        "errors": [],
        "cost": None,
        "tags": [],
        "valid_until": None,
        "record_type": "message",
    }
    return event("message.received", {**payload, **more}, at=at, event_id=event_id)


def receipt(
    *, message_id: str, sender: str, to: str, state: str, at: datetime, codes: Sequence[str] = (), **more: Any
) -> bytes:
    """``message.sent`` for the states on the way, ``message.finalized`` for those at the end."""
    payload = {
        "id": message_id,
        "direction": "outbound",
        "from": {"phone_number": sender},
        "to": [{"phone_number": to, "status": state}],
        "errors": [{"code": code, "title": "Refused", "detail": f"The message to {to} was refused"} for code in codes],
        "completed_at": at.isoformat(),
        "record_type": "message",
    }
    kind = "message.sent" if state in ("queued", "sending", "sent") else "message.finalized"
    return event(kind, {**payload, **more}, at=at)


def call(*, session: str, caller: str, to: str, at: datetime, cause: str, event_id: str = "0f3e-event") -> list[bytes]:
    """Every event of a call that ended with `cause`; ``normal_clearing`` is a call that was answered."""
    leg = {
        "call_control_id": f"v3:{session}",
        "call_leg_id": f"leg-{session}",
        "call_session_id": session,
        "client_state": None,
        "connection_id": "7267xxxxxxxxxxxxxx",
        "from": caller,
        "start_time": at.isoformat().replace("+00:00", "Z"),
        "to": to,
    }
    ended = {"hangup_cause": cause, "hangup_source": "caller", "sip_hangup_cause": "unspecified"}
    happened: list[tuple[str, dict[str, Any]]] = [
        ("call.initiated", {"direction": "incoming", "state": "parked", **leg}),
        *([("call.answered", leg), ("call.bridged", leg)] if cause == "normal_clearing" else []),
        ("call.hangup", {**leg, **ended}),
    ]
    return [event(kind, payload, at=at, event_id=f"{event_id}-{kind}") for kind, payload in happened]


def accepted(message_id: str, parts: int = 1) -> Answer:
    """The answer to a send that Telnyx took."""
    return Answer(200, {"data": {"id": message_id, "to": [{"status": "queued"}], "parts": parts, "errors": []}})


def refused(status: int, code: str, detail: str = "") -> Answer:
    """The answer to a call that Telnyx refused."""
    return Answer(status, {"errors": [{"code": code, "title": "Refused", "detail": detail}]})
