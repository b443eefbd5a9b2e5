"""Twilio's HTTP API 2010-04-01, as far as a receptionist uses it: send, read back, list, the account."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Literal
from urllib.parse import parse_qs, quote, urlencode

from sanic import Blueprint, HTTPResponse, Request, json

from deskbell import Reachable
from sandbox.keys import Keys
from sandbox.media import Media, is_address
from sandbox.phones import is_number
from sandbox.provider_calls import Handler, ProviderCalls
from sandbox.threads import Attachment, Message
from sandbox.twilio.carrier import VERSION, Twilio
from sandbox.twilio.errors import TwilioError

_LONGEST_BODY = 1_600
_MOST_MEDIA = 10
_LARGEST_PAGE = 1_000

Test = Callable[[Message], bool]


class TwilioApi:
    """The handlers, over one `Twilio`."""

    def __init__(self, carrier: Twilio, keys: Keys, media: Media) -> None:
        self._carrier = carrier
        self._keys = keys
        self._media = media

    def blueprint(self, name: str, calls: ProviderCalls) -> Blueprint:
        blueprint = Blueprint(name, url_prefix=f"/twilio/{VERSION}/Accounts")
        routes: tuple[tuple[str, str, Literal["send", "read"], Handler], ...] = (
            ("POST", "/<account:str>/Messages.json", "send", self.send),
            ("GET", "/<account:str>/Messages.json", "read", self.listing),
            ("GET", "/<account:str>/Messages/<sid:str>", "read", self.read),
            ("GET", "/<account:str>/IncomingPhoneNumbers.json", "read", self.numbers),
            ("GET", "/<account:str>", "read", self.account),
        )
        for method, path, event, handler in routes:
            blueprint.add_route(calls.handle(event, self._guarded(handler)), path, methods=[method])
        return blueprint

    def _guarded(self, handler: Handler) -> Handler:
        """Checks the credentials first, and turns `TwilioError` into its answer."""

        def call(request: Request, account: str, **parts: str) -> HTTPResponse:
            try:
                self._authenticate(request, account.removesuffix(".json"))
                return handler(request, **parts)
            except TwilioError as error:
                return error.response()

        call.__name__ = handler.__name__
        return call

    def _authenticate(self, request: Request, account: str) -> None:
        pair = f"{self._keys.twilio_account_sid}:{self._keys.twilio_auth_token}"
        expected = "Basic " + base64.b64encode(pair.encode()).decode()
        given = request.headers.get("authorization", "")
        right = hmac.compare_digest(given.encode(), expected.encode())
        if not right or account != self._keys.twilio_account_sid:
            raise TwilioError(20003)

    # ---- messages ----------------------------------------------------------------------------------------

    def send(self, request: Request) -> HTTPResponse:
        form = _form(request.body)
        recipient, clinic = self._ends(form)
        text, media = self._content(form)
        callback = form.get("StatusCallback", [None])[0]
        if callback is not None and not is_address(callback):
            raise TwilioError(21609, callback)
        if self._carrier.is_blocked(clinic, recipient):
            raise TwilioError(21610)
        message = self._carrier.accept(clinic, recipient, text, media, callback)
        return json(self._carrier.resource(message), 201)

    def _ends(self, form: dict[str, list[str]]) -> tuple[str, Reachable]:
        recipient, sender = form.get("To", [""])[0], form.get("From", [""])[0]
        if not recipient:
            raise TwilioError(21604)
        if not is_number(recipient):
            raise TwilioError(21211, recipient)
        if not sender:
            raise TwilioError(21603)
        clinic = self._carrier.world.numbers.get(sender)
        if clinic is None or clinic.channel != self._carrier.name:
            raise TwilioError(21606)
        return recipient, clinic

    def _content(self, form: dict[str, list[str]]) -> tuple[str, list[Attachment]]:
        text, urls = form.get("Body", [""])[0], form.get("MediaUrl", [])
        if not text and not urls:
            raise TwilioError(21602)
        if len(text) > _LONGEST_BODY:
            raise TwilioError(21617)
        if len(urls) > _MOST_MEDIA or not all(map(is_address, urls)):
            raise TwilioError(21620)
        return text, [self._media.attachment(url) for url in urls]

    def read(self, request: Request, sid: str) -> HTTPResponse:
        message = self._carrier.world.threads.get(self._carrier.name, sid.removesuffix(".json"))
        if message is None:
            raise TwilioError(20404)
        return json(self._carrier.resource(message))

    def listing(self, request: Request) -> HTTPResponse:
        query = parse_qs(request.query_string, keep_blank_values=True)
        page, size = _whole(query, "Page", 0), min(_whole(query, "PageSize", 50) or 50, _LARGEST_PAGE)
        tests = list(_tests(query))
        messages = self._carrier.world.threads.newest_first(self._carrier.name)
        found = (message for message in messages if all(test(message) for test in tests))
        # One more than the page holds: it says whether there is a next page.
        taken = list(islice(found, page * size, (page + 1) * size + 1))
        shown = [self._carrier.resource(message) for message in taken[:size]]
        base = f"/{VERSION}/Accounts/{self._keys.twilio_account_sid}/Messages.json"
        return json(_page(base, query, page, size, shown, more=len(taken) > size))

    # ---- the account -------------------------------------------------------------------------------------

    def account(self, request: Request) -> HTTPResponse:
        sid = self._keys.twilio_account_sid
        return json(
            {
                "sid": sid,
                "owner_account_sid": sid,
                "friendly_name": "Stand-in account",
                "status": "active",
                "type": "Full",
                "auth_token": None,
                "date_created": None,
                "date_updated": None,
                "subresource_uris": {"messages": f"/{VERSION}/Accounts/{sid}/Messages.json"},
                "uri": f"/{VERSION}/Accounts/{sid}.json",
            }
        )

    def numbers(self, request: Request) -> HTTPResponse:
        wanted = parse_qs(request.query_string).get("PhoneNumber", [None])[0]
        clinics = self._carrier.world.numbers.all(self._carrier.name)
        found = [self._number(clinic) for clinic in clinics if wanted in (None, clinic.number)]
        uri = f"/{VERSION}/Accounts/{self._keys.twilio_account_sid}/IncomingPhoneNumbers.json"
        return json({"incoming_phone_numbers": found, "page": 0, "page_size": 50, "next_page_uri": None, "uri": uri})

    def _number(self, clinic: Reachable) -> dict[str, Any]:
        return {
            "account_sid": self._keys.twilio_account_sid,
            "phone_number": clinic.number,
            "friendly_name": clinic.name,
            "capabilities": {"sms": True, "mms": True, "voice": False},
            "sms_url": clinic.webhook_url,
            "sms_method": "POST",
        }


def _form(body: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(body.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise TwilioError(20001, "the body is not a form in UTF-8") from None


def _whole(query: dict[str, list[str]], name: str, otherwise: int) -> int:
    value = query.get(name, [""])[0]
    return int(value) if value.isdecimal() else otherwise


def _tests(query: dict[str, list[str]]) -> Iterator[Test]:
    """The filters of a list: To, From, and DateSent with an optional > or < in its name."""
    for name, (value, *_) in query.items():
        match name:
            case "To":
                yield _equals("recipient", value)
            case "From":
                yield _equals("sender", value)
            case "DateSent" | "DateSent>" | "DateSent<":
                yield _date_test(name, value)


def _equals(field: str, wanted: str) -> Test:
    return lambda message: getattr(message, field) == wanted


def _date_test(name: str, value: str) -> Test:
    try:
        edge = datetime.fromisoformat(value)
    except ValueError:
        raise TwilioError(20001, f"{name} takes a date or a time in ISO 8601") from None
    edge = edge if edge.tzinfo else edge.replace(tzinfo=UTC)
    # A text that is still queued counts by the time it was accepted.
    if name == "DateSent>":
        return lambda message: (message.sent_at or message.at) >= edge
    if name == "DateSent<":
        return lambda message: (message.sent_at or message.at) <= edge
    return lambda message: edge <= (message.sent_at or message.at) < edge + timedelta(days=1)


def _page(
    base: str, query: dict[str, list[str]], page: int, size: int, messages: list[dict[str, Any]], *, more: bool
) -> dict[str, Any]:
    def uri(number: int) -> str:
        kept = {name: values for name, values in query.items() if name not in ("Page", "PageSize")}
        return f"{base}?{urlencode({**kept, 'Page': [number], 'PageSize': [size]}, doseq=True, quote_via=quote)}"

    return {
        "messages": messages,
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": max(page * size, page * size + len(messages) - 1),
        "uri": uri(page),
        "first_page_uri": uri(0),
        "next_page_uri": uri(page + 1) if more else None,
        "previous_page_uri": uri(page - 1) if page else None,
    }
