"""A rush of new patients: PostgreSQL learns soon that tables which were empty are not empty any more."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World


async def test_tables_that_have_doubled_are_analysed_and_then_left_alone(world: World) -> None:
    assert await world.engine.sweeper.analyse_grown() == 0
    await asyncio.gather(*(world.hear("hi there", f"+1{212 + n // 100}55501{n % 100:02}") for n in range(120)))
    await _counted(world)
    assert await world.engine.sweeper.analyse_grown() > 0
    assert await world.value("SELECT reltuples FROM pg_class WHERE relname = 'conversation'") == 120
    assert await world.engine.sweeper.analyse_grown() == 0


async def _counted(world: World) -> None:
    """A backend tells the others what it changed once a second; now it does so at once."""
    async with world.database.transaction(front=True) as connection:
        await connection.execute("SELECT pg_stat_force_next_flush()")
