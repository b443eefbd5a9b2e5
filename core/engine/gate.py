"""The send gate: whether a text that was committed may still leave. Asked on every attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.config.clinic import ClinicPlan
from core.receptionist import quiet
from core.store.outbox import Claimed
from deskbell import TextKind


@dataclass(frozen=True, slots=True)
class Refused:
    """The text does not leave now.

    ``dropped`` is nobody's loss; ``held`` is for staff to look at; ``queued`` leaves at `due_at`.
    """

    status: Literal["dropped", "held", "queued"]
    reason: str
    due_at: datetime | None = None


def refusal(text: Claimed, plan: ClinicPlan, now: datetime) -> Refused | None:
    """Why this text must not leave now; None when it may."""
    if text.opted_out and text.kind != TextKind.CONSENT:
        return Refused("dropped", "the contact has opted out")
    if text.author == "bot" and text.epoch != text.current_epoch:
        return Refused("dropped", "staff took the conversation over")
    if now - text.queued_at > plan.sending.max_age:
        return Refused("held", "older than sending.max_age")
    if text.kind == TextKind.OUTREACH:
        return _unasked(text, plan, now)
    return None


def _unasked(text: Claimed, plan: ClinicPlan, now: datetime) -> Refused | None:
    """What nobody asked for waits for the patient's morning, and is moot once they have written."""
    if text.answered:
        return Refused("dropped", "the patient has written since")
    hours = plan.quiet_hours
    ends = quiet.ends(now, text.recipient, plan.clinic.timezone, hours.begin, hours.end)
    if ends is None:
        return None
    return Refused("dropped", "quiet hours") if hours.then == "drop" else Refused("queued", "quiet hours", ends)
