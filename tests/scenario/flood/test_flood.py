"""A small flood in the suite; the large one is run by hand (docs/performance.md has its figures)."""

from __future__ import annotations

from random import Random

from tests.scenario.flood.run import flood, reaper
from tests.scenario.flood.system import system


async def test_a_flood_through_faulty_carriers_whose_workers_are_killed_does_no_harm(database_url: str) -> None:
    async with system(database_url) as made:
        tally = await flood(made, 150, 7, reaper(made, Random(7), 4.0))
    assert tally.wrong == []
    assert tally.answered > 80
    assert tally.held_answers <= tally.killed * 2
