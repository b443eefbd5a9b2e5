"""What a turn hears of deposits: the request moves and staff are told before any stage runs, whatever stages then do.

Money must not depend on whether the bot may speak: a patient who has opted out, or whom staff talk with, has paid all
the same. Words are for the stage `deposit`.
"""

from __future__ import annotations

from core.config.schema import PaymentLinks
from core.receptionist.facts import Known
from core.receptionist.money import money_text
from core.receptionist.requests import may_move
from core.receptionist.timers import EXPIRY, REMINDER, SLOW
from core.store.mailbox import Snapshot
from deskbell import (
    CancelDeposit,
    CancelTimer,
    Deposit,
    DepositChanged,
    DepositStatus,
    Money,
    MoveRequest,
    NotifyStaff,
    RequestStatus,
    SetTimer,
    TimerDue,
    Turn,
)

#: What staff read of each news, and whether it is urgent.
_NOTICES = {
    DepositStatus.PAID: ("deposit_paid", "Paid the {amount} deposit", False),
    DepositStatus.FAILED: ("deposit_failed", "Could not pay the {amount} deposit", False),
    DepositStatus.HELD: ("deposit_held", "Paid another amount than the {amount} deposit", True),
    DepositStatus.REFUNDED: ("deposit_refunded", "Got the {amount} deposit back", False),
    DepositStatus.DISPUTED: ("deposit_disputed", "Disputes the {amount} deposit", True),
    DepositStatus.CANCELLED: ("deposit_no_link", "No link could be made for the {amount} deposit", True),
}


def current_deposit(snapshot: Snapshot) -> Deposit | None:
    """The newest deposit of the newest request, as it is stored."""
    if snapshot.deposit is None:
        return None
    number, request, status, cents, currency, url = snapshot.deposit
    return Deposit(number, request, DepositStatus(status), Money(cents, currency), url)


def keep_deposits(turn: Turn, links: PaymentLinks) -> None:
    """Keeps what the turn's events say of deposits."""
    for event in turn.events:
        if isinstance(event, DepositChanged):
            _changed(turn, event, links)
        elif isinstance(event, TimerDue) and event.name == EXPIRY:
            _expired(turn)


def _changed(turn: Turn, event: DepositChanged, links: PaymentLinks) -> None:
    deposit = event.deposit
    turn.note("deposit", status=deposit.status.value, cause=event.cause)
    notice = _NOTICES.get(deposit.status)
    if notice and event.cause != "again":
        kind, line, urgent = notice
        turn.add(NotifyStaff(kind, _summary(turn, line.format(amount=money_text(deposit.amount))), urgent))
    if event.cause == "again":
        line = f"Paid the {money_text(deposit.amount)} deposit again after it was given back"
        turn.add(NotifyStaff("deposit_paid_twice", _summary(turn, line), urgent=True))
    if turn.deposit is None or turn.deposit.request != deposit.request:
        return  # of an earlier request
    if turn.deposit.id != deposit.id:
        _another_took_its_place(turn, deposit)
        return
    if deposit.status is not DepositStatus.FAILED:
        for name in (SLOW, REMINDER, EXPIRY):
            turn.add(CancelTimer(name))
    match deposit.status:
        case DepositStatus.LINK_SENT:
            turn.add(SetTimer(REMINDER, event.at + links.remind_after))
            turn.add(SetTimer(EXPIRY, event.at + links.expire_after))
        case DepositStatus.PAID:
            _move(turn, RequestStatus.PAID)
        case DepositStatus.REFUNDED:
            _move(turn, RequestStatus.CLOSED)
        case DepositStatus.CANCELLED:
            _move(turn, RequestStatus.READY)


def _another_took_its_place(turn: Turn, paid: Deposit) -> None:
    """A link that was given up was paid all the same: the newer one is not wanted then."""
    if paid.status is not DepositStatus.PAID or turn.deposit is None:
        return
    if turn.deposit.open:
        turn.add(CancelDeposit("superseded"))
        for name in (SLOW, REMINDER, EXPIRY):
            turn.add(CancelTimer(name))
    elif turn.deposit.status is DepositStatus.PAID:
        turn.add(NotifyStaff("deposit_paid_twice", _summary(turn, "Paid twice: please give one back"), urgent=True))
    _move(turn, RequestStatus.PAID)


def _expired(turn: Turn) -> None:
    """An unpaid link is void now; staff call without a deposit."""
    if turn.deposit is None or not turn.deposit.open:
        return
    turn.note("deposit", status="expired", cause="timer")
    turn.add(CancelTimer(REMINDER))
    turn.add(CancelDeposit("expired"))
    _move(turn, RequestStatus.READY)
    line = f"Has not paid the {money_text(turn.deposit.amount)} deposit in time; please call without it"
    turn.add(NotifyStaff("deposit_expired", _summary(turn, line)))


def _move(turn: Turn, status: RequestStatus) -> None:
    if turn.standing is not None and turn.standing is not status and may_move(turn.standing, status):
        turn.add(MoveRequest(status))


def _summary(turn: Turn, line: str) -> str:
    """Name, service and time only: this leaves the building."""
    who = Known.of(turn.facts).summary
    return f"{line}: {who}" if who else line
