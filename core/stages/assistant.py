"""The receptionist at work: reads the turn's texts, keeps what they prove, plans one step and has it worded."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from pydantic import Field

from core.receptionist.corrections import differs, overrules
from core.receptionist.facts import SCOPES, Known
from core.receptionist.memory import KEY, Memory, Pending
from core.receptionist.planner import menu_of, plan
from core.receptionist.responders import Reply, Responder, RulesResponder, Scene
from core.receptionist.situation import OPEN, Situation
from core.receptionist.steps import Act, Step
from core.receptionist.understanding import Found, Reader, Reading
from core.receptionist.understanding.questions import Topic
from core.receptionist.understanding.visits import NEW
from deskbell import (
    CallNext,
    Fact,
    HandOver,
    Learn,
    MoveRequest,
    NotifyStaff,
    Remember,
    RequestStatus,
    Settings,
    Stage,
    StageContext,
    TextReceived,
    Turn,
)

#: Under this key the output guard finds what a text quotes from.
_GROUNDING = "grounding"
#: A request untouched for so long has had its visit, or never will; a new wish is another request.
_STALE = timedelta(days=14)
#: Time enough for a first visit.
_VISITED_SINCE = timedelta(days=5)


_ERRANDS = {
    Topic.APPOINTMENT: ("appointment", "Wrote about an appointment"),
    Topic.AFTERCARE: ("aftercare", "Wrote about how they are after a treatment"),
    Topic.MINOR: ("minor", "Wrote about somebody under age"),
}


class AssistantConfig(Settings):
    """Settings of the `assistant` stage."""

    deadline_seconds: float = Field(
        default=15,
        gt=0,
        le=120,
        description="Longest time to word a reply; after it the clinic's fallback line goes out.",
    )


class AssistantStage(Stage[AssistantConfig]):
    """Answers patients. Turns without a text of theirs are none of its business."""

    name: ClassVar[str] = "assistant"
    Config = AssistantConfig

    def __init__(self, config: AssistantConfig, context: StageContext) -> None:
        super().__init__(config, context)
        self.reader = Reader(context.clinic)
        self.responder: Responder = RulesResponder()

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        if turn.texts:
            await self._attend(turn)
        await call_next()

    async def _attend(self, turn: Turn) -> None:
        memory = Memory.of(turn.recall(KEY))
        before, stale = Known.of(turn.facts), _is_stale(turn)
        if any(line.author != "patient" for line in turn.history):
            memory = replace(memory, greeted=True)
        reading = self._read(turn, memory)
        request = _begin_anew(turn, reading)
        anew = turn.request not in OPEN and request is None
        if anew:
            memory = replace(memory, asked={})
        learned = _learn(turn, reading)
        situation = Situation(
            clinic=turn.clinic,
            known=Known.of(turn.facts),
            reading=reading,
            memory=memory,
            request=request,
            learned=learned,
            picture=any(text.media for text in turn.texts),
            earlier=before.service if anew and not stale else "",
        )
        step = plan(situation)
        turn.note(
            "step",
            act=step.act.value,
            asks=step.ask.field if step.ask else None,
            clears_up=bool(step.ask and (reading.candidates or reading.unsold or reading.unfit)),
            learned=sorted(learned),
            questions=[question.topic.value for question in step.questions],
            lost=step.lost,
        )
        reply = await self._worded(turn, situation, step)
        _carry_out(turn, situation, step, reply)
        turn.add(Remember(KEY, _remembered(situation, step, reply).to_json()))

    def _read(self, turn: Turn, memory: Memory) -> Reading:
        """All texts of the turn as one, a line each. What is withheld yields facts, and none of its words go on."""
        joined = "\n".join(text.text for text in turn.texts)
        reading = self.reader.read(joined, now=turn.now, pending=memory.pending, known=Known.of(turn.facts))
        if not turn.withheld:
            return reading
        return replace(
            reading,
            found=tuple(
                one
                for one in reading.found
                if one.field not in ("concern", "notes") or _source(turn.texts, one.start).seq not in turn.withheld
            ),
            questions=tuple(
                replace(one, text="") if _source(turn.texts, one.start).seq in turn.withheld else one
                for one in reading.questions
                if not (one.soft and turn.withheld)
            ),
        )

    async def _worded(self, turn: Turn, situation: Situation, step: Step) -> Reply:
        """The responder's words, or the clinic's fixed line and a notice to staff when it fails."""
        scene = Scene(
            clinic=turn.clinic,
            step=step,
            known=situation.known,
            now=turn.now,
            request=situation.request,
            said=situation.memory.said,
            knowledge=self.context.knowledge,
        )
        try:
            async with asyncio.timeout(self.config.deadline_seconds):
                return await self.responder.reply(scene)
        except Exception as error:  # noqa: BLE001 - the bottom of the ladder: whatever failed, the patient is answered
            turn.note("responder_failed", error=type(error).__name__)
            turn.add(NotifyStaff("responder_failed", _summary(situation, "A reply could not be written"), urgent=True))
            return Reply(turn.clinic.say(turn.clinic.wording.fallback))


def _source(texts: Sequence[TextReceived], place: int) -> TextReceived:
    """The text that a place in the joined texts belongs to."""
    for text in texts:
        place -= len(text.text) + 1
        if place < 0:
            return text
    return texts[-1]


def _begin_anew(turn: Turn, reading: Reading) -> RequestStatus | None:
    """Another service after the request went to staff is another request; identity stays, the rest begins again."""
    if turn.request in OPEN:
        return None if turn.request is RequestStatus.CLOSED else turn.request
    wished = next((one.value for one in reading.found if one.field == "service"), None)
    current = turn.facts.get("service")
    other = wished is not None and current is not None and current.value != wished and not reading.changes
    if not other and not (_is_stale(turn) and (wished or reading.wants_to_come)):
        return turn.request
    turn.note("new_request")
    turn.add(MoveRequest(RequestStatus.CLOSED))
    _doubt_first_visit(turn)
    return None


def _is_stale(turn: Turn) -> bool:
    told = [fact.at for fact in turn.facts.values() if fact.scope == "request"]
    return bool(told) and turn.now - max(told) > _STALE


def _doubt_first_visit(turn: Turn) -> None:
    """Who said some time ago that they had never been may have been here since: asked again."""
    visit = turn.facts.get("new_or_returning")
    if visit is not None and visit.value == NEW and turn.now - visit.at > _VISITED_SINCE:
        turn.add(Learn(Fact(visit.name, "", turn.texts[-1].seq, turn.now, scope=visit.scope)))


def _learn(turn: Turn, reading: Reading) -> frozenset[str]:
    """Keeps what is new or different; each fact with the text that proves it."""
    learned = set()
    for one in reading.found:
        before = turn.facts.get(one.field)
        if before is not None and before.value == one.value:
            continue
        if before is not None and overrules(before):
            turn.add(NotifyStaff("differs", differs(one.field, one.value)))
            continue
        source = _source(turn.texts, one.start)
        turn.add(Learn(Fact(one.field, one.value, source.seq, source.at, scope=SCOPES[one.field])))
        learned.add(one.field)
        if one.field == "service":
            _drop_details(turn, reading, one, source)
    return frozenset(learned)


def _drop_details(turn: Turn, reading: Reading, service: Found, source: TextReceived) -> None:
    """A variant and a provider belong to the service that was just replaced."""
    for name in ("variant", "provider", "notes"):
        if name in turn.facts and turn.facts[name].value and name not in reading.fields:
            turn.add(Learn(Fact(name, "", source.seq, source.at)))


def _carry_out(turn: Turn, situation: Situation, step: Step, reply: Reply) -> None:
    """The effects of a step: the text, and what staff are told (name, service, time)."""
    if reply.sources:
        turn.add(Remember(_GROUNDING, list(reply.sources)))
    if reply.text:
        turn.say(reply.text)
    if step.act is Act.COMPLETE:
        turn.add(MoveRequest(RequestStatus.READY))
        turn.add(NotifyStaff("lead", _summary(situation, "New request")))
    elif step.act is Act.UPDATE:
        turn.add(NotifyStaff("lead_changed", _summary(situation, "Changed request")))
    elif step.act is Act.PASS_ON and not reply.sources:
        turn.add(NotifyStaff("message", _summary(situation, "Wrote about their request")))
    elif step.act is Act.HAND_OVER:
        turn.add(HandOver(_summary(situation, step.reason.capitalize())))
    for kind, line in _notices(step, reply):
        turn.add(NotifyStaff(kind, _summary(situation, line), urgent=kind == "aftercare"))


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


def _summary(situation: Situation, line: str) -> str:
    """Name, service and time only: this leaves the building."""
    who = situation.known.summary
    return f"{line}: {who}" if who else line


def _remembered(situation: Situation, step: Step, reply: Reply) -> Memory:
    memory = situation.memory
    spoke, answered = bool(reply.text), bool(reply.sources)
    asked = dict(situation.asked)
    if step.ask:
        asked[step.ask.field] = asked.get(step.ask.field, 0) + 1
    if situation.reading.unsure and situation.pending:
        asked[situation.pending] = max(asked.get(situation.pending, 0), 2)
    handed = step.act in (Act.COMPLETE, Act.HAND_OVER)
    done = handed or step.parting
    open_still = () if handed else tuple(one for one in (memory.pending.field, *memory.pending.earlier) if one)
    return Memory(
        greeted=memory.greeted or (step.greet and spoke),
        pending=Pending("", topic=_topic(step), earlier=open_still) if done else _pending(situation, step),
        asked={} if done else asked,
        missed=memory.missed + 1 if step.lost and not done and not answered else 0,
        said=memory.said + spoke,
        thanked=step.act is Act.WELCOME or (memory.thanked and step.act is Act.SILENT),
        parted=step.parting or (memory.parted and not (situation.reading.wants_to_come or situation.learned)),
        errand=situation.errand and not done,
    )


def _topic(step: Step) -> str:
    """What the patient asked last."""
    return next((one.topic.value for one in reversed(step.questions) if not one.soft), "")


def _pending(situation: Situation, step: Step) -> Pending:
    """What the next short reply may refer to: the new question, or the old one while it is unanswered."""
    before, ask = situation.memory.pending, step.ask
    missing = set(situation.missing)
    offered = step.options or (menu_of(situation.clinic) if step.unsold else before.offered)
    earlier = tuple(dict.fromkeys(one for one in (before.field, *before.earlier) if one in missing))
    if ask is None:
        still = before.field in missing
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
