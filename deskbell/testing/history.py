"""The contract of a history: the newest lines of exactly one conversation in exactly one state, or nothing."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from deskbell.history import History, Page
from deskbell.known import Line
from deskbell.testing.contract import Contract
from deskbell.testing.discretion import Discretion

START = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
#: Stands in every line that the contract writes.
MARK = "Quillonby"


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def patient(minutes: float, text: str = "Hi") -> Line:
    return Line(at(minutes), "patient", f"{text}, {MARK} {minutes}")


def bot(minutes: float, text: str = "Hello") -> Line:
    return Line(at(minutes), "bot", f"{text}, {MARK} {minutes}")


TALK = (patient(0), bot(1), patient(2), Line(at(3), "staff", f"Maya here, {MARK}"))


class HistoryContract(Contract, ABC):
    """Inherit it as ``class TestMyHistory(HistoryContract)`` and say how to make one that is empty."""

    @abstractmethod
    async def made(self) -> History[Any]:
        """A new one, not yet open. Several of them in one test see the same lines."""

    #: What must show in no log, error or repr: the address and password of the server.
    secrets: Sequence[str] = ()

    # ---- what only the default history, which keeps nothing itself, has to change --------------------------------

    async def begun(self, history: History[Any], clinic: str, lines: Sequence[Line], limit: int = 10) -> Page:
        """A new conversation with these lines, known to the history."""
        page = Page(clinic, uuid4().int >> 66, str(uuid4()))
        await history.keep(page, lines, limit)
        return page

    async def moved(self, history: History[Any], page: Page, lines: Sequence[Line]) -> Page:
        """The page that comes after these new lines."""
        edition = str(uuid4())
        await history.advance(page, edition, lines)
        return Page(page.clinic, page.conversation, edition)

    # ---- the tests -----------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def _open(self) -> AsyncIterator[History[Any]]:
        history = await self.made()
        await history.open()
        try:
            yield history
        finally:
            await history.close()

    @pytest.mark.asyncio
    async def test_lines_come_back_as_they_were_oldest_first(self) -> None:
        lines = (*TALK, Line(at(4), "patient", f'¿Qué? "{MARK}"\n\t😀 👩‍👩‍👧 \\u0000'), bot(5, "1/2 & <b>"))
        async with self._open() as history:
            page = await self.begun(history, "harbor", lines)
            assert list(await history.window(page, 10) or ()) == list(lines)

    @pytest.mark.asyncio
    async def test_no_more_lines_are_given_than_asked_for(self) -> None:
        async with self._open() as history:
            page = await self.begun(history, "harbor", TALK)
            for limit in (1, 2, 3):
                assert list(await history.window(page, limit) or ()) == list(TALK[-limit:])

    @pytest.mark.asyncio
    async def test_more_lines_than_are_kept_are_not_made_out_to_be_all(self) -> None:
        talk = [patient(minute) for minute in range(8)]
        async with self._open() as history:
            page = await self.begun(history, "harbor", talk, limit=3)
            assert list(await history.window(page, 3) or ()) == talk[-3:]
            assert list(await history.window(page, 8) or talk) == talk

    @pytest.mark.asyncio
    async def test_new_lines_follow_the_old_and_push_out_the_oldest(self) -> None:
        async with self._open() as history:
            page = await self.begun(history, "harbor", TALK, limit=5)
            page = await self.moved(history, page, [patient(4), bot(5)])
            page = await self.moved(history, page, [patient(6)])
            assert list(await history.window(page, 5) or ()) == [TALK[2], TALK[3], patient(4), bot(5), patient(6)]

    @pytest.mark.asyncio
    async def test_a_line_that_was_written_earlier_stands_earlier(self) -> None:
        async with self._open() as history:
            page = await self.begun(history, "harbor", [patient(0), bot(2)])
            page = await self.moved(history, page, [patient(1, "sent while we wrote"), bot(3)])
            lines = await history.window(page, 10) or ()
            assert [line.at for line in lines] == [at(0), at(1), at(2), at(3)]

    @pytest.mark.asyncio
    async def test_a_conversation_that_moved_on_is_never_shown_as_it_was(self) -> None:
        async with self._open() as history:
            before = await self.begun(history, "harbor", TALK)
            after = await self.moved(history, before, [patient(4)])
            now = [*TALK, patient(4)]
            assert list(await history.window(before, 10) or now) == now
            assert list(await history.window(Page(after.clinic, after.conversation, str(uuid4())), 10) or now) == now

    @pytest.mark.asyncio
    async def test_lines_are_not_added_to_a_page_that_they_do_not_follow(self) -> None:
        async with self._open() as history:
            page = await self.begun(history, "harbor", TALK)
            foreign = Page(page.clinic, page.conversation, str(uuid4()))
            await history.advance(foreign, str(uuid4()), [bot(9, "of another state")])
            assert list(await history.window(page, 10) or TALK) == list(TALK)

    @pytest.mark.asyncio
    async def test_conversations_never_mix(self) -> None:
        async with self._open() as history:
            pages = [
                await self.begun(history, clinic, [patient(minute, f"{clinic} {minute}")])
                for clinic in ("harbor", "harbor-2", "sierra")
                for minute in range(3)
            ]
            windows = await asyncio.gather(*(history.window(page, 10) for page in pages))
        told = [line.text for window in windows for line in window or ()]
        assert told == [
            patient(minute, f"{clinic} {minute}").text
            for clinic in ("harbor", "harbor-2", "sierra")
            for minute in range(3)
        ]

    @pytest.mark.asyncio
    async def test_another_clinics_conversation_of_the_same_number_is_not_known(self) -> None:
        async with self._open() as history:
            page = await self.begun(history, "harbor", TALK)
            other = Page("sierra", page.conversation, page.edition)
            assert list(await history.window(other, 10) or ()) == []
            await history.advance(other, str(uuid4()), [bot(9)])
            assert list(await history.window(page, 10) or ()) == list(TALK)

    @pytest.mark.asyncio
    async def test_of_a_conversation_nobody_knows_there_are_no_lines(self) -> None:
        async with self._open() as history:
            assert list(await history.window(Page("harbor", 2**40, str(uuid4())), 10) or ()) == []

    @pytest.mark.asyncio
    async def test_a_withheld_line_keeps_its_mark_and_only_what_may_be_shown(self) -> None:
        lines = (
            Line(at(0), "patient", "I would like Botox.", withheld=True),
            Line(at(1), "patient", "", withheld=True),
        )
        async with self._open() as history:
            page = await self.begun(history, "harbor", lines)
            assert list(await history.window(page, 10) or ()) == list(lines)

    @pytest.mark.asyncio
    async def test_another_process_sees_the_same(self) -> None:
        async with self._open() as history, self._open() as other:
            page = await self.begun(history, "harbor", TALK)
            page = await self.moved(other, page, [bot(4)])
            assert list(await history.window(page, 10) or ()) == [*TALK, bot(4)]

    @pytest.mark.asyncio
    async def test_many_ask_at_once(self) -> None:
        async with self._open() as history:
            page = await self.begun(history, "harbor", TALK)
            windows = await asyncio.gather(*(history.window(page, 10) for _ in range(200)))
        assert all(list(window or ()) == list(TALK) for window in windows)

    @pytest.mark.asyncio
    async def test_its_health_is_good_and_it_closes_twice(self) -> None:
        history = await self.made()
        await history.open()
        assert (await history.check()).ok
        await history.close()
        await history.close()

    @pytest.mark.asyncio
    async def test_nothing_private_shows(self) -> None:
        with Discretion([MARK, *self.secrets]) as discretion:
            async with self._open() as history:
                page = await self.begun(history, "harbor", TALK)
                await history.window(page, 10)
                await self.moved(history, page, [bot(4)])
                discretion.look_at("the history", history)
                discretion.look_at("its settings", history.config)
                discretion.look_at("its health", await history.check())
        assert discretion.breaches == []
