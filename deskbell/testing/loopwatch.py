"""Measures how long the event loop was held up, and not how busy the machine was."""

from __future__ import annotations

import asyncio
import threading
import time
from types import TracebackType

_PULSE = 0.005


class LoopWatch:
    """``async with LoopWatch() as watch: ...`` and then `watch.longest`: the longest hold-up, in seconds.

    A loop that is late has been held up by work (then this process has used the processor meanwhile), by waiting
    (then other threads went on meanwhile), or it is the machine that was busy with something else (neither).
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._pacemaker = _Pacemaker()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> LoopWatch:
        self._pacemaker.start()
        started = asyncio.Event()
        self._task = asyncio.create_task(self._pulse(started))
        await started.wait()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # One more pulse, or a hold-up at the very end would go unseen.
        await asyncio.sleep(2 * _PULSE)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        self._pacemaker.stop()

    async def _pulse(self, started: asyncio.Event) -> None:
        last, worked, late = time.perf_counter(), time.process_time(), self._pacemaker.late()
        started.set()
        while True:
            await asyncio.sleep(_PULSE)
            now, work, lateness = time.perf_counter(), time.process_time(), self._pacemaker.late()
            gap = now - last - _PULSE
            waited = gap - (lateness - late)
            self.longest = max(self.longest, min(gap, max(work - worked, waited)))
            last, worked, late = now, work, lateness


class _Pacemaker(threading.Thread):
    """A thread that does nothing but keep time: how late it is says how late everything here is."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._total = 0.0
        self._beat = time.perf_counter()
        self._stopped = threading.Event()

    def run(self) -> None:
        self._beat = time.perf_counter()
        while not self._stopped.wait(_PULSE):
            now = time.perf_counter()
            self._total += max(0.0, now - self._beat - _PULSE)
            self._beat = now

    def late(self) -> float:
        """Seconds that it has been late in all, the present beat included."""
        return self._total + max(0.0, time.perf_counter() - self._beat - _PULSE)

    def stop(self) -> None:
        self._stopped.set()
        self.join()
