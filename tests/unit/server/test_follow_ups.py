"""What is told to a provider after a webhook: beside the answer, and again where it may not have come through."""

from __future__ import annotations

import asyncio

import pytest

from core.server.follow_ups import FollowUps
from deskbell import Misconfigured, OutboundError, OutcomeUnknown, RetryLater, Undeliverable


async def attempts(*failures: Exception) -> int:
    """How often it was tried, when its attempts fail so."""
    left, made = list(failures), 0

    async def follow_up() -> None:
        nonlocal made
        made += 1
        if left:
            raise left.pop(0)

    follow_ups = FollowUps(pauses=(0.0, 0.0))
    follow_ups.start(follow_up, "harbor-main")
    assert made == 0  # nobody waits for it
    await follow_ups.close()
    return made


@pytest.mark.parametrize("failure", [RetryLater, OutcomeUnknown])
async def test_what_may_not_have_come_through_is_tried_again_and_not_for_ever(failure: type[OutboundError]) -> None:
    assert await attempts() == 1
    assert await attempts(failure()) == 2
    assert await attempts(*(failure() for _ in range(9))) == 3


@pytest.mark.parametrize("failure", [Undeliverable("over", code="90018"), Misconfigured("key"), ValueError("a bug")])
async def test_what_was_refused_is_not_tried_again(failure: Exception) -> None:
    assert await attempts(failure) == 1


async def test_one_that_hangs_does_not_keep_a_process_from_stopping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.server.follow_ups._AT_THE_END_SECONDS", 0.01)
    ended = asyncio.Event()

    async def hangs() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    follow_ups = FollowUps()
    follow_ups.start(hangs, "harbor-main")
    await follow_ups.close()
    assert ended.is_set()
