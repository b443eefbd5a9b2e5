"""Telnyx's HTTP API v2, as far as a receptionist uses it: texts, calls, profiles, numbers, balance."""

from __future__ import annotations

import hmac
import json as jsonlib
from typing import Any, Literal
from urllib.parse import unquote

from sanic import Blueprint, HTTPResponse, Request, json
from sanic.response import raw

from deskbell import Reachable
from sandbox.keys import Keys
from sandbox.media import Media, is_address
from sandbox.phones import is_number
from sandbox.provider_calls import Handler, ProviderCalls
from sandbox.segments import measure
from sandbox.telnyx.carrier import Telnyx
from sandbox.telnyx.errors import TelnyxError
from sandbox.telnyx.idempotency import Successes
from sandbox.threads import Attachment

_MOST_PARTS = 10
_MOST_MEDIA = 10


class TelnyxApi:
    """The handlers, over one `Telnyx`."""

    def __init__(self, carrier: Telnyx, keys: Keys, media: Media) -> None:
        self._carrier = carrier
        self._keys = keys
        self._media = media
        self._successes = Successes(carrier.world.clock)

    def blueprint(self, name: str, calls: ProviderCalls) -> Blueprint:
        blueprint = Blueprint(name, url_prefix="/telnyx/v2")
        routes: tuple[tuple[str, str, Literal["send", "read"], Handler], ...] = (
            ("POST", "/messages", "send", self.send),
            ("GET", "/messages/<message_id:str>", "read", self.read),
            ("GET", "/messaging_profiles", "read", self.profiles),
            ("GET", "/messaging_profiles/<profile:str>", "read", self.profile),
            ("GET", "/phone_numbers", "read", self.phone_numbers),
            ("GET", "/balance", "read", self.balance),
            *(
                ("POST", f"/calls/<call:str>/actions/{verb}", "send", self._command(verb))
                for verb in ("transfer", "answer", "speak", "hangup")
            ),
        )
        for method, path, event, handler in routes:
            blueprint.add_route(calls.handle(event, self._guarded(handler)), path, methods=[method])
        return blueprint

    def _guarded(self, handler: Handler) -> Handler:
        """Checks the key first, and turns `TelnyxError` into its answer."""

        def call(request: Request, **parts: str) -> HTTPResponse:
            try:
                self._authenticate(request)
                return handler(request, **parts)
            except TelnyxError as error:
                return error.response()

        call.__name__ = handler.__name__
        return call

    def _authenticate(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._keys.telnyx_api_key}".encode()):
            raise TelnyxError("10009", "The API key is missing or is not the one that this stand-in gave out.")

    # ---- messages ----------------------------------------------------------------------------------------

    def send(self, request: Request) -> HTTPResponse:
        key = request.headers.get("idempotency-key")
        answer, replayed = self._successes.once(key, request.body, lambda: self._accept(request.body))
        headers = {"idempotent-replayed": "true"} if replayed else {}
        return raw(answer, headers=headers, content_type="application/json")

    def _accept(self, body: bytes) -> bytes:
        wanted = _parse(body)
        clinic = self._sender(wanted)
        recipient = wanted.get("to")
        if not isinstance(recipient, str) or not is_number(recipient):
            raise TelnyxError("40310", "The 'to' address must be one phone number in E.164 form.", "/to")
        text, media = self._content(wanted)
        if self._carrier.is_blocked(clinic, recipient):
            raise TelnyxError("40300", "The recipient texted STOP to this messaging profile.", "/to")
        message = self._carrier.accept(clinic, recipient, text, media, _callback(wanted, clinic))
        return jsonlib.dumps({"data": self._carrier.resource(message, clinic)}).encode()

    def _sender(self, wanted: dict[str, Any]) -> Reachable:
        """The clinic whose number, or else whose profile's number, the text leaves from."""
        number, profile = wanted.get("from"), wanted.get("messaging_profile_id")
        candidates = self._clinics()
        if profile is not None:
            candidates = [clinic for clinic in candidates if self._carrier.profile(clinic) == profile]
            if not candidates:
                raise TelnyxError("40311", "This messaging profile does not exist here.", "/messaging_profile_id")
        pooled = number is None and profile is not None
        for clinic in candidates:
            if pooled or clinic.number == number:
                return clinic
        raise TelnyxError("40305", "The 'from' address is not a number of this account and profile.", "/from")

    def _content(self, wanted: dict[str, Any]) -> tuple[str, list[Attachment]]:
        text, urls = wanted.get("text") or "", wanted.get("media_urls") or []
        if not isinstance(text, str):
            raise TelnyxError("10015", "'text' must be a string.", "/text")
        if not isinstance(urls, list) or len(urls) > _MOST_MEDIA or not all(map(is_address, urls)):
            raise TelnyxError("40317", f"'media_urls' takes at most {_MOST_MEDIA} http(s) addresses.", "/media_urls")
        if not text and not urls:
            raise TelnyxError("40316", "A message needs 'text' or 'media_urls'.", "/text")
        if measure(text).segments > _MOST_PARTS:
            raise TelnyxError("40302", f"The text takes more than {_MOST_PARTS} parts.", "/text")
        return text, [self._media.attachment(url) for url in urls]

    def read(self, request: Request, message_id: str) -> HTTPResponse:
        message = self._carrier.world.threads.get(self._carrier.name, message_id)
        if message is None:
            raise TelnyxError("10005", "There is no message with this id.")
        clinic = self._carrier.world.numbers.get(message.number)
        return json({"data": self._carrier.resource(message, clinic)})

    # ---- calls -------------------------------------------------------------------------------------------

    def _command(self, verb: str) -> Handler:
        def command(request: Request, call: str) -> HTTPResponse:
            self._carrier.calls.command(unquote(call), verb, _parse(request.body))
            return json({"data": {"result": "ok"}})

        command.__name__ = verb
        return command

    # ---- the account -------------------------------------------------------------------------------------

    def profiles(self, request: Request) -> HTTPResponse:
        by_id = {self._carrier.profile(clinic): self._profile(clinic) for clinic in self._clinics()}
        return _page(list(by_id.values()))

    def profile(self, request: Request, profile: str) -> HTTPResponse:
        for clinic in self._clinics():
            if self._carrier.profile(clinic) == profile:
                return json({"data": self._profile(clinic)})
        raise TelnyxError("10005", "There is no messaging profile with this id.")

    def phone_numbers(self, request: Request) -> HTTPResponse:
        wanted = request.args.get("filter[phone_number]")
        clinics = [clinic for clinic in self._clinics() if wanted in (None, clinic.number)]
        return _page([self._phone_number(clinic) for clinic in clinics])

    def balance(self, request: Request) -> HTTPResponse:
        amounts = {"balance": "100.00", "credit_limit": "0.00", "available_credit": "100.00"}
        return json({"data": {"record_type": "balance", "currency": "USD", **amounts}})

    def _clinics(self) -> list[Reachable]:
        return self._carrier.world.numbers.all(self._carrier.name)

    def _profile(self, clinic: Reachable) -> dict[str, Any]:
        return {
            "record_type": "messaging_profile",
            "id": self._carrier.profile(clinic),
            "name": clinic.name,
            "enabled": True,
            "webhook_url": clinic.webhook_url,
            "webhook_failover_url": None,
            "webhook_api_version": "2",
            "whitelisted_destinations": ["US", "CA"],
        }

    def _phone_number(self, clinic: Reachable) -> dict[str, Any]:
        return {
            "record_type": "phone_number",
            "id": clinic.number.removeprefix("+"),
            "phone_number": clinic.number,
            "status": "active",
            "messaging_profile_id": self._carrier.profile(clinic),
            "messaging_profile_name": clinic.name,
        }


def _parse(body: bytes) -> dict[str, Any]:
    try:
        wanted = jsonlib.loads(body)
        # A lone surrogate is JSON but no text: it could never be sent on.
        jsonlib.dumps(wanted, ensure_ascii=False).encode()
    except ValueError:
        raise TelnyxError("10015", "The body is not JSON in UTF-8.") from None
    if not isinstance(wanted, dict):
        raise TelnyxError("10015", "The body is not a JSON object.")
    return wanted


def _callback(wanted: dict[str, Any], clinic: Reachable) -> str | None:
    """Where receipts go: the message's own address, else the profile's unless that was declined."""
    own = wanted.get("webhook_url")
    if own is not None:
        if not is_address(own):
            raise TelnyxError("10015", "'webhook_url' must be an http(s) address.", "/webhook_url")
        return str(own)
    return clinic.webhook_url if wanted.get("use_profile_webhooks", True) else None


def _page(items: list[dict[str, Any]]) -> HTTPResponse:
    meta = {"total_pages": 1, "total_results": len(items), "page_number": 1, "page_size": max(20, len(items))}
    return json({"data": items, "meta": meta})
