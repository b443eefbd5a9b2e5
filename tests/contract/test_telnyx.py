"""Telnyx through the same door as everybody's channels: its SDK against a loopback server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
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
from plugins.channels.telnyx import TelnyxChannel, testing

SIGNER = testing.Signer()
STRANGER = testing.Signer()
ECHO = f"The message {WORDS!r} to {PATIENT} was refused"


class TestTelnyx(ChannelContract):
    channel = TelnyxChannel
    number = "+12125550142"
    secrets = ("KEY0123456789_verysecret",)
    sdk = "telnyx"
    signature_header = "telnyx-signature-ed25519"
    tolerance = timedelta(seconds=300)
    receipts = {
        "queued": DeliveryStatus.QUEUED,
        "sending": DeliveryStatus.QUEUED,
        "sent": DeliveryStatus.SENT,
        "delivery_unconfirmed": DeliveryStatus.UNCONFIRMED,
        "expired": DeliveryStatus.FAILED,
        "sending_failed": DeliveryStatus.FAILED,
        "delivery_failed": DeliveryStatus.FAILED,
        "delivered": DeliveryStatus.DELIVERED,
    }
    carrier_words = {
        "STOP": Keyword.STOP,
        "STOPALL": Keyword.STOP,
        "STOP ALL": Keyword.STOP,
        "UNSUBSCRIBE": Keyword.STOP,
        "CANCEL": Keyword.STOP,
        "END": Keyword.STOP,
        "QUIT": Keyword.STOP,
        "START": Keyword.START,
        "UNSTOP": Keyword.START,
    }

    missed_calls = ("originator_cancel", "timeout", "no_answer", "user_busy", "call_rejected", "not_found")
    answered_calls = ("normal_clearing", "time_limit")

    def settings(self, base_url: str) -> dict[str, Any]:
        return {
            "number": self.number,
            "api_key": self.secrets[0],
            "public_key": SIGNER.public_key,
            "forward_to": "+13105550161",
            "base_url": f"{base_url}/v2",
        }

    def sign(self, url: str, body: bytes, at: datetime, *, forged: bool = False) -> RawRequest:
        return (STRANGER if forged else SIGNER).sign(url, body, at)

    def text(self, sample: Sample) -> bytes:
        return testing.received(
            message_id=sample.message_id,
            event_id=sample.event_id,
            sender=sample.sender,
            to=[sample.recipient],
            text=sample.text or None,
            media=sample.media,
            at=sample.at,
        )

    def receipt(self, message_id: str, state: str, at: datetime) -> bytes:
        return testing.receipt(message_id=message_id, sender=self.number, to=PATIENT, state=state, at=at)

    def call(self, sample: CallSample, ended: str) -> Sequence[bytes]:
        return testing.call(
            session=sample.call_id,
            caller=sample.caller,
            to=sample.called,
            at=sample.at,
            cause=ended,
            event_id=sample.event_id,
        )

    def unknown_event(self) -> bytes:
        return testing.event("fax.received", {"fax_id": "1"}, at=self.now)

    def accepted(self, message_id: str) -> Answer:
        return testing.accepted(message_id)

    def refusals(self) -> Sequence[Refusal]:
        def refused(status: int, code: str) -> Answer:
            return testing.refused(status, code, ECHO)

        return [
            # The status of an opt-out is not documented: the code decides.
            *(Refusal(refused(status, "40300"), OptedOut, "40300") for status in (400, 403, 409, 422, 500)),
            Refusal(refused(400, "40310"), Undeliverable, "40310"),
            Refusal(refused(400, "40001"), Undeliverable, "40001"),
            Refusal(refused(422, "10016"), Undeliverable, "10016"),
            Refusal(refused(422, "40322"), Undeliverable, "40322"),
            Refusal(refused(400, "99999"), Undeliverable, "99999"),
            Refusal(refused(401, "10009"), Misconfigured, "10009"),
            Refusal(refused(403, "10010"), Misconfigured, "10010"),
            Refusal(refused(400, "40305"), Misconfigured, "40305"),
            Refusal(refused(400, "40010"), Misconfigured, "40010"),
            Refusal(refused(400, "40333"), Misconfigured, "40333"),
            Refusal(refused(400, "40006"), RetryLater, "40006"),
            Refusal(refused(400, "40008"), RetryLater, "40008"),
            Refusal(refused(400, "40318"), RetryLater, "40318"),
            Refusal(refused(429, "10011"), RetryLater, "10011"),
            Refusal(refused(500, "10007"), RetryLater, "10007"),
            Refusal(refused(504, "10008"), RetryLater, "10008"),
            Refusal(Answer(503, ECHO), RetryLater),
            # An earlier attempt with this idempotency key is under way, or went out with other words.
            Refusal(refused(409, "10036"), OutcomeUnknown, "10036"),
            Refusal(refused(422, "10027"), OutcomeUnknown, "10027"),
        ]

    def too_many_requests(self, seconds: int) -> Answer:
        return Answer(429, {"errors": [{"code": "10011", "detail": ECHO}]}, {"retry-after": str(seconds)})

    def bad_credentials(self) -> Answer:
        return testing.refused(401, "10009", f"The key {self.secrets[0]} is not known")

    def healthy(self) -> Answer:
        return Answer(200, {"data": {"balance": "42.00", "currency": "USD", "record_type": "balance"}})

    def callback_of(self, call: Call) -> str | None:
        return call.json["webhook_url"]

    def listing(self, taken: Sequence[tuple[str, OutboundText]], at: datetime) -> Answer | None:
        return None
