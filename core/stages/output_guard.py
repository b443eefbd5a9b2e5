"""The last check of every text, whoever wrote it: grounded, nothing promised or advised, one reply, one question.

A text that breaks a rule is replaced by the clinic's fallback line, a person takes over, and the trace names the rule.
Stages lend it what they quoted from by remembering a list of texts under `GROUNDING`; it is used and not kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar

from core.receptionist.guard import Ground, Grounds, judge
from core.receptionist.guard.questions import asks_for
from core.receptionist.markdown import plain
from core.receptionist.memory import KEY, Memory
from deskbell import CallNext, HandOver, Remember, Say, Settings, Stage, StageContext, TextKind, Turn

#: Key under which the assistant remembers the texts of the passages that it used: a list of strings.
GROUNDING = "grounding"

_GUARDED = frozenset({TextKind.REPLY, TextKind.CONSENT, TextKind.OUTREACH})
_SENTENCE = re.compile(r"[^.!?\n]*(?:[.!?]+(?=\S)[^.!?\n]+)*[.!?\n]*\s*")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)


class OutputGuard(Stage[Settings]):
    """Guards what the stages inside want to say."""

    name: ClassVar[str] = "output_guard"
    sealed: ClassVar[bool] = True
    outside_of: ClassVar[frozenset[str]] = frozenset({"*", "consent", "takeover"})
    because: ClassVar[str] = "every text must be checked after the last stage that can write one"

    def __init__(self, config: Settings, context: StageContext) -> None:
        super().__init__(config, context)
        self._grounds = Grounds(context.clinic)

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        await call_next()
        if turn.replies:
            sources: Sequence[str] = turn.recall(GROUNDING, [])
            on = self._grounds.of(turn.facts, sources, turn.now)
            before = len(turn.notes)
            turn.rewrite(lambda say: _checked(turn, on, say))
            checked = turn.replies
            _merge_replies(turn)
            turn.rewrite(lambda say: _one_question(turn, say))
            if turn.replies != checked:
                # Two texts that pass alone may say something else when they are read as one.
                turn.rewrite(lambda say: _checked(turn, on, say))
            if any(note.decision == "blocked" for note in turn.notes[before:]):
                _hand_over(turn)
        _forget_grounding(turn)


def _checked(turn: Turn, on: Ground, say: Say) -> Say:
    """The text as it may go out, or the clinic's fallback line."""
    if say.kind not in _GUARDED:
        return say
    text = say.text if say.text in on.fixed else plain(say.text)
    verdict = judge(text, on, turn.standing)
    if verdict is None:
        return replace(say, text=text)
    turn.note("blocked", rule=verdict.rule.value, by=say.by)
    return replace(say, text=turn.clinic.say(turn.clinic.wording.fallback))


def _hand_over(turn: Turn) -> None:
    """The fallback line promises a person. Whoever could word it otherwise has been asked before it comes to this."""
    if not any(isinstance(effect, HandOver) for effect in turn.effects):
        turn.add(HandOver("A reply was held back by a safety rule; the patient waits for one", kind="guard"))


def _merge_replies(turn: Turn) -> None:
    """One reply a turn: further ones join the first, but for a link, which may stand in a text of its own."""
    replies = [say for say in turn.replies if say.kind is TextKind.REPLY]
    alone = [say for say in replies[1:] if _LINK.search(say.text)]
    joined = [say for say in replies if not any(say is one for one in alone[:1])]
    if len(joined) < 2:
        return
    turn.note("merged", texts=len(joined))
    whole = replace(joined[0], text=" ".join(dict.fromkeys(say.text.strip() for say in joined)))

    def merged(say: Say) -> Say | None:
        if say is joined[0]:
            return whole
        return None if any(say is one for one in joined) else say

    turn.rewrite(merged)


def _one_question(turn: Turn, say: Say) -> Say:
    """Keeps the question that was planned, else the first, and drops the sentences that ask more."""
    if say.kind is not TextKind.REPLY or say.text.count("?") < 2:
        return say
    sentences = _SENTENCE.findall(say.text)
    asking = [place for place, sentence in enumerate(sentences) if sentence.rstrip().endswith("?")]
    if len(asking) < 2:
        return say
    turn.note("one_question", dropped=len(asking) - 1)
    planned = Memory.of(turn.recall(KEY)).pending
    kept_place = next(
        (place for place in asking if planned.fresh and asks_for(sentences[place], planned.field)), asking[0]
    )
    kept = [sentence for place, sentence in enumerate(sentences) if place == kept_place or place not in asking]
    return replace(say, text="".join(kept).strip())


def _forget_grounding(turn: Turn) -> None:
    """Passages serve one turn; keeping them with the conversation would only let them grow old."""
    turn.effects[:] = [
        effect for effect in turn.effects if not (isinstance(effect, Remember) and effect.key == GROUNDING)
    ]
