"""Claude through the official SDK. Imported by `ClaudeModel.open` in a thread, and by nobody else.

Every error leaves here in our vocabulary, raised outside the handler: the SDK's errors carry request and answer,
and with them the words of patients, so not even the context of ours may hold one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import anthropic
import httpx2

from deskbell import Clock, Misconfigured, ModelMalformed, OutboundError, RetryLater, retry_after
from plugins.llm.claude.errors import refusal

#: Makes the SDK's client over an HTTP client.
Make = Callable[[httpx2.AsyncClient], Any]

#: No connection was made, or none became free. They are aiohttp's own, for the adapter calls a connection that was
#: lost after the request a ``ConnectError`` too.
NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
SLOW = (httpx2.TimeoutException, aiohttp.ServerTimeoutError)
#: The address or a header cannot be used at all.
UNUSABLE = (httpx2.UnsupportedProtocol, httpx2.LocalProtocolError, aiohttp.InvalidURL)

#: At DEBUG these log whole requests, and the session's token.
TALKATIVE = ("anthropic", "anthropic._base_client", "botocore", "botocore.auth", "boto3")

_REHEARSED = {
    "id": "msg_rehearsal",
    "type": "message",
    "role": "assistant",
    "model": "rehearsal",
    "content": [],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 0, "output_tokens": 0},
}


class ClaudeClient:
    """One call, once. Make it in a thread: it loads whatever the SDK loads late.

    `no_credentials` are the errors by which the SDK tells that it has found none to sign with.
    """

    def __init__(
        self, make: Make, *, vendor: str, clock: Clock, no_credentials: tuple[type[Exception], ...] = ()
    ) -> None:
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        self._vendor = vendor
        self._clock = clock
        self._no_credentials = no_credentials
        asyncio.run(_rehearse(make))
        # Over aiohttp, for httpx's own pool looks at all that wait whenever one is done: with a thousand conversations
        # on a slow model that alone takes longer than the model.
        self._http = anthropic.DefaultAioHttpClient(follow_redirects=False)
        self._messages = make(self._http).messages.with_raw_response

    async def close(self) -> None:
        await self._http.aclose()

    async def ask(self, body: Mapping[str, Any], *, deadline: float) -> Any:
        """The answer's JSON. Raises an `OutboundError`."""
        failure: OutboundError
        # Connecting ends well before the deadline, so that "never reached" can be told from "never answered".
        timeout = httpx2.Timeout(deadline, connect=deadline / 3, pool=deadline / 3)
        try:
            async with asyncio.timeout(deadline):
                answer = await self._messages.create(**body, timeout=timeout)
            return answer.http_response.json()
        except anthropic.APIStatusError as error:
            failure = self._refusal(error)
        except anthropic.APIConnectionError as error:
            failure = self._unanswered(error)
        except TimeoutError:
            failure = self._too_slow()
        except ValueError:
            failure = ModelMalformed(f"{self._vendor}'s answer is not JSON.", code="unreadable")
        except self._no_credentials as error:
            failure = Misconfigured(
                f"{self._vendor}: no credentials to sign with ({type(error).__name__}).", code="no_credentials"
            )
        raise failure

    def _refusal(self, error: anthropic.APIStatusError) -> OutboundError:
        headers = error.response.headers
        kind = headers.get("x-amzn-errortype", "").partition(":")[0] or error.type
        pause = retry_after(headers.get("retry-after"), self._clock.now())
        return refusal(self._vendor, error.status_code, kind, error.message, pause)

    def _unanswered(self, error: BaseException) -> OutboundError:
        """By what is at the bottom of it: the SDK's error comes from httpx's, and that one from aiohttp's."""
        causes = (error.__cause__, error.__cause__ and error.__cause__.__cause__)
        if any(isinstance(cause, NOT_SENT) for cause in causes):
            return RetryLater(f"{self._vendor} cannot be reached.", code="unreachable")
        if any(isinstance(cause, UNUSABLE) for cause in causes):
            return Misconfigured(f"The address of {self._vendor} cannot be used; see base_url.", code="address")
        if any(isinstance(cause, SLOW) for cause in causes):
            return self._too_slow()
        return RetryLater(f"The connection to {self._vendor} ended before it answered.", code="cut")

    def _too_slow(self) -> RetryLater:
        return RetryLater(f"{self._vendor} did not answer within the deadline.", code="timeout")


async def _rehearse(make: Make) -> None:
    """One call that goes nowhere: the SDK then has loaded its resources, found its credentials and signed once."""
    transport = httpx2.MockTransport(lambda request: httpx2.Response(200, json=_REHEARSED))
    async with httpx2.AsyncClient(transport=transport) as http:
        await make(http).messages.with_raw_response.create(
            model="rehearsal", max_tokens=1, messages=[{"role": "user", "content": "rehearsal"}]
        )
