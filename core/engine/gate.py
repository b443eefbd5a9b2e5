"""The send gate: whether a text that was committed may still leave. Asked on every attempt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.config.schema import Sending
from core.store.outbox import Claimed
from deskbell import TextKind


@dataclass(frozen=True, slots=True)
class Refused:
    """The text does not leave. ``dropped`` is nobody's loss; ``held`` is for staff to look at."""

    status: Literal["dropped", "held"]
    reason: str


def refusal(text: Claimed, sending: Sending, now: datetime) -> Refused | None:
    """Why this text must not leave now; None when it may."""
    if text.opted_out and text.kind != TextKind.CONSENT:
        return Refused("dropped", "the contact has opted out")
    if text.author == "bot" and text.epoch != text.current_epoch:
        return Refused("dropped", "staff took the conversation over")
    if now - text.created_at > sending.max_age:
        return Refused("held", "older than sending.max_age")
    return None
