"""A window of days and hours while it is read, item by item."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from core.receptionist.when import Daytime, Window


@dataclass(slots=True)
class WindowDraft:
    """A window while it is read."""

    weekdays: set[int] = field(default_factory=set)
    excluded: set[int] = field(default_factory=set)
    first: date | None = None
    last: date | None = None
    hours: Daytime | None = None

    @property
    def has_days(self) -> bool:
        return bool(self.weekdays or self.excluded or self.first or self.last)

    @property
    def is_moment(self) -> bool:
        """An hour that no day was said with."""
        return not self.has_days and self.hours is not None and self.hours.start == self.hours.end

    def window(self) -> Window:
        weekdays = self.weekdays - self.excluded
        if self.excluded and not weekdays:
            weekdays = set(range(7)) - self.excluded
        return Window(tuple(sorted(weekdays)), self.first, self.last, self.hours)
