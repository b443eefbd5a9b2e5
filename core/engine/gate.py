"""The send gate: whether a text that was committed may still leave. Asked on every attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.config.clinic import ClinicPlan
from core.receptionist import quiet
from core.store.broadcasts import STOPPED
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
    if text.stopped:
        return Refused("dropped", STOPPED)
    unasked = text.kind == TextKind.OUTREACH
    if unasked and text.answered:
        return Refused("dropped", "the patient has written since")
    # A night that a text waited for is not held against it.
    ripe = (_quiet_until(text, plan, text.created_at) if unasked else None) or text.created_at
    if now - ripe > plan.sending.max_age:
        return Refused("held", "older than sending.max_age")
    ends = _quiet_until(text, plan, now) if unasked else None
    if ends is None:
        return None
    if plan.quiet_hours.then == "drop":
        return Refused("dropped", "quiet hours")
    return Refused("queued", "quiet hours", ends)


def _quiet_until(text: Claimed, plan: ClinicPlan, moment: datetime) -> datetime | None:
    """When the recipient's quiet hours end; None when the moment lies in none."""
    hours = plan.quiet_hours
    return quiet.ends(moment, text.recipient, plan.clinic.timezone, hours.begin, hours.end)
