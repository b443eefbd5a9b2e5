"""What a subscriber is sent: the body, and the headers that prove whose it is. Pure.

Signed as Standard Webhooks has it: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from core.config.subscribers import Subscriber
from core.engine.announcements import REACHES
from core.store.announcements import Announced
from deskbell import Announcement


def announcement(announced: Announced, *, reaching: bool = False) -> Announcement:
    """An announcement as those outside see it; `reaching`, with what the patient can be reached by."""
    data = dict(announced.data)
    if not reaching and data.get("field") in REACHES:
        data.pop("value", None)
    return Announcement(
        id=str(announced.key),
        clinic=announced.clinic,
        type=announced.type,
        conversation=announced.conversation,
        contact=announced.contact,
        at=announced.at,
        data=data,
    )


def body(announced: Announced, subscriber: Subscriber) -> bytes:
    """The JSON that is posted: the same bytes at every attempt, unless the subscriber's settings change."""
    told = announcement(announced, reaching=subscriber.phone)
    fields: dict[str, Any] = {
        "type": told.type,
        "timestamp": told.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "clinic": told.clinic,
        "conversation": told.conversation,
        "contact": told.contact,
    }
    if subscriber.phone and announced.phone:
        fields["phone"] = announced.phone
    return json.dumps(fields | {"data": told.data}, ensure_ascii=False, separators=(",", ":")).encode()


def headers(message_id: str, content: bytes, secrets: Sequence[SecretStr], wall: datetime) -> dict[str, str]:
    """What goes with the body. `wall` is machine time: receivers refuse what their own clock calls old."""
    timestamp = int(wall.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "deskbell",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(message_id, timestamp, content, secret) for secret in secrets),
    }


def signature(message_id: str, timestamp: int, content: bytes, secret: SecretStr) -> str:
    """``v1,<base64>``; `timestamp` is in seconds since 1970, `secret` in the form ``whsec_<base64>``."""
    key = base64.b64decode(secret.get_secret_value().removeprefix("whsec_"))
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, content)
    return f"v1,{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}"
