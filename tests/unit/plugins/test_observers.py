"""Observer hooks: awaited, isolated, timed."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from structlog.testing import capture_logs

from core.observers import ObserverCalls
from core.plugins import load_catalogue
from deskbell import Announcement, SentText, StaffNotice, TurnReport, hookimpl

REPORT = TurnReport("harbor", 1, 1, events=1, texts=1, milliseconds=2.5, outcome="committed")
SENT = SentText("harbor", 1, "t1", "telnyx", "bot", 1, datetime(2026, 1, 5, tzinfo=UTC))
NOTICE = StaffNotice("harbor", 1, "callback", "Dana, Botox, Monday")

ANNOUNCED = Announcement("6f96", "harbor", "opt_out", 1, 1, datetime(2026, 1, 5, tzinfo=UTC), {"source": "keyword"})


class Watcher:
    plugin_name = "watcher"

    def __init__(self) -> None:
        self.saw: list[Any] = []

    @hookimpl
    async def on_turn_finished(self, report: TurnReport) -> None:
        await asyncio.sleep(0)
        self.saw.append(report)

    @hookimpl
    async def on_message_sent(self, message: SentText) -> None:
        self.saw.append(message)

    @hookimpl
    async def on_staff_notice(self, notice: StaffNotice) -> None:
        self.saw.append(notice)

    @hookimpl
    async def on_announcement(self, announcement: Announcement) -> None:
        self.saw.append(announcement)


class Careless:
    plugin_name = "careless"

    @hookimpl
    async def on_turn_finished(self) -> None:
        raise ZeroDivisionError("Dana's words")


class Endless:
    plugin_name = "endless"

    @hookimpl
    async def on_turn_finished(self, report: TurnReport) -> None:
        await asyncio.Event().wait()


def calls(*plugins: object, seconds: float = 5.0) -> ObserverCalls:
    catalogue = load_catalogue(plugins)
    assert not catalogue.broken
    return ObserverCalls(catalogue.manager, seconds=seconds)


async def test_every_observer_is_awaited() -> None:
    first, second = Watcher(), Watcher()
    observers = calls(first, second)
    await observers.turn_finished(REPORT)
    await observers.message_sent(SENT)
    await observers.staff_notice(NOTICE)
    await observers.announcement(ANNOUNCED)
    assert first.saw == second.saw == [REPORT, SENT, NOTICE, ANNOUNCED]


def test_whether_anybody_hears_announcements_is_known() -> None:
    assert calls(Careless(), Watcher()).hear_announcements
    assert not calls(Careless()).hear_announcements


async def test_one_that_fails_is_counted_and_the_others_still_see() -> None:
    watcher = Watcher()
    observers = calls(Careless(), watcher, Careless())
    with capture_logs() as logs:
        await observers.turn_finished(REPORT)
    assert watcher.saw == [REPORT]
    assert sum(observers.failures.values()) == 2
    assert [entry["error"] for entry in logs] == ["ZeroDivisionError"] * 2
    assert "Dana" not in str(logs)


async def test_one_that_hangs_is_cut_off() -> None:
    watcher = Watcher()
    observers = calls(Endless(), watcher, seconds=0.01)
    with capture_logs() as logs:
        # Far above the limit, far below the five seconds that apply where none is given.
        async with asyncio.timeout(3):
            await observers.turn_finished(REPORT)
    assert watcher.saw == [REPORT]
    assert observers.failures == {"endless": 1}
    assert [(entry["plugin"], entry["hook"]) for entry in logs] == [("endless", "on_turn_finished")]


async def test_being_stopped_is_not_a_failure_of_the_observer() -> None:
    observers = calls(Endless())
    task = asyncio.create_task(observers.turn_finished(REPORT))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not observers.failures


async def test_without_observers_nothing_happens() -> None:
    await calls().turn_finished(REPORT)
