"""Telnyx's API through its official SDK. Imported by `TelnyxChannel.open` in a thread, and by nobody else.

Every error leaves here in our vocabulary, raised outside the handler: the SDK's errors carry request and answer,
and with them numbers and words of patients, so not even the context of ours may hold one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any, TypeVar

import aiohttp
import httpx
import telnyx

from deskbell import (
    Misconfigured,
    OutboundError,
    OutboundText,
    OutcomeUnknown,
    ProviderContext,
    RetryLater,
    SendReceipt,
    retry_after,
    storable,
)
from plugins.channels.telnyx.call_control import Command
from plugins.channels.telnyx.config import TelnyxConfig
from plugins.channels.telnyx.errors import refusal
from plugins.channels.wire import callback_url

T = TypeVar("T")

#: Nothing had left for Telnyx when these came up: no connection was made, or none became free. They are aiohttp's own,
#: for the adapter calls a connection that was lost after the request a ``ConnectTimeout`` too.
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
#: The address or a header cannot be used at all.
UNUSABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, aiohttp.InvalidURL)


class TelnyxClient:
    """The few calls that the channel makes. Make it in a thread: it loads what the SDK loads lazily."""

    def __init__(self, config: TelnyxConfig, context: ProviderContext) -> None:
        # At DEBUG the SDK logs whole requests: numbers and words.
        for name in ("telnyx", "telnyx._base_client"):
            logging.getLogger(name).setLevel(logging.WARNING)
        self._config = config
        self._context = context
        deadline = config.deadline_seconds
        # Connecting ends well before the deadline, so that "never sent" can be told from "never answered".
        # Over aiohttp, for httpx's own pool looks at all that wait whenever one is done: a thousand texts at once were
        # timed out by that alone.
        timeout = httpx.Timeout(deadline, connect=deadline / 3, pool=deadline / 3)
        self._http: httpx.AsyncClient = telnyx.DefaultAioHttpClient(timeout=timeout, follow_redirects=False)
        self._sdk = telnyx.AsyncTelnyx(
            api_key=config.api_key.get_secret_value(),
            base_url=config.base_url,
            timeout=self._http.timeout,
            max_retries=0,
            http_client=self._http,
        )
        self._messages = self._sdk.messages.with_raw_response
        self._balance = self._sdk.balance.with_raw_response

    async def close(self) -> None:
        await self._http.aclose()

    async def check(self) -> None:
        """Raises an `OutboundError` unless the key is good."""
        await self._ask(self._balance.retrieve())

    async def send(self, text: OutboundText) -> SendReceipt:
        wanted: dict[str, Any] = {"to": text.to, "from_": text.sender, "idempotency_key": text.id}
        if text.text:
            wanted["text"] = text.text
        if text.media:
            wanted["media_urls"] = list(text.media)
        if self._config.messaging_profile_id:
            wanted["messaging_profile_id"] = self._config.messaging_profile_id
        if self._context.webhook_url:
            wanted["webhook_url"] = callback_url(self._context.webhook_url, text.id)
        answer = await self._ask(self._messages.send(**wanted))
        return _receipt(answer.http_response)

    async def give(self, command: Command) -> None:
        """Gives a command of Call Control. Telnyx passes over a second one of the same id to the same call."""
        # Loading what the SDK has for calls takes a second, on its first use: in a thread, and not before it is wanted,
        # so that no text waits for it.
        calls: Any = await asyncio.to_thread(lambda: self._sdk.calls.actions.with_raw_response)
        act = getattr(calls, command.verb)
        await self._ask(act(command.call, command_id=command.id, **command.arguments))

    async def _ask(self, call: Awaitable[T]) -> T:
        failure: OutboundError
        try:
            async with asyncio.timeout(self._config.deadline_seconds):
                return await call
        except telnyx.APIStatusError as error:
            failure = refusal(error.status_code, _code(error.body), self._pause(error.response))
        except telnyx.APIConnectionError as error:
            failure = _unanswered(error)
        except (telnyx.TelnyxError, TimeoutError):
            failure = OutcomeUnknown("Telnyx did not answer within the deadline.")
        raise failure

    def _pause(self, response: httpx.Response) -> timedelta | None:
        return retry_after(response.headers.get("retry-after"), self._context.clock.now())


def _unanswered(error: BaseException) -> OutboundError:
    """By what is at the bottom of it: the SDK's error comes from httpx's, and that one from aiohttp's."""
    causes = (error.__cause__, error.__cause__ and error.__cause__.__cause__)
    if any(isinstance(cause, NOT_SENT) for cause in causes):
        return RetryLater("Telnyx cannot be reached.")
    if any(isinstance(cause, UNUSABLE) for cause in causes):
        return Misconfigured("The address of the Telnyx API cannot be used; see base_url.")
    return OutcomeUnknown("The connection to Telnyx ended before it answered.")


def _code(body: object) -> str | None:
    """The first error's code of an answer such as ``{"errors": [{"code": "40300", ...}]}``."""
    errors = body.get("errors") if isinstance(body, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    code = first.get("code") if isinstance(first, dict) else None
    return storable(str(code))[:16] if isinstance(code, str | int) else None


def _receipt(response: httpx.Response) -> SendReceipt:
    try:
        data = response.json()["data"]
        message_id, parts = str(data["id"]), data.get("parts")
    except (ValueError, LookupError, TypeError, AttributeError):
        message_id = ""
    if not message_id:
        raise OutcomeUnknown("Telnyx's answer names no message.")
    return SendReceipt(message_id=message_id, segments=parts if type(parts) is int and parts > 0 else None)
