"""The errors of any vendor's package, sorted by what we do about them. Pure.

They have no class in common. What they share is habit: an HTTP status in one of a few places, and names for the rest,
often one or two causes further down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from deskbell import Misconfigured, ModelMalformed, ModelRefused, OutboundError, RetryLater, retry_after

#: Parts of class names, and what they tell.
_UNREACHABLE = ("ConnectError", "ConnectTimeout", "ClientConnector", "ConnectionRefused", "EndpointConnection")
_CUT = ("RemoteProtocol", "ReadError", "WriteError", "ServerDisconnected", "ConnectionReset", "ConnectionClosed")
_SLOW = ("Timeout", "DeadlineExceeded")
_FILTERED = ("ContentFilter", "Guardrail")
#: The vendor's package could not make sense of the answer.
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)


def refusal(error: BaseException, now: datetime) -> OutboundError:
    """Our error for theirs; of its text nothing is told on."""
    chain = list(_chain(error))
    names = [kind.__name__ for one in chain for kind in type(one).__mro__]
    if _any(names, _FILTERED) or any(getattr(one, "code", None) == "content_filter" for one in chain):
        return ModelRefused("A filter in front of the model stopped the answer.", code="guardrail")
    status = next(filter(None, map(_status, chain)), None)
    if status is not None:
        return _by_status(status, next(filter(None, map(_pause, chain)), None), now)
    if _any(names, _UNREACHABLE):
        return RetryLater("The model cannot be reached.", code="unreachable")
    if _any(names, _SLOW):
        return RetryLater("The model did not answer within the deadline.", code="timeout")
    if _any(names, _CUT):
        return RetryLater("The connection to the model ended before it answered.", code="cut")
    if "LengthFinishReason" in "".join(names):
        return ModelMalformed("The model's answer was cut off: it needs more than max_tokens.", code="truncated")
    if isinstance(error, _UNREADABLE):
        return ModelMalformed(f"The model's answer cannot be read ({type(error).__name__}).", code="unreadable")
    return RetryLater(f"The model failed ({type(error).__name__}).", code=type(error).__name__)


def _by_status(status: int, pause: str | None, now: datetime) -> OutboundError:
    code = f"http_{status}"
    if status in (408, 409, 424, 425, 429) or status >= 500:
        return RetryLater(f"The model cannot answer now (HTTP {status}).", after=retry_after(pause, now), code=code)
    if status in (401, 402, 403):
        return Misconfigured(f"The vendor refuses the key or the account (HTTP {status}).", code=code)
    return Misconfigured(f"The vendor refuses the request (HTTP {status}); see model, base_url, options.", code=code)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(6):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def _any(names: list[str], parts: tuple[str, ...]) -> bool:
    return any(part in name for name in names for part in parts)


def _status(error: BaseException) -> int | None:
    response = getattr(error, "response", None)
    places = [getattr(error, "status_code", None), getattr(response, "status_code", None), getattr(error, "code", None)]
    if isinstance(response, Mapping):  # botocore
        places.append((response.get("ResponseMetadata") or {}).get("HTTPStatusCode"))
    return next((one for one in places if type(one) is int and 300 <= one < 600), None)


def _pause(error: BaseException) -> str | None:
    headers: Any = getattr(getattr(error, "response", None), "headers", None)
    found = headers.get("retry-after") if isinstance(headers, Mapping) else None
    return str(found) if found else None
