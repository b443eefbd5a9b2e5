"""Calling observer hooks: async, each by itself, timed, never in the way of the work.

pluggy calls hooks and does not await what they return, so their implementations are called here directly.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pluggy
import structlog

from core import metrics
from deskbell import Announcement, SentText, StaffNotice, TurnReport

_log = structlog.get_logger(__name__)


class ObserverCalls:
    """Tells every plugin that observes. What goes wrong in one is logged and counted, and never raised."""

    def __init__(self, manager: pluggy.PluginManager, *, seconds: float = 5.0) -> None:
        """`manager` holds the working plugins; `seconds` is how long one observer may take."""
        self._manager = manager
        self._seconds = seconds
        #: Failures and time-outs by plugin name.
        self.failures: Counter[str] = Counter()

    async def turn_finished(self, report: TurnReport) -> None:
        await self._tell("on_turn_finished", report=report)

    async def message_sent(self, message: SentText) -> None:
        await self._tell("on_message_sent", message=message)

    async def staff_notice(self, notice: StaffNotice) -> None:
        await self._tell("on_staff_notice", notice=notice)

    @property
    def hear_announcements(self) -> bool:
        """Whether any plugin wants to be told of announcements."""
        return bool(self._manager.hook.on_announcement.get_hookimpls())

    async def announcement(self, announcement: Announcement) -> None:
        await self._tell("on_announcement", announcement=announcement)

    async def _tell(self, hook: str, **arguments: Any) -> None:
        implementations = getattr(self._manager.hook, hook).get_hookimpls()
        await asyncio.gather(*(self._call(hook, implementation, arguments) for implementation in implementations))

    async def _call(self, hook: str, implementation: pluggy.HookImpl, arguments: dict[str, Any]) -> None:
        observe: Any = implementation.function
        wanted = [arguments[name] for name in implementation.argnames]
        try:
            async with asyncio.timeout(self._seconds):
                await observe(*wanted)
        except Exception as error:  # noqa: BLE001 - an observer may fail in any way it likes
            self.failures[implementation.plugin_name] += 1
            metrics.plugin_errors.labels(implementation.plugin_name, hook).inc()
            # The class alone: an observer's own message may hold a patient's words.
            _log.warning("observer_failed", plugin=implementation.plugin_name, hook=hook, error=type(error).__name__)
