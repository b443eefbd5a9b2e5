"""Business time of the sandbox: the machine's clock plus an offset that a person or a test moves.

The offset stands in a small file, in seconds as text, that the runtime reads too: both then live at the same moment,
in one process or in two, and it survives a restart (the data written in that future does as well).
"""

from __future__ import annotations

import math
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from deskbell import Clock, DeskbellError, SystemClock

#: Ten years either way, in seconds: enough for every timer, far from the edges of the calendar.
FURTHEST = 10 * 366 * 86_400.0


class ClockUnreadable(DeskbellError):
    """The sandbox's clock file cannot be used."""


class SandboxClock:
    """A `deskbell.Clock` that can be moved.

    `advance` and `set` raise `ValueError` when the result is more than ten years from the machine's clock.
    """

    def __init__(self, file: Path, machine: Clock | None = None) -> None:
        self.file = file
        self._machine = machine or SystemClock()
        self._offset = 0.0

    @property
    def offset(self) -> float:
        """Seconds ahead of the machine's clock; negative when behind."""
        return self._offset

    def now(self) -> datetime:
        return self._machine.now() + timedelta(seconds=self._offset)

    def load(self) -> None:
        """Takes up the offset of an earlier run, or writes the first one. Raises `ClockUnreadable`."""
        if not self.file.exists():
            self._move(0.0)
            return
        try:
            offset = float(self.file.read_text("ascii"))
            _check(offset)
        except ValueError:
            raise ClockUnreadable(
                f"{self.file} does not hold an offset in seconds, such as 0 or 3600.5. Delete it to start at 0."
            ) from None
        self._offset = offset

    def advance(self, seconds: float) -> None:
        self._move(self._offset + seconds)

    def set(self, now: datetime) -> None:
        self._move((now - self._machine.now()).total_seconds())

    def reset(self) -> None:
        self._move(0.0)

    def _move(self, offset: float) -> None:
        _check(offset)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and renamed: a reader sees the old offset or the new one, never half of it.
        scratch = self.file.with_suffix(f".{secrets.token_hex(4)}.tmp")
        scratch.write_text(f"{offset!r}\n", "ascii")
        scratch.replace(self.file)
        self._offset = offset


def _check(offset: float) -> None:
    if not math.isfinite(offset) or abs(offset) > FURTHEST:
        raise ValueError("the clock moves at most ten years from the machine's own")
