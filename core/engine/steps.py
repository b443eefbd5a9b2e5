"""The engine's steps, by name: where a crash would hurt. Tests stop the process at each of them."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum


class Step(StrEnum):
    INTAKE_COMMITTED = "intake committed"
    TURN_LOADED = "turn loaded"
    BEFORE_COMMIT = "before the turn's commit"
    AFTER_COMMIT = "after the turn's commit"
    BEFORE_SEND = "before the provider call"
    AFTER_SEND = "after the provider call"
    LINK_MADE = "the provider has made a link"
    LINK_KEPT = "the link is written down"
    LINK_VOID = "the provider has made a link void"
    PAYMENT_ENTERED = "a payment is entered"


#: The steps of a deposit; the others are those of a text.
OF_DEPOSITS = frozenset({Step.LINK_MADE, Step.LINK_KEPT, Step.LINK_VOID, Step.PAYMENT_ENTERED})

#: Called as each step is reached.
OnStep = Callable[[Step], None]


def pass_by(step: Step) -> None:
    """What production does at a step: nothing."""
