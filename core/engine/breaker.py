"""A circuit breaker: what keeps failing is left alone for a while, and then tried with a single call. Pure.

Each process keeps its own, and learns by its own calls: there is nothing to agree on, and nothing to be cut off from.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

#: So many different texts in a row that could not be handed over open it: one patient's trouble is not the carrier's.
_THRESHOLD = 3
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=10), timedelta(minutes=5)
#: A probe that nobody has reported on by then does not count any more: who made it may be gone.
_PROBE = timedelta(seconds=45)


@dataclass(slots=True)
class Breaker:
    """Closed, it lets every call through; open, none until its pause is over, and then one."""

    _failing: set[str] = field(default_factory=set)
    _pause: timedelta = _FIRST_PAUSE
    #: When the next probe may be made; None while it is closed.
    _again_at: datetime | None = None
    #: A probe is under way, and counts until then.
    _probe_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self._again_at is not None

    def enter(self, now: datetime) -> datetime | None:
        """None: the call may be made, and its outcome is to be reported. Else the moment to ask again."""
        if self._again_at is None:
            return None
        if now < self._again_at:
            return self._again_at
        if self._probe_until is not None and now < self._probe_until:
            return self._probe_until
        self._probe_until = now + _PROBE
        return None

    def let_be(self) -> None:
        """The call that `enter` allowed was not made."""
        self._probe_until = None

    def succeeded(self) -> None:
        """The other side answered, if only with a refusal."""
        self._failing.clear()
        self._again_at = self._probe_until = None
        self._pause = _FIRST_PAUSE

    def failed(self, text: str, now: datetime) -> None:
        """A call for `text` did not get through."""
        self._failing.add(text)
        if self._again_at is None:
            if len(self._failing) >= _THRESHOLD:
                self._again_at = now + self._pause
        elif self._probe_until is not None:
            self._pause = min(2 * self._pause, _LONGEST_PAUSE)
            self._again_at, self._probe_until = now + self._pause, None
