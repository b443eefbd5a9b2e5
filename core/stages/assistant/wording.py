"""Who words a step: a model where one may, and the rules wherever none can. Every draft of a model is judged first.

A draft that breaks a rule is worded anew once, with the reason; then the next responder speaks. What models cost is
noted as an effect, so that a clinic's day has a limit.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from time import monotonic

from core import log, metrics
from core.receptionist.guard import Grounds, Rule, Verdict, judge
from core.receptionist.guard.greeting import greetings
from core.receptionist.responders import Reply, RulesResponder, Scene
from core.receptionist.responders.ladder import Call, Ladder
from core.receptionist.responders.prompt import VERSION, Brief, Composer, filled_in, passages_of
from core.receptionist.situation import NAMES
from core.receptionist.steps import Act
from core.receptionist.understanding import Reader
from core.receptionist.understanding.questions import Topic
from core.stages.assistant.config import AssistantConfig
from core.stages.assistant.learning import Case, with_draft
from core.stages.assistant.outcome import summary
from deskbell import NotifyStaff, Spend, StageContext, Turn
from deskbell.llm import Draft

logger = log.get(__name__)

#: Steps that are worded; another says nothing, or what has to be said to the letter.
_WORDED = frozenset({Act.TALK, Act.COMPLETE, Act.UPDATE, Act.PASS_ON, Act.STATUS})
#: What a clinic says of these is fixed, and no model is asked to put it differently.
_FIXED = frozenset({Topic.MEDICAL, Topic.AFTERCARE, Topic.PROBE, Topic.MINOR, Topic.IDENTITY})
#: Passages that a model is given.
_PASSAGES = 4
#: Seconds kept back for the rules, whatever models take.
_KEPT_BACK = 1.0
#: With less time than this a model is not asked.
_LEAST = 0.5


#: Drafts of one model in one turn: the second is given the reason why the first was not sent.
_DRAFTS = 2
_DOWN = "The language model does not answer properly ({outcome}); patients are answered by rules until it does."


@dataclass(frozen=True, slots=True)
class _Worded:
    """A case with words for it; settled when no other responder is to be asked."""

    case: Case
    reply: Reply
    settled: bool = False


class Wording:
    """Words the steps of one clinic's conversations."""

    def __init__(self, config: AssistantConfig, context: StageContext, reader: Reader) -> None:
        self._config = config
        self._context = context
        self._reader = reader
        self._rules = RulesResponder()
        self._ladder = Ladder(context.models)
        self._composer = Composer(context.clinic)
        self._grounds = Grounds(context.clinic)

    async def word(self, turn: Turn, case: Case) -> tuple[Case, Reply]:
        """The case as it stands in the end, for a model may have understood more, and the words for it."""
        until = monotonic() + self._config.deadline_seconds - _KEPT_BACK
        worded = _Worded(case, await self._by_rules(turn, case))
        if self._context.models and _may_be_worded(turn, case) and await self._affordable(turn):
            worded = await self._by_models(turn, worded, until)
        return worded.case, worded.reply

    # ---- by rules ----------------------------------------------------------------------------------------------

    async def _by_rules(self, turn: Turn, case: Case) -> Reply:
        """The rules' words, or the clinic's fixed line and a notice to staff when even they fail."""
        try:
            async with asyncio.timeout(self._config.deadline_seconds):
                return await self._rules.reply(self._scene(turn, case))
        except Exception as error:  # noqa: BLE001 - the bottom of the ladder: whatever failed, the patient is answered
            turn.note("responder_failed", error=type(error).__name__)
            line = summary(case.situation, "A reply could not be written")
            turn.add(NotifyStaff("responder_failed", line, urgent=True))
            return Reply(turn.clinic.say(turn.clinic.wording.fallback))

    def _scene(self, turn: Turn, case: Case) -> Scene:
        return Scene(
            clinic=turn.clinic,
            step=case.step,
            known=case.situation.known,
            now=turn.now,
            request=case.situation.request,
            said=case.situation.memory.said,
            knowledge=self._context.knowledge,
        )

    # ---- by models ---------------------------------------------------------------------------------------------

    async def _affordable(self, turn: Turn) -> bool:
        """Whether the clinic's day has room for another call. What cannot be read is not spent."""
        budget = self._config.budget
        try:
            used = await self._context.usage(turn)
        except Exception as error:  # noqa: BLE001 - the rules answer without it
            logger.error("budget not read", clinic=turn.clinic.id, error=type(error).__name__)
            return False
        if used.tokens < budget.tokens_a_day and used.texts < budget.texts_a_day:
            return True
        turn.note("budget_spent", tokens=used.tokens, texts=used.texts)
        return False

    async def _by_models(self, turn: Turn, worded: _Worded, until: float) -> _Worded:
        """Down the ladder: the first draft that may go out, else the rules' words for what was understood."""
        passages = await self._passages(turn, worded.reply)
        for rung in self._ladder.rungs():
            worded = await self._by_model(turn, worded, rung, passages, until)
            if worded.settled:
                return worded
        turn.note("responder", rung="rules")
        return worded

    async def _by_model(
        self, turn: Turn, worded: _Worded, rung: str, passages: tuple[str, ...], until: float
    ) -> _Worded:
        """One model: its draft, and once more with the reason when that may not go out."""
        refused = ""
        for _ in range(_DRAFTS):
            left = until - monotonic()
            if left < _LEAST:
                break
            prompt = self._composer.compose(self._brief(turn, worded, passages), refused=refused)
            call = await self._ladder.ask(rung, prompt, seconds=min(self._config.model_seconds, left))
            _account(turn, call)
            if call.draft is None:
                break
            case = with_draft(turn, self._reader, worded.case, call.draft)
            if case is not worded.case:
                worded = _Worded(case, await self._by_rules(turn, case), settled=case.step.act not in _WORDED)
            if worded.settled:
                return worded
            text = filled_in(call.draft.text.strip(), turn.clinic)
            verdict = self._judged(turn, case, call.draft, text, (*worded.reply.sources, *passages))
            if verdict is None:
                turn.note("responder", rung=rung, prompt=VERSION)
                turn.add(Spend(texts=1))
                return _Worded(case, replace(worded.reply, text=text, lent=passages), settled=True)
            turn.note("draft_refused", rung=rung, rule=verdict.rule.value)
            refused = verdict.reason
        return worded

    def _brief(self, turn: Turn, worded: _Worded, passages: tuple[str, ...]) -> Brief:
        return Brief(
            scene=self._scene(turn, worded.case),
            lines=self._composer.lines(turn),
            missing=worded.case.situation.missing,
            suggestion=worded.reply.text,
            passages=passages,
        )

    async def _passages(self, turn: Turn, own: Reply) -> tuple[str, ...]:
        """What the clinic's knowledge holds on these texts, what the rules quoted first."""
        question = " ".join(turn.shown(text) for text in turn.texts).strip()
        knowledge = self._context.knowledge
        found = await knowledge.search(question, limit=_PASSAGES) if knowledge and question else []
        return passages_of([*own.sources, *(f"{one.title}: {one.text}" for one in found)])[:_PASSAGES]

    def _judged(self, turn: Turn, case: Case, draft: Draft, text: str, sources: tuple[str, ...]) -> Verdict | None:
        if not text:
            return Verdict(Rule.EMPTY)
        if greetings(text, turn.clinic) > (1 if case.step.greet else 0):
            return Verdict(Rule.GREETING)
        planned = case.step.ask.field if case.step.ask else ""
        ground = self._grounds.of(turn.facts, sources, turn.now)
        verdict = judge(text, ground, turn.standing, asks=planned)
        if verdict is None and not _same_question(draft.asks or "", planned):
            return Verdict(Rule.QUESTION)
        return verdict


def _may_be_worded(turn: Turn, case: Case) -> bool:
    """Whether there is something for a model to read, and something that it may word."""
    step = case.step
    if step.foreign or any(question.topic in _FIXED for question in step.questions):
        return False
    if not any(turn.shown(text).strip() for text in turn.texts):
        return False
    return step.act in _WORDED or (step.act is Act.HAND_OVER and step.lost)


def _same_question(asked: str, planned: str) -> bool:
    """A name may be asked for whole or by halves."""
    return asked == planned or (asked in NAMES and planned in NAMES)


def _account(turn: Turn, call: Call) -> None:
    """Into the trace, the figures and the clinic's day: what was asked of whom, and what came of it."""
    clinic = turn.clinic.id
    metrics.model_calls.labels(clinic, call.rung, call.outcome).inc()
    metrics.model_seconds.labels(clinic, call.rung).observe(call.seconds)
    for kind, tokens in (("in", call.tokens_in), ("cached", call.tokens_cached), ("out", call.tokens_out)):
        metrics.model_tokens.labels(clinic, call.rung, kind).inc(tokens)
    metrics.model_cost.labels(clinic, call.rung).inc(call.cost_micros / 1_000_000)
    turn.note("model_call", rung=call.rung, outcome=call.outcome, milliseconds=round(call.seconds * 1000))
    if call.tokens_in or call.tokens_cached or call.tokens_out:
        turn.add(Spend(call.tokens_in + call.tokens_cached + call.tokens_out, call.cost_micros))
    if call.gave_up:
        turn.add(NotifyStaff("model_down", _DOWN.format(outcome=call.outcome)))
