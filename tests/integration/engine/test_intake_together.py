"""Texts that arrive at the same moment share a transaction, and keep their order, their patients and their wakes."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World

PATIENTS = [f"+1213555010{n}" for n in range(6)]


async def test_texts_of_many_patients_at_one_moment_are_each_stored_once_and_answered(world: World) -> None:
    await asyncio.gather(*(world.hear(f"{turn} of {sender}", sender) for turn in range(3) for sender in PATIENTS))
    await world.settle()
    assert sorted(world.sent) == sorted("+".join(f"{turn} of {sender}" for turn in range(3)) for sender in PATIENTS)


async def test_one_wake_is_enqueued_for_each_conversation_that_slept(world: World) -> None:
    await asyncio.gather(*(world.hear("hi there", sender) for sender in PATIENTS for _ in range(4)))
    assert await world.value("SELECT count(*) FROM pgqueuer") == len(PATIENTS)


async def test_a_text_delivered_many_times_at_one_moment_is_stored_once_among_others(world: World) -> None:
    await world.hear("known already")
    await asyncio.gather(
        *(world.hear("twice", text_id="same") for _ in range(5)), *(world.hear("once", sender) for sender in PATIENTS)
    )
    texts = await world.rows("SELECT body ->> 'text' AS text FROM event WHERE kind = 'text'")
    assert sorted(row["text"] for row in texts) == ["known already", *["once"] * 6, "twice"]
