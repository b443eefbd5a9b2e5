"""A responder as slow as a language model: a plugin with one stage that waits before it lets the next one answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar

from pydantic import Field

from deskbell import CallNext, Settings, Stage, Turn, hookimpl


class SlowSettings(Settings):
    seconds: float = Field(default=2.0, ge=0, description="How long the responder takes.")


class Slow(Stage[SlowSettings]):
    """Waits, as a turn waits for a model."""

    name: ClassVar[str] = "slow"
    Config: ClassVar[type[Any]] = SlowSettings

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        await asyncio.sleep(self.config.seconds)
        await call_next()


@hookimpl
def register_stages() -> Sequence[type[Stage[Any]]]:
    return [Slow]
