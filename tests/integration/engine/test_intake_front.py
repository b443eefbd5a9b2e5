"""Webhooks are stored while every connection of the workers is taken."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World


async def test_a_text_is_stored_while_turns_hold_all_other_connections(world: World) -> None:
    async with AsyncExitStack() as turns:
        for _ in range(world.database.pool.get_max_size()):
            await turns.enter_async_context(world.database.connection())
        async with asyncio.timeout(5):
            await world.hear("Anybody there?")
            await world.database.ping()
    assert await world.value("SELECT count(*) FROM event") == 1
