"""Twilio as tests play it: a signer, the webhooks it sends, the answers it gives. Data are invented."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode

from deskbell import RawRequest
from deskbell.testing import Answer

ACCOUNT_SID = "AC" + "0123456789abcdef" * 2


def sign(url: str, body: bytes, auth_token: str) -> RawRequest:
    """A webhook as Twilio signs it: HMAC-SHA1 over the address and the sorted parameters."""
    values: dict[str, set[str]] = {}
    for name, value in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        values.setdefault(name, set()).add(value)
    signed = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    signature = base64.b64encode(hmac.digest(auth_token.encode(), signed.encode(), hashlib.sha1)).decode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return RawRequest("POST", url, headers, body)


def received(
    *, message_sid: str, sender: str, to: str, text: str | None, media: Sequence[str] = (), **more: str
) -> bytes:
    """An incoming message. `text` None leaves Body out, as with some MMS; blanks stand where Twilio sends blanks."""
    fields = {
        "ToCountry": "US",
        "ToState": "NY",
        "ToCity": "",
        "ToZip": "",
        "FromCountry": "US",
        "FromState": "",
        "FromCity": "",
        "FromZip": "",
        "SmsMessageSid": message_sid,
        "SmsSid": message_sid,
        "MessageSid": message_sid,
        "SmsStatus": "received",
        "AccountSid": ACCOUNT_SID,
        "From": sender,
        "To": to,
        "NumSegments": "1",
        "NumMedia": str(len(media)),
        "ApiVersion": "2010-04-01",
    }
    if text is not None:
        fields["Body"] = text
    for at, url in enumerate(media):
        fields |= {f"MediaUrl{at}": url, f"MediaContentType{at}": "image/jpeg"}
    return urlencode({**fields, **more}).encode()


def receipt(*, message_sid: str, sender: str, to: str, state: str, **more: str) -> bytes:
    """A status callback."""
    fields = {
        "MessageSid": message_sid,
        "SmsSid": message_sid,
        "MessageStatus": state,
        "SmsStatus": state,
        "AccountSid": ACCOUNT_SID,
        "From": sender,
        "To": to,
        "ApiVersion": "2010-04-01",
    }
    return urlencode({**fields, **more}).encode()


def call(*, call_sid: str, caller: str, to: str, status: str = "ringing", **more: str) -> bytes:
    """A call that comes in; with ``DialCallStatus`` in `more`, what became of ringing the clinic's line."""
    fields = {
        "CallSid": call_sid,
        "AccountSid": ACCOUNT_SID,
        "From": caller,
        "To": to,
        "CallStatus": status,
        "Direction": "inbound",
        "ApiVersion": "2010-04-01",
        "CallerName": "",
    }
    return urlencode({**fields, **more}).encode()


def message(message_sid: str, *, sender: str, to: str, text: str, at: datetime, **more: Any) -> dict[str, Any]:
    """A message as the API shows it."""
    return {
        "sid": message_sid,
        "account_sid": ACCOUNT_SID,
        "status": "queued",
        "direction": "outbound-api",
        "from": sender,
        "to": to,
        "body": text,
        "num_segments": "1",
        "num_media": "0",
        "date_created": format_datetime(at),
        "date_updated": format_datetime(at),
        "date_sent": None,
        "error_code": None,
        "error_message": None,
        **more,
    }


def page(messages: Sequence[Mapping[str, Any]]) -> Answer:
    """One page of the list of messages."""
    return Answer(200, {"messages": list(messages), "page": 0, "page_size": 100, "next_page_uri": None})


def refused(status: int, code: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Answer:
    """The answer to a call that Twilio refused."""
    body = {
        "code": code,
        "message": detail,
        "more_info": f"https://docs.example/{code}",
        "status": status,
    }
    return Answer(status, body, headers or {})
