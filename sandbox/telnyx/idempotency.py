"""Telnyx's contract for `Idempotency-Key`: the first success is remembered for 24 hours and replayed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from deskbell import Clock
from sandbox.telnyx.errors import TelnyxError

_KEY = re.compile(r"[A-Za-z0-9_:-]{1,255}")
_REMEMBERED = timedelta(hours=24)
#: Keys remembered at most, whatever their age.
_MOST = 50_000


@dataclass(frozen=True, slots=True)
class _Success:
    request: bytes
    answer: bytes
    at: datetime


class Successes:
    """Successful answers by key, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_key: dict[str, _Success] = {}

    def once(self, key: str | None, request: bytes, act: Callable[[], bytes]) -> tuple[bytes, bool]:
        """The answer to `request`, and whether it is a replay. `act` runs at most once for a key.

        Only successes are remembered. Raises `TelnyxError` 10027 when the key came with another body (bodies are
        compared byte by byte), 10015 when it is no key.
        """
        if key is None:
            return act(), False
        if not _KEY.fullmatch(key):
            raise TelnyxError("10015", "Idempotency-Key takes 1 to 255 of A-Z a-z 0-9 _ : -")
        self._forget_old()
        earlier = self._by_key.get(key)
        if earlier is None:
            answer = act()
            self._by_key[key] = _Success(request, answer, self._clock.now())
            return answer, False
        if earlier.request != request:
            raise TelnyxError("10027", "This idempotency key was used with another request body.")
        return earlier.answer, True

    def _forget_old(self) -> None:
        now = self._clock.now()
        while self._by_key:
            oldest = next(iter(self._by_key))
            if now - self._by_key[oldest].at <= _REMEMBERED and len(self._by_key) < _MOST:
                break
            del self._by_key[oldest]
