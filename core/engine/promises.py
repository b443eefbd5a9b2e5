"""Promises of a call that come due: staff are told once more when nobody has acted in time.

Whoever acts (replies, takes over, gives back, says "seen") ends the promise: its timer goes in the same transaction.
It is the engine's and no stage's, for staff are told whether or not the bot may speak.
"""

from __future__ import annotations

from core.config.staff import Staff
from core.receptionist.facts import Known
from core.receptionist.timers import is_promise
from deskbell import NotifyStaff, StaffReplied, TimerDue, Turn


def keep_promises(turn: Turn, staff: Staff) -> None:
    """Tells staff of a promise among the turn's events, unless somebody has just acted."""
    due = [event for event in turn.events if isinstance(event, TimerDue) and is_promise(event.name)]
    acted = any(isinstance(event, StaffReplied) for event in turn.events)
    if not due or acted or staff.promise_due == "never":
        return
    turn.note("promise_due")
    who = Known.of(turn.facts).summary
    line = "A call was promised by now, and nobody has acted"
    turn.add(NotifyStaff("promise_due", f"{line}: {who}" if who else line, urgent=staff.promise_due == "urgent"))
