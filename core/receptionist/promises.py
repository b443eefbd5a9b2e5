"""Promises of a call: when what was said holds one, and by when it is due."""

from __future__ import annotations

from collections.abc import Iterable

from core.receptionist.opening import call_back, call_back_by
from core.receptionist.timers import promise
from deskbell import HandOver, Say, SetTimer, Turn


def keep_promise(turn: Turn) -> None:
    """Sets a timer where the turn's texts say by when staff will be in touch, or a hand-over leaves it to them.

    A clinic that has told no hours promises no time, and nothing comes due.
    """
    due = call_back_by(turn.clinic, turn.now)
    if due is not None and (_handed_over(turn) or _says(turn.replies, call_back(turn.clinic, turn.now))):
        turn.add(SetTimer(promise(due), due))


def _handed_over(turn: Turn) -> bool:
    return any(isinstance(effect, HandOver) for effect in turn.effects)


def _says(replies: Iterable[Say], when: str) -> bool:
    return any(when in say.text for say in replies)
