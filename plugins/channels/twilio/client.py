"""Twilio's API through its official SDK. Imported by `TwilioChannel.open` in a thread, and by nobody else.

Every error leaves here in our vocabulary, raised outside the handler: the SDK's errors carry address and answer,
and with them numbers and words of patients, so not even the context of ours may hold one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import aiohttp
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from deskbell import (
    CannotTell,
    Clock,
    DeliveryStatus,
    Misconfigured,
    OutboundError,
    OutboundText,
    OutcomeUnknown,
    ProviderContext,
    RetryLater,
    SendReceipt,
    retry_after,
)
from plugins.channels.twilio.config import TwilioConfig
from plugins.channels.twilio.errors import refusal
from plugins.channels.twilio.webhook import STATUSES
from plugins.channels.wire import callback_url, cost

T = TypeVar("T")

#: Nothing had left for Twilio when these came up.
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
#: The shapes in which a body that is no JSON object of Twilio's comes out of the SDK.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)
#: Their clock and ours may differ by this much. A repeat of the same words within it would pass for the text
#: looked for, which costs a repetition; a smaller margin could send a text twice.
CLOCK_MARGIN = timedelta(minutes=1)
_PAGE = 100


class DeadlineHttpClient(AsyncTwilioHttpClient):
    """The SDK's HTTP client with what it lacks: a deadline that holds, and discretion.

    The SDK's own `request` sends without any time limit whatever its constructor was told, logs addresses with
    the numbers in them, keeps the last message's words in memory, and warns of a deprecation in aiohttp. It is
    replaced whole; sessions and life are the SDK's.
    """

    def __init__(self, deadline: float, clock: Clock) -> None:
        super().__init__(timeout=deadline, logger=_silent_logger(), max_retries=None)
        self._clock = clock
        # Connecting ends well before the deadline, so that "never sent" can be told from "never answered".
        self._limits = aiohttp.ClientTimeout(total=deadline, connect=deadline / 2, sock_connect=deadline / 2)

    async def request(
        self,
        method: str,
        url: str,
        params: dict[str, object] | None = None,
        data: dict[str, object] | None = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        headers = dict(headers or {})
        if auth is not None:
            headers["Authorization"] = aiohttp.encode_basic_auth(*auth)
        async with self.session.request(
            method.upper(),
            url,
            params=params,
            data=data,
            headers=headers,
            timeout=self._limits,
            allow_redirects=allow_redirects,
        ) as answer:
            body = (await answer.read()).decode("utf-8", "replace")
        pause = retry_after(answer.headers.get("Retry-After"), self._clock.now())
        # Here, because the SDK's error does not carry the header.
        if answer.status == 503 and pause is not None:
            raise RetryLater("Twilio is away for a while (HTTP 503).", after=pause)
        if answer.status == 429:
            why = "Twilio asks to be left alone for a while (HTTP 429)."
            raise RetryLater(why, after=pause, code="20429", down=False)
        return Response(answer.status, body, answer.headers)


class TwilioClient:
    """The few calls that the channel makes. Make it inside the running loop, then `load` it in a thread."""

    def __init__(self, config: TwilioConfig, context: ProviderContext) -> None:
        self._config = config
        self._context = context
        self._http = DeadlineHttpClient(config.deadline_seconds, context.clock)
        self._sdk = Client(config.account_sid, config.auth_token.get_secret_value(), http_client=self._http)

    def load(self) -> None:
        """Loads the SDK's resources, which it would load at the first call, and sets the API's address."""
        self._sdk.api.base_url = self._config.base_url
        self._messages = self._sdk.messages
        self._account = self._sdk.api.v2010.accounts(self._config.account_sid)

    async def close(self) -> None:
        await self._http.close()

    async def account_status(self) -> str:
        """``active``, ``suspended`` or ``closed``. Raises an `OutboundError` unless the credentials are good."""
        account = await self._ask(self._account.fetch_async())
        return str(account.status)

    async def send(self, text: OutboundText) -> SendReceipt:
        wanted: dict[str, Any] = {"to": text.to}
        if self._config.messaging_service_sid:
            wanted["messaging_service_sid"] = self._config.messaging_service_sid
        else:
            wanted["from_"] = text.sender
        if text.text:
            wanted["body"] = text.text
        if text.media:
            wanted["media_url"] = list(text.media)
        if self._context.webhook_url:
            wanted["status_callback"] = callback_url(self._context.webhook_url, text.id)
        return _receipt(await self._ask(self._messages.create_async(**wanted)))

    async def find(self, text: OutboundText, since: datetime) -> SendReceipt | None:
        """See `TwilioChannel.look_up`."""
        # Not narrowed by date: Twilio filters by the date of sending, which a text still queued does not have.
        failure: OutboundError
        try:
            listed = await self._ask(self._messages.list_async(to=text.to, limit=_PAGE, page_size=_PAGE))
            recent = [message for message in listed if _created(message) >= since - CLOCK_MARGIN]
        except OutcomeUnknown:
            failure = RetryLater("Twilio's list of messages did not come.")
        except UNREADABLE:
            failure = CannotTell("Twilio's list of messages cannot be read.")
        else:
            found = next((message for message in recent if _is(message, text)), None)
            if found is None and len(recent) == _PAGE:
                raise CannotTell("Too many texts went to this recipient since; Twilio's list does not reach back.")
            return found and _receipt(found)
        raise failure

    async def _ask(self, call: Awaitable[T]) -> T:
        failure: OutboundError
        try:
            async with asyncio.timeout(self._config.deadline_seconds):
                return await call
        except (TwilioRestException, TwilioServiceException) as error:
            failure = refusal(error.status, str(error.code) if error.code else None)
        except TwilioException as error:
            failure = refusal(_status_of_a_page(error), None)
        except NOT_SENT:
            failure = RetryLater("Twilio cannot be reached.")
        except aiohttp.InvalidURL:
            failure = Misconfigured("The address of the Twilio API cannot be used; see base_url.")
        except (aiohttp.ClientError, TimeoutError, OSError):
            failure = OutcomeUnknown("Twilio did not answer within the deadline, or the connection ended.")
        except UNREADABLE:
            failure = OutcomeUnknown("Twilio's answer cannot be read.")
        raise failure


def _status_of_a_page(error: TwilioException) -> int:
    """A list that is refused raises the bare base class, with the answer as its second argument."""
    answer = error.args[1] if len(error.args) > 1 else None
    return answer.status_code if isinstance(answer, Response) else 500


def _receipt(message: Any) -> SendReceipt:
    """From the SDK's message. A messaging service counts segments later and says 0 until then."""
    if not isinstance(message.sid, str) or not message.sid:
        raise OutcomeUnknown("Twilio's answer names no message.")
    segments = str(message.num_segments or "")
    return SendReceipt(
        message_id=message.sid,
        status=STATUSES.get(str(message.status), DeliveryStatus.QUEUED),
        segments=int(segments) if segments.isdigit() and int(segments) > 0 else None,
        cost=cost(message.price, message.price_unit),
    )


def _is(message: Any, text: OutboundText) -> bool:
    ours = str(message.direction).startswith("outbound") and message.sid not in text.others
    return ours and (message.from_, message.body) == (text.sender, text.text)


def _created(message: Any) -> datetime:
    moment: datetime = message.date_created
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _silent_logger() -> logging.Logger:
    """A logger outside the tree that drops everything."""
    logger = logging.Logger("twilio", logging.CRITICAL + 1)
    logger.propagate = False
    return logger
