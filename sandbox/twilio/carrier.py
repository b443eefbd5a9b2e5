"""Twilio as a carrier: its message resource, its signed form posts (HMAC-SHA1), its own STOP, START and HELP.

Shapes follow Twilio's API 2010-04-01 and its guides on webhooks and on the default opt-out handling of long codes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import html
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from deskbell import Keyword, Reachable
from sandbox.carrier import Carrier, Outcome, World
from sandbox.keys import Keys
from sandbox.threads import Attachment, Message
from sandbox.webhooks import Post, Webhook

VERSION = "2010-04-01"
_DOLLARS_A_SEGMENT = 0.0079
#: What a caller who withholds the number has in its place: ANONYMOUS, on the keys of a telephone.
_WITHHELD = "+266696687"
#: What comes of ringing the number in a <Dial>.
_DIALLED: dict[Outcome, str] = {
    "missed": "no-answer",
    "answered": "completed",
    "voicemail": "completed",
    "busy": "busy",
    "rejected": "busy",
    "hung_up": "canceled",
}
_ACTION = re.compile(r'<Dial\b[^>]*\baction="([^"]*)"')


class Twilio(Carrier):
    """The stand-in's carrier side; `sandbox.twilio.api` is its HTTP side."""

    name: ClassVar[str] = "twilio"
    words: ClassVar[dict[str, Keyword]] = {
        **dict.fromkeys(("STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"), Keyword.STOP),
        **dict.fromkeys(("START", "YES", "UNSTOP"), Keyword.START),
        **dict.fromkeys(("HELP", "INFO"), Keyword.HELP),
    }
    answers: ClassVar[dict[Keyword, str]] = {
        Keyword.STOP: "You are unsubscribed and will get no more texts from this number. Reply START to resubscribe.",
        Keyword.START: "You are resubscribed to this number. Reply HELP for help, STOP to unsubscribe.",
        Keyword.HELP: "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    }

    def __init__(self, world: World, keys: Keys) -> None:
        super().__init__(world)
        self._keys = keys

    def new_id(self, media: Sequence[Attachment]) -> str:
        return f"{'MM' if media else 'SM'}{secrets.token_hex(16)}"

    def block_scope(self, clinic: Reachable) -> str:
        return clinic.number

    # ---- the message resource ----------------------------------------------------------------------------

    def resource(self, message: Message) -> dict[str, Any]:
        """A message as the API answers it."""
        uri = f"/{VERSION}/Accounts/{self._keys.twilio_account_sid}/Messages/{message.id}"
        return {
            "account_sid": self._keys.twilio_account_sid,
            "api_version": VERSION,
            "body": message.text,
            "date_created": moment(message.at),
            "date_updated": moment(message.done_at or message.sent_at or message.at),
            "date_sent": moment(message.sent_at),
            "direction": _direction(message),
            "error_code": None,
            "error_message": None,
            "from": message.sender,
            "messaging_service_sid": None,
            "num_media": str(len(message.media)),
            "num_segments": str(message.segments),
            # As at Twilio, known once it is through, and below zero.
            "price": f"{-_DOLLARS_A_SEGMENT * message.segments:.5f}" if message.done_at else None,
            "price_unit": "USD",
            "sid": message.id,
            "status": "received" if message.direction == "inbound" else message.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "to": message.recipient,
            "uri": f"{uri}.json",
        }

    # ---- webhooks ----------------------------------------------------------------------------------------

    def inbound_webhook(self, message: Message, clinic: Reachable, handled: Keyword | None) -> Webhook:
        # Without Advanced Opt-Out there is no OptOutType: `handled` shows in no field, only in Twilio's own text.
        fields = {
            "ToCountry": "US",
            "ToState": "",
            "ToCity": "",
            "ToZip": "",
            "FromCountry": "US",
            "FromState": "",
            "FromCity": "",
            "FromZip": "",
            "MessageSid": message.id,
            "SmsSid": message.id,
            "SmsMessageSid": message.id,
            "SmsStatus": "received",
            "AccountSid": self._keys.twilio_account_sid,
            "ApiVersion": VERSION,
            "From": message.sender,
            "To": message.recipient,
            "Body": message.text,
            "NumSegments": str(message.segments),
            "NumMedia": str(len(message.media)),
        }
        for index, one in enumerate(message.media):
            fields[f"MediaUrl{index}"] = one.url
            fields[f"MediaContentType{index}"] = one.content_type
        lane = f"twilio {message.sender} {message.recipient}"
        return self._webhook("inbound", "received", clinic.webhook_url, lane, fields)

    def receipt_webhook(self, message: Message, url: str) -> Webhook:
        fields = {
            "MessageSid": message.id,
            "MessageStatus": message.status,
            "SmsSid": message.id,
            "SmsStatus": message.status,
            "AccountSid": self._keys.twilio_account_sid,
            "ApiVersion": VERSION,
            "From": message.sender,
            "To": message.recipient,
        }
        return self._webhook("receipt", message.status, url, f"twilio {message.id}", fields)

    def call(self, caller: str, clinic: Reachable, outcome: Outcome) -> str:
        """Does as the answer says: rings the number in a <Dial> and tells what came of it, or ends."""
        fields = {
            "CallSid": f"CA{secrets.token_hex(16)}",
            "AccountSid": self._keys.twilio_account_sid,
            "ApiVersion": VERSION,
            "From": _WITHHELD if caller == "anonymous" else caller,
            "To": clinic.number,
            "CallStatus": "ringing",
            "Direction": "inbound",
        }
        lane = f"twilio {fields['CallSid']}"
        dialled: list[str] = []

        def go_on(twiml: bytes) -> None:
            action = _ACTION.search(twiml.decode("utf-8", "replace"))
            if action is None or dialled:
                return  # said and done; or an answer to the same webhook delivered twice
            dialled.append(html.unescape(action[1]))
            told = {**fields, "CallStatus": "in-progress" if outcome != "hung_up" else "completed"}
            told |= {"DialCallSid": f"CA{secrets.token_hex(16)}", "DialCallStatus": _DIALLED[outcome]}
            self.world.courier.dispatch(self._webhook("inbound", "dialled", dialled[0], lane, told))

        webhook = self._webhook("inbound", "call", clinic.webhook_url, lane, fields)
        self.world.courier.dispatch(replace(webhook, heard=go_on))
        return fields["CallSid"]

    def _webhook(self, event: Any, name: str, url: str, lane: str, fields: Mapping[str, str]) -> Webhook:
        post = self._sign(url, fields)
        return Webhook(
            provider=self.name,
            event=event,
            name=name,
            url=url,
            lane=lane,
            sign=lambda _attempt: post,
            deadline=self.world.pace.twilio_deadline,
            # Twilio's default: one retry, and only when no connection came about.
            retries_after=self.world.pace.retries_after[:1],
            retries_on_refusal=False,
        )

    def _sign(self, url: str, fields: Mapping[str, str]) -> Post:
        # What follows a "#" tells Twilio how to deliver and is no part of the address.
        signed = url.partition("#")[0] + "".join(name + fields[name] for name in sorted(fields))
        digest = hmac.new(self._keys.twilio_auth_token.encode(), signed.encode(), hashlib.sha1).digest()
        headers = {
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "user-agent": "TwilioProxy/1.1",
            "x-twilio-signature": base64.b64encode(digest).decode(),
            # The same over all attempts of one webhook.
            "i-twilio-idempotency-token": secrets.token_hex(16),
        }
        return Post(headers, urlencode(fields).encode())


def moment(at: datetime | None) -> str | None:
    """A time as Twilio writes it: RFC 2822, in UTC, whole seconds."""
    return None if at is None else format_datetime(at)


def _direction(message: Message) -> str:
    if message.direction == "inbound":
        return "inbound"
    return "outbound-reply" if message.author == "carrier" else "outbound-api"
