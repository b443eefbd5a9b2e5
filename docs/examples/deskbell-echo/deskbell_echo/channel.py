"""The channel ``echo``: texts to and from an HTTP service of one's own.

The service takes ``POST <base_url>/texts`` and posts webhooks whose header ``x-echo-signature`` is the hexadecimal
HMAC-SHA256 of timestamp, full stop and body, with the time in ``x-echo-timestamp`` (Unix seconds).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, timedelta
from importlib import import_module
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr

from deskbell import (
    E164,
    Channel,
    ChannelConfig,
    ChannelEvent,
    DeliveryStatus,
    DeliveryUpdate,
    Health,
    InboundText,
    Malformed,
    Media,
    Misconfigured,
    NotForMe,
    OptedOut,
    OutboundError,
    OutboundText,
    OutcomeUnknown,
    ProviderContext,
    RawRequest,
    RetryLater,
    SendReceipt,
    SignatureInvalid,
    Undeliverable,
)

TOLERANCE = timedelta(minutes=5)
STATUSES = {
    "queued": DeliveryStatus.QUEUED,
    "failed": DeliveryStatus.FAILED,
    "delivered": DeliveryStatus.DELIVERED,
}


class EchoConfig(ChannelConfig):
    number: E164 = Field(repr=False, description="Our number at the service.")
    secret: SecretStr = Field(description="What webhooks are signed and requests authorised with.")
    base_url: str = Field(description="Address of the service.")


class EchoChannel(Channel[EchoConfig]):
    name: ClassVar[str] = "echo"
    Config: ClassVar[type[EchoConfig]] = EchoConfig

    def __init__(self, config: EchoConfig, context: ProviderContext) -> None:
        super().__init__(config, context)
        self._client: Any = None

    @property
    def address(self) -> str:
        return self.config.number

    async def open(self) -> None:
        # The library is loaded here, in a thread: nobody who does not use this channel waits for it.
        httpx = await asyncio.to_thread(import_module, "httpx")
        headers = {"Authorization": f"Bearer {self.config.secret.get_secret_value()}"}
        self._client = await asyncio.to_thread(httpx.AsyncClient, headers=headers, base_url=self.config.base_url)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def check(self) -> Health:
        try:
            await self._ask("GET", "/account")
        except OutboundError as error:
            return Health(ok=False, detail=str(error))
        return Health(ok=True)

    # ---- in ----------------------------------------------------------------------------------------------------

    async def receive(self, request: RawRequest) -> list[ChannelEvent]:
        self._verify(request)
        event = _object(request.body)
        match event.get("type"):
            case "text":
                return [self._text(event)]
            case "receipt" if event.get("state") in STATUSES:
                text_id = parse_qs(urlsplit(request.url).query).get("text", [None])[0]
                return [DeliveryUpdate(_word(event, "id"), STATUSES[event["state"]], self.context.clock.now(), text_id)]
        return []

    def _verify(self, request: RawRequest) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        timestamp = headers.get("x-echo-timestamp", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 13):
            raise SignatureInvalid
        if abs(self.context.clock.now().timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
            raise SignatureInvalid
        expected = sign(self.config.secret.get_secret_value(), timestamp, request.body)
        given = headers.get("x-echo-signature", "").encode("utf-8", "replace")
        if not hmac.compare_digest(expected.encode(), given):
            raise SignatureInvalid

    def _text(self, event: dict[str, Any]) -> InboundText:
        if event.get("to") != self.config.number:
            raise NotForMe
        return InboundText(
            id=_word(event, "id"),
            sender=_word(event, "from"),
            recipient=self.config.number,
            text=_storable(event.get("text")),
            at=self.context.clock.now().astimezone(UTC),
            media=tuple(Media(_storable(url)) for url in event.get("media") or () if isinstance(url, str)),
        )

    # ---- out ---------------------------------------------------------------------------------------------------

    async def send(self, text: OutboundText) -> SendReceipt:
        body = {
            "key": text.id,
            "from": text.sender,
            "to": text.to,
            "text": text.text,
            "media": list(text.media),
            "receipts": f"{self.context.webhook_url}?text={text.id}",
        }
        answer = await self._ask("POST", "/texts", body)
        message_id = answer.get("id")
        if not isinstance(message_id, str) or not message_id:
            raise OutcomeUnknown
        return SendReceipt(message_id)

    async def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        import httpx

        limits = httpx.Timeout(self.config.deadline_seconds, connect=self.config.deadline_seconds / 3)
        failure: OutboundError
        try:
            async with asyncio.timeout(self.config.deadline_seconds):
                response = await self._client.request(method, path, json=body, timeout=limits)
            failure = _refusal(response.status_code, response.headers.get("retry-after", ""), _loose(response.content))
            if response.is_success:
                return _loose(response.content)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            failure = RetryLater("The service cannot be reached.")
        except (httpx.HTTPError, TimeoutError):
            failure = OutcomeUnknown()
        raise failure  # out here, so that no error of the library hangs on it, with all that the library knows


def sign(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def _refusal(status: int, pause: str, answer: dict[str, Any]) -> OutboundError:
    code = str(answer.get("code") or "") or None
    if code == "opted_out":
        return OptedOut(code=code)
    if status in (401, 403):
        return Misconfigured("The service refuses the secret.", code=code)
    if status == 504:
        return OutcomeUnknown(code=code)
    if status == 429 or status >= 500:
        return RetryLater(after=timedelta(seconds=int(pause)) if pause.isdigit() else None, code=code)
    return Undeliverable(code=code)


def _loose(body: bytes) -> dict[str, Any]:
    """An answer's object; empty when it is none."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        answer = None
    return answer if isinstance(answer, dict) else {}


def _object(body: bytes) -> dict[str, Any]:
    event = _loose(body)
    if not event:
        raise Malformed
    return event


def _word(event: dict[str, Any], name: str) -> str:
    value = event.get(name)
    if not isinstance(value, str) or not value or not value.isprintable():
        raise Malformed(f"An event holds '{name}'; this one does not.")
    return value


def _storable(value: object) -> str:
    """Text as a database can hold it: without NUL and half surrogates."""
    text = value if isinstance(value, str) else ""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
