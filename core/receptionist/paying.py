"""What a deposit asks of the next step: offered once all is known, a link only after a yes, a no accepted for good.

Pure. A yes or a no counts for the deposit only while its offer is the last thing we asked, or where the text names it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.receptionist.situation import Situation
from core.receptionist.steps import Act
from core.receptionist.understanding.offers import OfferAnswer
from deskbell.deposit import DepositStatus
from deskbell.known import RequestStatus
from deskbell.payment import Money

#: An offer that was neither taken nor refused is put once more, and then left alone.
_OFFERS = 2
#: What the pending question is called while an offer stands.
FIELD = "deposit"


@dataclass(frozen=True, slots=True)
class Paying:
    """A step that is about the deposit."""

    act: Act
    amount: Money | None = None
    link: str = ""
    again: bool = False
    gives_up: Literal["", "declined", "superseded"] = ""


def decide(situation: Situation) -> Paying | None:
    """The step that the deposit of a settled request asks for; None when the text is about something else."""
    match situation.request:
        case RequestStatus.READY:
            return _changed_mind(situation)
        case RequestStatus.OFFERED:
            return _other_service(situation) or _answered(situation)
        case RequestStatus.PENDING:
            return _other_service(situation) or _while_open(situation)
        case RequestStatus.PAID if situation.says_paid:
            return Paying(Act.STATUS)
        case _:
            return None


def _changed_mind(situation: Situation) -> Paying | None:
    """Asks to pay after all."""
    if situation.due is None or not situation.wants_link:
        return None
    return Paying(Act.OFFER, situation.due)


def _other_service(situation: Situation) -> Paying | None:
    """Another service within the same request may cost another deposit, or none."""
    asked = situation.deposit.amount if situation.deposit and situation.deposit.open else None
    if "service" not in situation.learned or (asked is not None and asked == situation.due):
        return None
    gives_up: Literal["", "superseded"] = "superseded" if asked else ""
    if situation.offer is None:
        return Paying(Act.UPDATE, gives_up="superseded")
    return Paying(Act.OFFER, situation.offer, gives_up=gives_up)


def _answered(situation: Situation) -> Paying | None:
    if situation.offer is None:
        return None
    match situation.answer:
        case OfferAnswer.AGREES if situation.memory.offered_cents == situation.offer.cents:
            return Paying(Act.SEND_LINK, situation.offer)
        case OfferAnswer.AGREES:  # to an amount that the clinic has changed since
            return Paying(Act.OFFER, situation.offer)
        case OfferAnswer.REFUSES:
            return Paying(Act.NO_DEPOSIT)
        case OfferAnswer.ASKS if situation.memory.offers < _OFFERS:
            return Paying(Act.OFFER, situation.offer, again=True)
        case _:
            return None


def _while_open(situation: Situation) -> Paying | None:
    """A link is open, or being made: it is pointed to, and never made twice."""
    deposit = situation.deposit
    if deposit is None or not deposit.open:
        return None
    if situation.says_paid:
        return Paying(Act.AWAIT)
    if situation.answer is OfferAnswer.REFUSES:
        return Paying(Act.NO_DEPOSIT, gives_up="declined")
    if situation.wants_link or _tries_again(situation):
        ready = deposit.status is not DepositStatus.REQUESTED
        return Paying(Act.LINK_AGAIN if ready else Act.SILENT, deposit.amount, deposit.url)
    return None


def _tries_again(situation: Situation) -> bool:
    """A yes to "would you like to try again" after a payment that did not go through."""
    failed = situation.deposit is not None and situation.deposit.status is DepositStatus.FAILED
    return failed and situation.answer is OfferAnswer.AGREES and situation.pending == FIELD
