"""The circuit breaker of one provider: after some failures in a row it is left alone for a while, then tried once.

Pure, and one for each process: a fleet finds out with a few calls a process, and nobody pays a round trip for asking
whether all is well.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

#: Failures in a row after which a provider is left alone.
FAILURES = 3
#: Seconds until it is tried again, where it did not say when.
PAUSE_SECONDS = 30.0


class Breaker:
    """Counts failures. `now` gives seconds on a clock that only goes forward."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._failures = 0
        self._failing_since = 0.0
        self._closed_from = 0.0

    def lets_through(self) -> bool:
        """Whether a call may be made. While it is open one call a pause is let through, to see how things are."""
        if not self.open:
            return True
        if self._now() < self._closed_from:
            return False
        self._closed_from = self._now() + PAUSE_SECONDS
        return True

    @property
    def open(self) -> bool:
        """Whether the provider counts as down."""
        return self._failures >= FAILURES

    @property
    def down_seconds(self) -> float:
        """How long the provider has been down, counted from the first failure; 0 while it is not."""
        return self._now() - self._failing_since if self.open else 0.0

    @property
    def pause_seconds(self) -> float:
        """How long until the next call is let through."""
        return max(0.0, self._closed_from - self._now()) if self.open else 0.0

    def succeeded(self) -> bool:
        """Notes a success. Returns whether it is this one that ends the time of being left alone."""
        was_open, self._failures = self.open, 0
        return was_open

    def failed(self, after_seconds: float | None = None) -> bool:
        """Notes a failure. Returns whether it is this one that the provider is left alone for."""
        if not self._failures:
            self._failing_since = self._now()
        self._failures += 1
        if self.open:
            self._closed_from = self._now() + (after_seconds or PAUSE_SECONDS)
        return self._failures == FAILURES
