"""The send gate: whether a text that was committed may still leave. Asked on every attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from core.config.clinic import ClinicPlan
from core.engine.events import said
from core.receptionist import quiet
from core.receptionist.consent_words import stop_among
from core.store.broadcasts import STOPPED
from core.store.outbox import Claimed
from deskbell import TextKind

#: An opt-out may be confirmed within five minutes (47 CFR 64.1200(a)(12)); later, silence says it as well.
_CONFIRMED_WITHIN = timedelta(minutes=5)


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
    withheld = _unwanted(text, now)
    if withheld:
        return Refused("dropped", withheld)
    if text.author == "bot" and text.epoch != text.current_epoch:
        return Refused("dropped", "staff took the conversation over")
    if text.stopped:
        return Refused("dropped", STOPPED)
    unasked = text.kind == TextKind.OUTREACH
    if unasked and text.answered:
        return Refused("dropped", "the patient has written since")
    # A night that a text waited for is not held against it.
    ripe = (_quiet_until(text, plan, text.queued_at) if unasked else None) or text.queued_at
    if now - ripe > plan.sending.max_age:
        return Refused("held", "older than sending.max_age")
    ends = _quiet_until(text, plan, now) if unasked else None
    if ends is None:
        return None
    if plan.quiet_hours.of(text.written_by).then == "drop":
        return Refused("dropped", "quiet hours")
    return Refused("queued", "quiet hours", ends)


def _unwanted(text: Claimed, now: datetime) -> str:
    """Why the contact does not want it; empty when they have said nothing of the kind."""
    if text.overtaken:
        return "the contact has said otherwise since"
    if not text.opted_out:
        # Their turn waits for the rest of a burst. Nothing leaves meanwhile.
        return "the contact has opted out" if _stop_waits(text) else ""
    if text.kind != TextKind.CONSENT:
        return "the contact has opted out"
    return "too late to confirm" if now - text.created_at > _CONFIRMED_WITHIN else ""


def _stop_waits(text: Claimed) -> bool:
    return stop_among([said(body) for body in text.unseen]) is not None


def _quiet_until(text: Claimed, plan: ClinicPlan, moment: datetime) -> datetime | None:
    """When the recipient's quiet hours end; None when the moment lies in none."""
    hours = plan.quiet_hours.of(text.written_by)
    return quiet.ends(moment, text.recipient, plan.clinic.timezone, hours.begin, hours.end)
