"""The whole of what an author writes: how to make one, sign for one, answer one. The tests are inherited."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from deskbell_echo.channel import EchoChannel, sign

from deskbell import (
    DeliveryStatus,
    Misconfigured,
    OptedOut,
    OutboundText,
    RawRequest,
    RetryLater,
    Undeliverable,
)
from deskbell.testing import PATIENT, WORDS, Answer, Call, ChannelContract, Refusal, Sample


class TestEchoChannel(ChannelContract):
    channel = EchoChannel
    number = "+12125550142"
    secrets = ("correct-horse-battery",)
    sdk = "httpx"
    signature_header = "x-echo-signature"
    tolerance = timedelta(minutes=5)
    receipts: ClassVar = {
        "queued": DeliveryStatus.QUEUED,
        "failed": DeliveryStatus.FAILED,
        "delivered": DeliveryStatus.DELIVERED,
    }

    def settings(self, base_url: str) -> dict[str, Any]:
        return {"number": self.number, "secret": self.secrets[0], "base_url": base_url}

    def sign(self, url: str, body: bytes, at: datetime, *, forged: bool = False) -> RawRequest:
        timestamp = str(int(at.timestamp()))
        signature = sign("wrong-horse" if forged else self.secrets[0], timestamp, body)
        return RawRequest("POST", url, {"x-echo-timestamp": timestamp, "x-echo-signature": signature}, body)

    def text(self, sample: Sample) -> bytes:
        event = {"type": "text", "id": sample.message_id, "from": sample.sender, "to": sample.recipient}
        more = {"event": sample.event_id, "text": sample.text, "media": sample.media}
        return json.dumps({**event, **more}).encode()

    def receipt(self, message_id: str, state: str, at: datetime) -> bytes:
        return json.dumps({"type": "receipt", "id": message_id, "state": state}).encode()

    def unknown_event(self) -> bytes:
        return b'{"type": "weather"}'

    def accepted(self, message_id: str) -> Answer:
        return Answer(200, {"id": message_id})

    def refusals(self) -> Sequence[Refusal]:
        echo = f"{WORDS} to {PATIENT}"
        return [
            Refusal(Answer(400, {"code": "opted_out", "message": echo}), OptedOut, "opted_out"),
            Refusal(Answer(400, {"code": "landline", "message": echo}), Undeliverable, "landline"),
            Refusal(Answer(403, {"code": "suspended", "message": echo}), Misconfigured, "suspended"),
            Refusal(Answer(503, {"code": "busy", "message": echo}), RetryLater, "busy"),
        ]

    def too_many_requests(self, seconds: int) -> Answer:
        return Answer(429, {}, {"retry-after": str(seconds)})

    def bad_credentials(self) -> Answer:
        return Answer(401, {"message": f"unknown secret {self.secrets[0]}"})

    def healthy(self) -> Answer:
        return Answer(200, {"status": "active"})

    def callback_of(self, call: Call) -> str | None:
        return call.json["receipts"]

    def listing(self, taken: Sequence[tuple[str, OutboundText]], at: datetime) -> Answer | None:
        return None
