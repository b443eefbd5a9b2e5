"""Twilio through the same door as everybody's channels: its SDK against a loopback server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from deskbell import (
    DeliveryStatus,
    Keyword,
    Misconfigured,
    OptedOut,
    OutboundText,
    OutcomeUnknown,
    RawRequest,
    RetryLater,
    Undeliverable,
)
from deskbell.testing import PATIENT, WORDS, Answer, Call, CallSample, ChannelContract, Refusal, Sample
from plugins.channels.twilio import TwilioChannel, testing

AUTH_TOKEN = "5ecret0123456789abcdef0123456789"
ECHO = f"The message {WORDS!r} to {PATIENT} was refused"


class TestTwilio(ChannelContract):
    channel = TwilioChannel
    number = "+13105550142"
    secrets = (AUTH_TOKEN,)
    sdk = "twilio"
    signature_header = "x-twilio-signature"
    signs_address = True
    receipts = {
        "accepted": DeliveryStatus.QUEUED,
        "scheduled": DeliveryStatus.QUEUED,
        "queued": DeliveryStatus.QUEUED,
        "sending": DeliveryStatus.QUEUED,
        "sent": DeliveryStatus.SENT,
        "partially_delivered": DeliveryStatus.UNCONFIRMED,
        "undelivered": DeliveryStatus.FAILED,
        "failed": DeliveryStatus.FAILED,
        "canceled": DeliveryStatus.FAILED,
        "delivered": DeliveryStatus.DELIVERED,
        "read": DeliveryStatus.DELIVERED,
    }
    carrier_words = {
        **dict.fromkeys(
            ("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"),
            Keyword.STOP,
        ),
        **dict.fromkeys(("START", "YES", "UNSTOP"), Keyword.START),
        **dict.fromkeys(("HELP", "INFO"), Keyword.HELP),
    }

    missed_calls = ("busy", "no-answer", "failed", "canceled")
    answered_calls = ("completed", "answered")

    def settings(self, base_url: str) -> dict[str, Any]:
        return {
            "number": self.number,
            "account_sid": testing.ACCOUNT_SID,
            "auth_token": AUTH_TOKEN,
            "base_url": base_url,
            "forward_to": "+13105550161",
        }

    def sign(self, url: str, body: bytes, at: datetime, *, forged: bool = False) -> RawRequest:
        return testing.sign(url, body, AUTH_TOKEN[::-1] if forged else AUTH_TOKEN)

    def text(self, sample: Sample) -> bytes:
        return testing.received(
            message_sid=sample.message_id,
            sender=sample.sender,
            to=sample.recipient,
            text=sample.text,
            media=sample.media,
            EventId=sample.event_id,
        )

    def receipt(self, message_id: str, state: str, at: datetime) -> bytes:
        return testing.receipt(message_sid=message_id, sender=self.number, to=PATIENT, state=state)

    def call(self, sample: CallSample, ended: str) -> Sequence[bytes]:
        known = {"call_sid": sample.call_id, "caller": sample.caller, "to": sample.called}
        return [
            testing.call(**known, EventId=sample.event_id),
            testing.call(**known, status="in-progress", DialCallStatus=ended, EventId=sample.event_id),
            testing.call(**known, status="completed"),
        ]

    def unknown_event(self) -> bytes:
        return f"AccountSid={testing.ACCOUNT_SID}&FaxSid=FX1&FaxStatus=received&Direction=inbound".encode()

    def accepted(self, message_id: str) -> Answer:
        body = testing.message(message_id, sender=self.number, to=PATIENT, text=WORDS, at=self.now)
        return Answer(201, body)

    def refusals(self) -> Sequence[Refusal]:
        def refused(status: int, code: int) -> Answer:
            return testing.refused(status, code, ECHO)

        return [
            Refusal(refused(400, 21610), OptedOut, "21610"),
            Refusal(refused(400, 21211), Undeliverable, "21211"),
            Refusal(refused(400, 21614), Undeliverable, "21614"),
            Refusal(refused(400, 21635), Undeliverable, "21635"),
            Refusal(refused(400, 21612), Undeliverable, "21612"),
            Refusal(refused(400, 21408), Undeliverable, "21408"),
            Refusal(refused(400, 21617), Undeliverable, "21617"),
            Refusal(refused(400, 29999), Undeliverable, "29999"),
            Refusal(refused(401, 20003), Misconfigured, "20003"),
            Refusal(refused(400, 21606), Misconfigured, "21606"),
            Refusal(refused(400, 21601), Misconfigured, "21601"),
            Refusal(refused(400, 21608), Misconfigured, "21608"),
            Refusal(refused(429, 20429), RetryLater, "20429"),
            Refusal(refused(500, 20500), RetryLater, "20500"),
            Refusal(Answer(503, ECHO), RetryLater),
            Refusal(Answer(502, ECHO), OutcomeUnknown),
            # The newer kind of error body (RFC 9457).
            Refusal(
                Answer(400, {"type": "about:blank", "title": ECHO, "status": 400, "code": 21610, "detail": ECHO}),
                OptedOut,
                "21610",
            ),
        ]

    def too_many_requests(self, seconds: int) -> Answer:
        return testing.refused(429, 20429, ECHO, {"Retry-After": str(seconds)})

    def bad_credentials(self) -> Answer:
        return testing.refused(401, 20003, f"The token {AUTH_TOKEN} is not known")

    def healthy(self) -> Answer:
        return Answer(200, {"sid": testing.ACCOUNT_SID, "status": "active", "type": "Full"})

    def callback_of(self, call: Call) -> str | None:
        return call.form["StatusCallback"]

    def listing(self, taken: Sequence[tuple[str, OutboundText]], at: datetime) -> Answer | None:
        messages = [
            testing.message(message_id, sender=text.sender, to=text.to, text=text.text, at=at)
            for message_id, text in taken
        ]
        return testing.page(messages)
