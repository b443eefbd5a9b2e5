"""What a decided and worded step wants done: the text, what staff are told, and what is remembered of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Literal

from core.receptionist.memory import KEY, Memory, Pending
from core.receptionist.menu import menu_of
from core.receptionist.paying import FIELD
from core.receptionist.planner import riddle
from core.receptionist.responders import Reply
from core.receptionist.situation import OPEN, Situation
from core.receptionist.steps import Act, Step
from core.receptionist.timers import EXPIRY, REMINDER, SLOW
from core.receptionist.understanding.questions import Topic
from core.stages.assistant.learning import Case
from deskbell import (
    CancelDeposit,
    CancelTimer,
    HandOver,
    MoveRequest,
    NotifyStaff,
    Remember,
    RequestDeposit,
    RequestStatus,
    SetTimer,
    Turn,
)

#: Under this key the output guard finds what a text quotes from.
_GROUNDING = "grounding"

_ERRANDS = {
    Topic.APPOINTMENT: ("appointment", "Wrote about an appointment"),
    Topic.AFTERCARE: ("aftercare", "Wrote about how they are after a treatment"),
    Topic.MINOR: ("minor", "Wrote about somebody under age"),
}
#: Steps about the deposit.
_PAYING = (Act.OFFER, Act.SEND_LINK, Act.LINK_AGAIN, Act.NO_DEPOSIT, Act.AWAIT)
#: A link that takes longer is worth a word.
_PATIENCE = timedelta(seconds=8)
#: By the planner's reason: what it is called, and whether staff are told at any hour.
_HAND_OVERS = {
    "a complaint": ("complaint", True),
    "asked for a person": ("person", False),
    "wrote in anger": ("person", False),
    "wrote in another language": ("language", False),
}


def carry_out(turn: Turn, case: Case, reply: Reply) -> None:
    """Appends the effects of a step."""
    situation, step = case.situation, case.step
    if reply.sources or reply.lent:
        turn.add(Remember(_GROUNDING, [*turn.recall(_GROUNDING, []), *reply.sources, *reply.lent]))
    if reply.text:
        turn.say(reply.text)
    if step.act is Act.COMPLETE:
        turn.add(MoveRequest(RequestStatus.READY))
        turn.add(NotifyStaff("lead", summary(situation, "New request")))
    elif step.act is Act.UPDATE:
        turn.add(NotifyStaff("lead_changed", summary(situation, "Changed request")))
        if step.gives_up:
            _give_up(turn, step.gives_up)
    elif step.act in _PAYING:
        _pay(turn, situation, step)
    elif step.act is Act.PASS_ON and not reply.sources:
        turn.add(NotifyStaff("message", summary(situation, "Wrote about their request")))
    elif step.act is Act.HAND_OVER:
        kind, urgent = _HAND_OVERS.get(step.reason, ("unknown", False))
        turn.add(HandOver(summary(situation, step.reason.capitalize()), kind, urgent))
    for kind, line in _notices(step, reply):
        turn.add(NotifyStaff(kind, summary(situation, line), urgent=kind == "aftercare"))
    turn.add(Remember(KEY, _remembered(situation, step, reply).to_json()))


def _pay(turn: Turn, situation: Situation, step: Step) -> None:
    """What a step about the deposit wants done."""
    if situation.request in OPEN:
        turn.add(MoveRequest(RequestStatus.READY))
        turn.add(NotifyStaff("lead", summary(situation, "New request")))
    elif situation.learned:
        turn.add(NotifyStaff("lead_changed", summary(situation, "Changed request")))
    if step.gives_up:
        _give_up(turn, step.gives_up)
    if step.act is Act.OFFER:
        turn.add(MoveRequest(RequestStatus.OFFERED))
    elif step.act is Act.SEND_LINK and step.amount is not None:
        turn.add(MoveRequest(RequestStatus.PENDING))
        turn.add(RequestDeposit(step.amount))
        turn.add(SetTimer(SLOW, turn.now + _PATIENCE))
    elif step.act is Act.NO_DEPOSIT:
        turn.add(MoveRequest(RequestStatus.READY))
        turn.add(NotifyStaff("deposit_declined", summary(situation, "Would rather not pay a deposit")))


def _give_up(turn: Turn, reason: Literal["declined", "superseded"]) -> None:
    """The open deposit is not wanted any more, and with it what waits for it."""
    turn.add(CancelDeposit(reason))
    for name in (SLOW, REMINDER, EXPIRY):
        turn.add(CancelTimer(name))
    turn.add(MoveRequest(RequestStatus.READY))


def summary(situation: Situation, line: str) -> str:
    """Name, service and time only: this leaves the building."""
    who = situation.known.summary
    return f"{line}: {who}" if who else line


def _notices(step: Step, reply: Reply) -> list[tuple[str, str]]:
    notices = []
    if step.picture and step.act is not Act.HAND_OVER:
        notices.append(("picture", "Sent a picture"))
    topics = {question.topic for question in step.questions}
    notices += [notice for topic, notice in _ERRANDS.items() if topic in topics]
    if step.noted and not reply.sources and step.act is Act.TALK:
        notices.append(("message", "Wrote something for staff to read"))
    if reply.unanswered and not step.picture:
        notices.append(("question", "Asked something the assistant could not answer"))
    return notices


def _remembered(situation: Situation, step: Step, reply: Reply) -> Memory:
    memory = situation.memory
    spoke, answered = bool(reply.text), bool(reply.sources)
    asked = dict(situation.asked)
    if step.ask:
        asked[step.ask.field] = asked.get(step.ask.field, 0) + 1
    if situation.reading.unsure and situation.pending:
        asked[situation.pending] = max(asked.get(situation.pending, 0), 2)
    handed = step.act in (Act.COMPLETE, Act.HAND_OVER, *_PAYING)
    done = handed or step.parting
    open_still = () if handed else tuple(one for one in (memory.pending.field, *memory.pending.earlier) if one)
    return Memory(
        greeted=memory.greeted or (step.greet and spoke),
        pending=Pending(_stands(step), topic=_topic(step), earlier=open_still) if done else _pending(situation, step),
        asked={} if done else asked,
        missed=_missed(situation, step) if not done and not answered else 0,
        said=memory.said + spoke,
        thanked=step.act is Act.WELCOME or (memory.thanked and step.act is Act.SILENT),
        parted=step.parting or (memory.parted and not (situation.reading.wants_to_come or situation.learned)),
        no_deposit=step.act is Act.NO_DEPOSIT or (memory.no_deposit and step.act is not Act.OFFER),
        offers=memory.offers + (step.act is Act.OFFER),
        offered_cents=step.amount.cents if step.act is Act.OFFER and step.amount else memory.offered_cents,
        errand=situation.errand and not done,
    )


def _stands(step: Step) -> str:
    """What the next short reply refers to after a step that asks for no fact."""
    return FIELD if step.act in (Act.OFFER, Act.LINK_AGAIN) else ""


def _missed(situation: Situation, step: Step) -> int:
    """How much was not understood in a row."""
    return situation.memory.missed + riddle(situation.reading) if step.lost else 0


def _topic(step: Step) -> str:
    """What the patient asked last."""
    return next((one.topic.value for one in reversed(step.questions) if not one.soft), "")


def _pending(situation: Situation, step: Step) -> Pending:
    """What the next short reply may refer to: the new question, or the old one while it is unanswered."""
    before, ask = situation.memory.pending, step.ask
    missing = set(situation.missing)
    offered = step.options or (menu_of(situation.clinic, step.unsold) if step.unsold else before.offered)
    earlier = tuple(dict.fromkeys(one for one in (before.field, *before.earlier) if one in missing))
    if ask is None:
        still = before.field in missing or before.field == FIELD
        field = before.field if still else ""
        return replace(before, field=field, fresh=False, offered=offered, earlier=earlier, topic=_topic(step))
    return Pending(
        ask.field,
        ask.options,
        offered=offered,
        invite=ask.invite,
        topic=_topic(step),
        wish=situation.reading.wish if ask.field == "when" else None,
        earlier=tuple(one for one in earlier if one != ask.field),
    )
