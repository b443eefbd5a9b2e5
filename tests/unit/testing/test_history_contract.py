"""The contract of histories catches what it is there for: each of these histories is wrong in one way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from deskbell import History, HistoryConfig, Line, Page, ProviderContext
from deskbell.testing import HistoryContract

Kept = tuple[str, int, list[Line]]


class Shelf(History[HistoryConfig]):
    """A history in a dictionary, as it should be."""

    name = "shelf"
    Config = HistoryConfig

    def __init__(self, shelf: dict[Any, Kept]) -> None:
        super().__init__(HistoryConfig(), ProviderContext("", "history"))
        self.shelf = shelf

    def place(self, page: Page) -> Any:
        return page.clinic, page.conversation

    async def window(self, page: Page, limit: int) -> Sequence[Line] | None:
        edition, most, lines = self.shelf.get(self.place(page), ("", 0, []))
        if edition != page.edition or (limit > most and len(lines) >= most):
            return None
        return lines[-limit:]

    async def keep(self, page: Page, lines: Sequence[Line], limit: int) -> None:
        self.shelf[self.place(page)] = (page.edition, limit, list(lines[-limit:]))

    async def advance(self, page: Page, edition: str, lines: Sequence[Line]) -> None:
        before, most, old = self.shelf.get(self.place(page), ("", 0, []))
        if before == page.edition:
            self.shelf[self.place(page)] = (edition, most, sorted([*old, *lines], key=lambda line: line.at)[-most:])


class OfAnyClinic(Shelf):
    def place(self, page: Page) -> Any:
        return page.conversation


class OfOnePlace(Shelf):
    def place(self, page: Page) -> Any:
        return page.clinic


class OfAnyEdition(Shelf):
    async def window(self, page: Page, limit: int) -> Sequence[Line] | None:
        _, _, lines = self.shelf.get(self.place(page), ("", 0, []))
        return lines[-limit:]

    async def advance(self, page: Page, edition: str, lines: Sequence[Line]) -> None:
        """Left to time."""


class AddsBlindly(Shelf):
    async def advance(self, page: Page, edition: str, lines: Sequence[Line]) -> None:
        before, most, old = self.shelf.get(self.place(page), ("", 10, []))
        self.shelf[self.place(page)] = (before, most, [*old, *lines])


class AtTheEnd(Shelf):
    async def advance(self, page: Page, edition: str, lines: Sequence[Line]) -> None:
        before, most, old = self.shelf.get(self.place(page), ("", 0, []))
        if before == page.edition:
            self.shelf[self.place(page)] = (edition, most, [*old, *lines][-most:])


class Generous(Shelf):
    async def window(self, page: Page, limit: int) -> Sequence[Line] | None:
        lines = await super().window(page, 10_000)
        return lines if lines is None or len(lines) <= limit else lines[-limit - 1 :]


class MadeOutToBeAll(Shelf):
    async def window(self, page: Page, limit: int) -> Sequence[Line] | None:
        edition, _, lines = self.shelf.get(self.place(page), ("", 0, []))
        return lines[-limit:] if edition == page.edition else None


class Talkative(Shelf):
    async def keep(self, page: Page, lines: Sequence[Line], limit: int) -> None:
        import logging

        await super().keep(page, lines, limit)
        logging.getLogger("shelf").debug("kept %s", [line.text for line in lines])


def contract_of(kind: type[Shelf]) -> HistoryContract:
    shelf: dict[Any, Kept] = {}

    class Held(HistoryContract):
        async def made(self) -> History[Any]:
            return kind(shelf)

    return Held()


TESTS = [name for name in dir(HistoryContract) if name.startswith("test_")]


@pytest.mark.parametrize("name", TESTS)
async def test_a_blameless_history_passes(name: str) -> None:
    await getattr(contract_of(Shelf), name)()


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (OfAnyClinic, "test_another_clinics_conversation_of_the_same_number_is_not_known"),
        (OfOnePlace, "test_conversations_never_mix"),
        (OfAnyEdition, "test_a_conversation_that_moved_on_is_never_shown_as_it_was"),
        (AddsBlindly, "test_lines_are_not_added_to_a_page_that_they_do_not_follow"),
        (AtTheEnd, "test_a_line_that_was_written_earlier_stands_earlier"),
        (Generous, "test_no_more_lines_are_given_than_asked_for"),
        (MadeOutToBeAll, "test_more_lines_than_are_kept_are_not_made_out_to_be_all"),
        (Talkative, "test_nothing_private_shows"),
    ],
)
async def test_a_history_that_is_wrong_is_caught(kind: type[Shelf], name: str) -> None:
    with pytest.raises(AssertionError):
        await getattr(contract_of(kind), name)()
