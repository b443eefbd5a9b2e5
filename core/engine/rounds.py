"""Doing the same things again and again beside the work, until the engine stops."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from core import log

logger = log.get(__name__)


async def rounds(stopping: asyncio.Event, every: timedelta, *acts: Callable[[], Awaitable[object]], what: str) -> None:
    """Runs `acts` in turn, with a pause of `every` after each round. One that fails does not keep the others back."""
    while not stopping.is_set():
        for act in acts:
            try:
                await act()
            except Exception as error:  # noqa: BLE001 - logged; tried again with the next round
                logger.error(f"{what} failed", act=act.__name__, error=type(error).__name__)
        try:
            await asyncio.wait_for(stopping.wait(), every.total_seconds())
        except TimeoutError:
            continue
