"""Everything that was sent to the models, so that a test can prove what never left. Kept in memory only."""

from __future__ import annotations

import json as jsonlib
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from sanic import Request

from deskbell import Clock

#: Calls kept; the oldest are forgotten beyond that.
KEPT = 5_000
_SECRET = frozenset({"authorization", "x-api-key", "x-amz-security-token"})


@dataclass(slots=True)
class ModelCall:
    """One request. `status` is None while it is under way, and where no answer was given."""

    id: int
    at: str
    provider: str
    path: str
    #: All but the credentials.
    headers: dict[str, str]
    #: The body: JSON, or text where it is none.
    body: Any
    #: What answered: "suggested", "reply", "check", a fault's name, or "refused".
    answered: str | None = None
    status: int | None = None


class ModelCalls:
    """The calls, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: deque[ModelCall] = deque(maxlen=KEPT)
        self._count = 0

    def note(self, provider: str, request: Request) -> ModelCall:
        self._count += 1
        headers = {name: value for name, value in request.headers.items() if name not in _SECRET}
        body: Any
        try:
            body = jsonlib.loads(request.body)
        except (ValueError, RecursionError):
            body = request.body.decode("utf-8", "replace")
        call = ModelCall(self._count, self._clock.now().isoformat(), provider, request.path, headers, body)
        self._calls.append(call)
        return call

    def since(self, last: int = 0) -> list[dict[str, Any]]:
        return [asdict(call) for call in self._calls if call.id > last]

    def clear(self) -> None:
        self._calls.clear()
