"""A crowd of patients pays in every way there is, and Square tells everything up to four times in any order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest

from tests.scenario.deposits.replay import WAYS, replay
from tests.scenario.serve.conftest import Serving, serving_in


@pytest.fixture
async def serving() -> AsyncIterator[Callable[..., Serving]]:
    async with serving_in() as make:
        yield make


async def test_the_books_balance_to_the_cent_and_every_payment_is_confirmed_once(
    serving: Callable[..., Serving],
) -> None:
    system = serving()
    await system.start()
    tally = await replay(system, 3 * len(WAYS), seed=11)
    assert tally.wrong == []
    assert tally.books == tally.square
    assert tally.books["cents"] > 0
    assert tally.confirmations > len(WAYS)
