"""Killed with SIGKILL at each of the engine's steps, under load: nothing is lost, and nothing leaves twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from core.engine.steps import OF_DEPOSITS, Step

if TYPE_CHECKING:
    from tests.scenario.crash.conftest import House


@pytest.mark.parametrize("step", [step for step in Step if step not in OF_DEPOSITS])
async def test_a_process_killed_again_and_again_loses_no_text_and_doubles_none(house: House, step: Step) -> None:
    enough = asyncio.Event()
    # Late receipts, so that nothing but the engine's own care keeps a text of unknown outcome from leaving again.
    house.telnyx.kept = []
    async with asyncio.timeout(60):
        house.patients_text(until=enough)
        for nth in (2, 5, 1):
            await house.died(house.start(at=step, nth=nth))
        enough.set()
        house.start()
        await house.quiet()
    held = await house.check()
    if step is Step.BEFORE_SEND:
        assert held
