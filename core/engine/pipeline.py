"""The pipeline: a clinic's stages, each wrapped round the next, the first outermost."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any

from deskbell import PluginError, Stage, Turn


class Pipeline:
    """Runs turns through `stages`. Holds no state of a turn, so any number may run at once."""

    def __init__(self, stages: Sequence[Stage[Any]]) -> None:
        self.stages = tuple(stages)

    async def run(self, turn: Turn) -> dict[str, float]:
        """Sends a turn through all stages; what they want done is then in ``turn.effects``.

        Returns the milliseconds spent in each stage, without the stages it called.
        """
        spent: dict[str, float] = {}
        await self._enter(0, turn, spent)
        return spent

    async def _enter(self, place: int, turn: Turn, spent: dict[str, float]) -> float:
        """Runs the stage at `place` and all below it; returns the seconds that took."""
        if place == len(self.stages):
            return 0.0
        stage = self.stages[place]
        inside = 0.0
        called = False

        async def call_next() -> None:
            nonlocal inside, called
            if called:
                raise PluginError(f"stage '{stage.name}' awaited call_next twice in one turn; once is allowed")
            called = True
            inside = await self._enter(place + 1, turn, spent)
            turn.stage = stage.name

        turn.stage = stage.name
        spent[stage.name] = 0.0  # here, so that the figures stand in the pipeline's order
        started = perf_counter()
        await stage(turn, call_next)
        elapsed = perf_counter() - started
        spent[stage.name] = (elapsed - inside) * 1000
        return elapsed
