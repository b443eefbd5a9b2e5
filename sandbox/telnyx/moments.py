"""How Telnyx writes a time."""

from __future__ import annotations

from datetime import datetime


def moment(at: datetime | None) -> str | None:
    """A time as Telnyx writes it: ISO 8601 in UTC with milliseconds."""
    return None if at is None else at.isoformat(timespec="milliseconds")
