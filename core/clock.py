"""The business clock of a running system that a sandbox may move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path


class ShiftedClock:
    """The machine's clock plus an offset in seconds that stands in a file; no file is no offset.

    Several processes of one machine read the same file, so that a month passes for web and workers at once. Only
    a sandboxed system runs on it.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._read()

    def _read(self) -> timedelta:
        try:
            stamp = self._file.stat().st_mtime_ns
        except FileNotFoundError:
            return timedelta()
        if stamp != self._stamp:
            self._offset = timedelta(seconds=float(self._file.read_text() or 0))
            self._stamp = stamp
        return self._offset
