"""Names of the timers that the receptionist and its stages set."""

from __future__ import annotations

from datetime import datetime

#: A link is being made for longer than a patient expects; a link is unpaid; a link is over.
SLOW, REMINDER, EXPIRY = "deposit_slow", "deposit_reminder", "deposit_expiry"
#: A question of ours is unanswered.
NUDGE = "nudge"

#: A call that was promised is due; one timer for each moment that was named.
PROMISE = "promise "


def promise(due: datetime) -> str:
    """The timer of a promise to call by `due`."""
    return f"{PROMISE}{due.isoformat()}"


def is_promise(name: str) -> bool:
    return name.startswith(PROMISE)
