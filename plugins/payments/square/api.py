"""Square's API through its official SDK. Imported by `SquarePayment.open` in a thread, and by nobody else.

Every error leaves here in our vocabulary, raised outside the handler: the SDK's errors carry the whole answer, which
repeats phone numbers, so not even the context of ours may hold one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import httpx
from square import AsyncSquare
from square.core.api_error import ApiError

from deskbell import Misconfigured, OutboundError, OutcomeUnknown, ProviderContext, RetryLater, retry_after
from plugins.payments.square.config import SquareConfig
from plugins.payments.square.errors import STALE_TOKEN, refusal
from plugins.payments.square.reading import at

#: One call of the SDK's, given the options of the request.
Call = Callable[[dict[str, Any]], Awaitable[Any]]

#: Nothing had left for Square when these came up: no connection was made, or none became free.
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
#: The address or a header cannot be used at all.
UNUSABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError, httpx.InvalidURL)
#: The shapes in which an answer that is not Square's own JSON comes out of the SDK.
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)


class SquareApi:
    """The SDK, and how it is asked: once, in time, with the token of the moment.

    Make it in a thread: it loads what the SDK loads late. `until` is a time of the event loop's; see `limit`.
    """

    def __init__(self, config: SquareConfig, context: ProviderContext) -> None:
        self._config = config
        self._context = context
        deadline = config.deadline_seconds
        # Connecting ends well before the deadline, so that "never sent" can be told from "never answered".
        self._timeout = httpx.Timeout(deadline, connect=deadline / 3, pool=deadline / 3)
        # Our own, for the SDK cannot close the one that it makes.
        self._http = httpx.AsyncClient(timeout=self._timeout, follow_redirects=False)
        # Without a token: it travels with each call. Left out, the environment's would be taken.
        sdk = AsyncSquare(token=None, base_url=config.address, httpx_client=self._http)
        self.links, self.orders = sdk.checkout.payment_links, sdk.orders
        self.payments, self.refunds = sdk.payments, sdk.refunds
        self.locations, self.oauth = sdk.locations, sdk.o_auth

    async def close(self) -> None:
        await self._http.aclose()

    def limit(self) -> float:
        """When something that begins now has to be over."""
        return asyncio.get_running_loop().time() + self._config.deadline_seconds

    async def token(self) -> str:
        """The access token as it is now: of the connected account, or the clinic's own."""
        if self._config.application_id is not None and (grant := await self._context.grant()) is not None:
            return grant.access_token
        if self._config.access_token is not None:
            return self._config.access_token.get_secret_value()
        clinic = self._context.clinic
        raise Misconfigured(
            f"No Square account is connected to {self._context.binding}: `deskbell connections connect {clinic}"
            f" {self._context.binding.removeprefix(f'{clinic}-')}` makes an address where its owner can agree.",
            code="not_connected",
        )

    async def act(self, call: Call, until: float) -> Any:
        """The answer to a call that may change something. A token that was just renewed is taken up, once."""
        token = await self.token()
        try:
            return await self.once(call, until, {"Authorization": f"Bearer {token}"})
        except Misconfigured as error:
            refused = error
        fresh = await self.token() if refused.code in STALE_TOKEN else token
        if fresh == token:
            raise refused
        return await self.once(call, until, {"Authorization": f"Bearer {fresh}"})

    async def read(self, call: Call, until: float) -> Any:
        """The answer to a call that changes nothing: one that got none may be asked again."""
        try:
            return await self.act(call, until)
        except OutcomeUnknown as error:
            code = error.code
        raise RetryLater("Square did not answer a question; asking has changed nothing.", code=code)

    async def once(self, call: Call, until: float, headers: Mapping[str, str]) -> Any:
        """Whatever comes back, in our vocabulary."""
        # The SDK hands the timeout to httpx as it is; as a plain number it would be one for connecting too.
        options = {"max_retries": 0, "timeout_in_seconds": self._timeout, "additional_headers": dict(headers)}
        failure: OutboundError
        try:
            async with asyncio.timeout_at(until):
                return await call(options)
        except ApiError as error:
            failure = self._refusal(error)
        except NOT_SENT:
            failure = RetryLater("Square cannot be reached.")
        except UNUSABLE:
            failure = Misconfigured("The address of the Square API cannot be used; see base_url.")
        except (httpx.HTTPError, TimeoutError, OSError):
            failure = OutcomeUnknown("Square did not answer within the deadline, or the connection ended.")
        except UNREADABLE:
            failure = OutcomeUnknown("Square's answer cannot be read.")
        raise failure

    def _refusal(self, error: ApiError) -> OutboundError:
        found = at(error.body, "errors")
        first = found[0] if isinstance(found, list) and found else None
        pause: timedelta | None = retry_after((error.headers or {}).get("retry-after"), self._context.clock.now())
        return refusal(error.status_code or 0, _word(at(first, "code")), _word(at(first, "field")), pause)


def _word(value: object) -> str | None:
    """A code or the path of a field, as Square writes them; None for anything else."""
    fine = isinstance(value, str) and 0 < len(value) <= 100 and value.isascii() and value.isprintable()
    return value if fine else None
