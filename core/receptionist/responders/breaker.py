"""The circuit breaker of one model: after some failures in a row it is left alone for a while, then tried once."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

#: Failures in a row after which a model is left alone.
FAILURES = 3
#: Seconds until it is tried again, where it did not say when.
PAUSE_SECONDS = 30.0


class Breaker:
    """Counts failures. `now` gives seconds on a clock that only goes forward."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._failures = 0
        self._closed_from = 0.0

    def lets_through(self) -> bool:
        """Whether a call may be made. While it is open one call a pause is let through, to see how things are."""
        if self._failures < FAILURES:
            return True
        if self._now() < self._closed_from:
            return False
        self._closed_from = self._now() + PAUSE_SECONDS
        return True

    def succeeded(self) -> None:
        self._failures = 0

    def failed(self, after_seconds: float | None = None) -> bool:
        """Notes a failure. Returns whether it is this one that the model is left alone for."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._closed_from = self._now() + (after_seconds or PAUSE_SECONDS)
        return self._failures == FAILURES
