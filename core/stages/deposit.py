"""Words for what becomes of a deposit: the link, the confirmation, the reminder, or the truth when it comes to nothing.

The request has moved and staff were told before any stage ran (`core.engine.deposits.news`). What is said here of money
is the system's own and not a model's: it is lent to the output guard as grounds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from core.receptionist.memory import KEY, Memory, Pending
from core.receptionist.money import money_text
from core.receptionist.opening import call_back
from core.receptionist.paying import FIELD
from core.receptionist.timers import REMINDER, SLOW
from core.stages.output_guard import GROUNDING
from deskbell import (
    CallNext,
    CancelDeposit,
    Deposit,
    DepositChanged,
    DepositStatus,
    Remember,
    RequestStatus,
    Settings,
    Stage,
    TextKind,
    TimerDue,
    Turn,
)

_S = DepositStatus
_NO_LINK = "I could not make a payment link just now, so there is no need to pay ahead. Our team will call you {when}."
_FAILED = (
    "Your payment did not go through, so no deposit was taken. You can try again here: {link} "
    "Or would you rather have our team call you?"
)
_HELD = (
    "Thank you. We received a payment that is not the amount of the deposit, so our team will look at it "
    "and get back to you."
)
_REFUNDED = "Your {amount} deposit was refunded. When it shows on your side is up to your bank."
_AT_THE_DESK = "You can pay the {amount} deposit when you come in. Our team will call you {when} to fix the time."
_SLOW = "Your payment link is taking a little longer than usual. It comes here as soon as it is ready."


class DepositStage(Stage[Settings]):
    """Tells the patient what became of their deposit. Turns without news of one are none of its business."""

    name: ClassVar[str] = "deposit"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        for event in turn.events:
            if isinstance(event, DepositChanged):
                _tell(turn, _line(turn, event))
            elif isinstance(event, TimerDue):
                _remind(turn, event)
        await call_next()


def _line(turn: Turn, event: DepositChanged) -> str:
    """What there is to say of a piece of news; empty where silence is right."""
    deposit, wording = event.deposit, turn.clinic.wording
    match deposit.status:
        case _S.LINK_SENT if _is_current(turn, deposit) and _is_open(turn):
            return _link(turn, deposit)
        case _S.PAID if turn.request is not RequestStatus.PAID and event.cause != "again":
            return _said(turn, wording.deposit_paid, deposit)
        case _S.FAILED if _is_current(turn, deposit) and _is_open(turn):
            _await_answer(turn)
            return _said(turn, _FAILED, deposit)
        case _S.HELD:
            return _HELD
        case _S.REFUNDED:
            return _said(turn, _REFUNDED, deposit)
        case _S.CANCELLED if event.cause == "no_link" and _is_current(turn, deposit):
            return _said(turn, _NO_LINK, deposit)
        case _:
            return ""


def _is_current(turn: Turn, deposit: Deposit) -> bool:
    return turn.deposit is not None and turn.deposit.id == deposit.id


def _is_open(turn: Turn) -> bool:
    """It may have been paid, or given up, since the news was written, or be given up in this very turn."""
    gives_up = any(isinstance(effect, CancelDeposit) for effect in turn.effects)
    return turn.deposit is not None and turn.deposit.open and not gives_up


def _said(turn: Turn, line: str, deposit: Deposit) -> str:
    return turn.clinic.say(
        line, amount=money_text(deposit.amount), link=deposit.url, when=call_back(turn.clinic, turn.now)
    )


def _link(turn: Turn, deposit: Deposit) -> str:
    if not deposit.url:
        return _said(turn, _AT_THE_DESK, deposit)
    _await_answer(turn)
    return _said(turn, turn.clinic.wording.deposit_link, deposit)


def _remind(turn: Turn, event: TimerDue) -> None:
    deposit = turn.deposit
    if deposit is None or turn.request is not RequestStatus.PENDING:
        return
    if event.name == SLOW and deposit.status is _S.REQUESTED:
        _tell(turn, _SLOW)
    elif event.name == REMINDER and _is_open(turn) and deposit.url:
        _tell(turn, _said(turn, turn.clinic.wording.deposit_reminder, deposit), TextKind.OUTREACH)


def _tell(turn: Turn, line: str, kind: TextKind = TextKind.REPLY) -> None:
    if line:
        turn.add(Remember(GROUNDING, [*turn.recall(GROUNDING, []), line]))
        turn.say(line, kind)


def _await_answer(turn: Turn) -> None:
    """A short reply is meant for what was said of the deposit."""
    memory = Memory.of(turn.recall(KEY))
    turn.add(Remember(KEY, replace(memory, pending=Pending(FIELD)).to_json()))
