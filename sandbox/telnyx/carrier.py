"""Telnyx as a carrier: its message resource, its signed webhooks (Ed25519), its own STOP and START.

Shapes follow Telnyx's messaging API v2 and its guides on webhooks and on opt-outs.
"""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar

from deskbell import Keyword, Reachable
from sandbox.carrier import Carrier, Outcome, World
from sandbox.keys import Keys
from sandbox.telnyx.calls import Calls
from sandbox.telnyx.moments import moment
from sandbox.threads import Attachment, Message
from sandbox.webhooks import Post, Webhook

#: Names under which ids are derived, so that a profile keeps its id over restarts.
_PROFILES = uuid.UUID("6d1f6f7e-3a0b-5f0e-9a54-3f2f4b1b7c01")
_ORGANISATION = str(uuid.uuid5(_PROFILES, "organisation"))
_CENTS_A_PART = 0.4


class Telnyx(Carrier):
    """The stand-in's carrier side; `sandbox.telnyx.api` is its HTTP side."""

    name: ClassVar[str] = "telnyx"
    words: ClassVar[dict[str, Keyword]] = {
        **dict.fromkeys(("STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"), Keyword.STOP),
        **dict.fromkeys(("START", "UNSTOP"), Keyword.START),
    }
    answers: ClassVar[dict[Keyword, str]] = {
        Keyword.STOP: (
            "You have successfully been unsubscribed, you will not receive any more messages from this number. "
            "Reply START to re-subscribe."
        ),
        Keyword.START: (
            "You have successfully been re-subscribed to this number. Reply STOP to unsubscribe. "
            "Msg&Data Rates May Apply."
        ),
    }

    def __init__(self, world: World, keys: Keys) -> None:
        super().__init__(world)
        self._keys = keys
        self.calls = Calls(world, self._of_a_call)

    def new_id(self, media: Sequence[Attachment]) -> str:
        return str(uuid.uuid4())

    def profile(self, clinic: Reachable) -> str:
        """Id of the messaging profile that the clinic's number belongs to: one profile a clinic."""
        return str(uuid.uuid5(_PROFILES, clinic.clinic))

    def block_scope(self, clinic: Reachable) -> str:
        return self.profile(clinic)

    # ---- the message resource ----------------------------------------------------------------------------

    def resource(self, message: Message, clinic: Reachable | None) -> dict[str, Any]:
        """A message as the API answers it and as the webhooks carry it."""
        inbound = message.direction == "inbound"
        return {
            "record_type": "message",
            "direction": message.direction,
            "id": message.id,
            "type": "MMS" if message.media else "SMS",
            "organization_id": _ORGANISATION,
            "messaging_profile_id": self.profile(clinic) if clinic else None,
            "from": {"phone_number": message.sender, "carrier": "Stand-in Mobile", "line_type": "Wireless"},
            "to": [
                {
                    "phone_number": message.recipient,
                    "status": "webhook_delivered" if inbound else message.status,
                    "carrier": "Stand-in Mobile",
                    "line_type": "Wireless",
                }
            ],
            "cc": [],
            "subject": None,
            "text": message.text,
            "media": [
                {"url": one.url, "content_type": one.content_type, "sha256": None, "size": one.size}
                for one in message.media
            ],
            "webhook_url": message.callback,
            "webhook_failover_url": None,
            "encoding": message.encoding,
            "parts": message.segments,
            "tags": [],
            "cost": {"amount": f"{_CENTS_A_PART * message.segments / 100:.4f}", "currency": "USD"},
            "tcr_campaign_id": None,
            "tcr_campaign_billable": False,
            "tcr_campaign_registered": None,
            "received_at": moment(message.at),
            "sent_at": moment(message.sent_at),
            "completed_at": moment(message.done_at),
            "valid_until": None if inbound else moment(message.at + timedelta(hours=1)),
            "wait_seconds": None if inbound else 0.0,
            "errors": [],
        }

    # ---- webhooks ----------------------------------------------------------------------------------------

    def inbound_webhook(self, message: Message, clinic: Reachable, handled: Keyword | None) -> Webhook:
        payload = self.resource(message, clinic)
        if handled is not None:
            payload["autoresponse_type"] = handled.value.upper()
        lane = f"telnyx {message.sender} {message.recipient}"
        return self._webhook("message.received", payload, clinic.webhook_url, lane)

    def receipt_webhook(self, message: Message, url: str) -> Webhook:
        payload = self.resource(message, self.world.numbers.get(message.sender))
        name = "message.sent" if message.status == "sent" else "message.finalized"
        return self._webhook(name, payload, url, f"telnyx {message.id}")

    def call(self, caller: str, clinic: Reachable, outcome: Outcome) -> str:
        return self.calls.place(caller, clinic, self.profile(clinic), outcome)

    def _of_a_call(self, name: str, payload: dict[str, Any], url: str) -> None:
        webhook = self._webhook(name, payload, url, f"telnyx {payload['call_session_id']}")
        self.world.courier.dispatch(replace(webhook, event="inbound"))

    def _webhook(self, name: str, payload: dict[str, Any], url: str, lane: str) -> Webhook:
        data = {
            "event_type": name,
            "id": str(uuid.uuid4()),
            "occurred_at": moment(self.world.clock.now()),
            "payload": payload,
            "record_type": "event",
        }
        return Webhook(
            provider=self.name,
            event="inbound" if name == "message.received" else "receipt",
            name=name,
            url=url,
            lane=lane,
            sign=lambda attempt: self._sign({"data": data, "meta": {"attempt": attempt, "delivered_to": url}}),
            deadline=self.world.pace.telnyx_deadline,
            retries_after=self.world.pace.retries_after,
            retries_on_refusal=True,
        )

    def _sign(self, envelope: dict[str, Any]) -> Post:
        body = json.dumps(envelope).encode()
        timestamp = str(int(self.world.clock.now().timestamp()))
        signature = self._keys.telnyx_signing.sign(f"{timestamp}|".encode() + body)
        headers = {
            "content-type": "application/json",
            "user-agent": "telnyx-webhooks",
            "telnyx-signature-ed25519": base64.b64encode(signature).decode(),
            "telnyx-timestamp": timestamp,
        }
        return Post(headers, body)
