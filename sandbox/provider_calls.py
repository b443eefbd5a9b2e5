"""The frame around every call that plays a provider: logged, and disturbed when a fault waits for it.

The stand-ins' handlers are plain functions: they act and answer at once. What happens to the answer afterwards (late,
cut off, never) is decided here, after the act, because that is when it hurts.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Literal

from sanic import HTTPResponse, Request, json, text

from sandbox.faults import FaultRequest, Faults, Kind
from sandbox.traffic import Entry, Traffic

Handler = Callable[..., HTTPResponse]
#: Makes the provider's own error body for an HTTP status.
Refusal = Callable[[int], HTTPResponse]

#: Longer than any client's deadline.
_FOREVER = 3_600.0


class ProviderCalls:
    """Wraps the handlers of one provider."""

    def __init__(self, provider: str, *, faults: Faults, traffic: Traffic, refusal: Refusal) -> None:
        self._provider = provider
        self._faults = faults
        self._traffic = traffic
        self._refusal = refusal

    def handle(
        self, event: Literal["send", "read"], handler: Handler
    ) -> Callable[..., Coroutine[Any, Any, HTTPResponse]]:
        async def call(request: Request, **parts: str) -> HTTPResponse:
            started = time.perf_counter()
            fault = self._faults.for_api(self._provider, event)
            entry = self._note(request, event, fault)
            if fault is not None and fault.kind is Kind.STATUS:
                response = self._answer_of(fault)
            else:
                response = handler(request, **parts)
            if fault is not None:
                await self._disturb(request, fault)
            entry.status = response.status
            entry.milliseconds = round((time.perf_counter() - started) * 1_000, 1)
            return response

        call.__name__ = f"{self._provider}_{handler.__name__}"
        return call

    def _note(self, request: Request, event: str, fault: FaultRequest | None) -> Entry:
        return self._traffic.note(
            "api",
            self._provider,
            method=request.method,
            url=request.server_path + (f"?{request.query_string}" if request.query_string else ""),
            event=event,
            body=request.body,
            note=fault.kind if fault else None,
        )

    def _answer_of(self, fault: FaultRequest) -> HTTPResponse:
        if fault.body is None:
            response = self._refusal(fault.code)
        elif isinstance(fault.body, str):
            response = text(fault.body, fault.code)
        else:
            response = json(fault.body, fault.code)
        if fault.retry_after is not None:
            response.headers["retry-after"] = str(fault.retry_after)
        return response

    async def _disturb(self, request: Request, fault: FaultRequest) -> None:
        match fault.kind:
            case Kind.DELAY:
                await asyncio.sleep(fault.seconds)
            case Kind.TIMEOUT:
                # Ends when the client hangs up: the server then cancels this call.
                await asyncio.sleep(_FOREVER)
            case Kind.DROP_RESPONSE:
                _cut(request)
                await asyncio.sleep(_FOREVER)


def _cut(request: Request) -> None:
    """Closes the connection as a broken network does: what was written is not even flushed."""
    transport: Any = request.transport
    if transport is not None:
        transport.abort()
