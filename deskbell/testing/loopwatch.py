"""Measures how long the event loop was held up."""

from __future__ import annotations

import asyncio
import time
from types import TracebackType

_PULSE = 0.005


class LoopWatch:
    """``async with LoopWatch() as watch: ...`` and then `watch.longest`: the longest hold-up, in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> LoopWatch:
        started = asyncio.Event()
        self._task = asyncio.create_task(self._pulse(started))
        await started.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._task is not None
        # One more pulse, or a hold-up at the very end would go unseen.
        await asyncio.sleep(2 * _PULSE)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _pulse(self, started: asyncio.Event) -> None:
        last = time.perf_counter()
        started.set()
        while True:
            await asyncio.sleep(_PULSE)
            now = time.perf_counter()
            self.longest = max(self.longest, now - last - _PULSE)
            last = now
