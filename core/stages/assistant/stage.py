"""The receptionist at work: reads the turn's texts, keeps what they prove, plans one step and has it worded."""

from __future__ import annotations

from typing import ClassVar

from core.receptionist.understanding import Reader
from core.stages.assistant.config import AssistantConfig
from core.stages.assistant.learning import Case, understand
from core.stages.assistant.outcome import carry_out
from core.stages.assistant.wording import Wording
from deskbell import CallNext, Stage, StageContext, Turn


class AssistantStage(Stage[AssistantConfig]):
    """Answers patients. Turns without a text of theirs are none of its business."""

    name: ClassVar[str] = "assistant"
    Config = AssistantConfig

    def __init__(self, config: AssistantConfig, context: StageContext) -> None:
        super().__init__(config, context)
        self._reader = Reader(context.clinic)
        self._wording = Wording(config, context, self._reader)

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        if turn.texts:
            understood = understand(turn, self._reader, takes_payments=self.context.takes_payments)
            case, reply = await self._wording.word(turn, understood)
            _note(turn, case)
            carry_out(turn, case, reply)
        await call_next()


def _note(turn: Turn, case: Case) -> None:
    """The decision, for the trace: fields and kinds, and none of anybody's words."""
    step, reading = case.step, case.situation.reading
    turn.note(
        "step",
        act=step.act.value,
        asks=step.ask.field if step.ask else None,
        clears_up=bool(step.ask and (reading.candidates or reading.unsold or reading.unfit)),
        learned=sorted(case.situation.learned),
        questions=[question.topic.value for question in step.questions],
        lost=step.lost,
    )
