"""The stage ``echo``: answers each turn with the patient's last words."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from deskbell import CallNext, Settings, Stage, Turn


class EchoConfig(Settings):
    prefix: str = Field(default="You wrote: ", max_length=40, description="What stands before the patient's words.")


class EchoStage(Stage[EchoConfig]):
    name: ClassVar[str] = "echo"
    Config: ClassVar[type[EchoConfig]] = EchoConfig

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        await call_next()
        words = turn.texts[-1].text.strip() if turn.texts else ""
        if words:
            turn.say(f"{self.config.prefix}{words}")
            # For the trace: a decision and figures, never the words themselves.
            turn.note("echoed", characters=len(words))
