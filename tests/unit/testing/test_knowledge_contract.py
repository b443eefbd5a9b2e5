"""The kit's contract of knowledge: a sound provider passes, and each fault is caught by its test."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from deskbell import (
    DocumentRejected,
    Health,
    IndexReport,
    IndexStatus,
    Knowledge,
    Passage,
    ProviderNotReady,
    RefusedDocument,
    Settings,
    patient_data,
    unwatched,
)
from deskbell.testing import KnowledgeContract

_FILLERS = set(re.findall(r"\w+", "a and can does do for hi how i if in is my ok or out the to we what you"))


class Cards(Knowledge[Settings]):
    """Entries in memory, found when half of a question's words stand in the heading."""

    name: ClassVar[str] = "cards"
    _cards: tuple[Passage, ...] | None = None
    _refused: tuple[RefusedDocument, ...] = ()

    async def open(self) -> None:
        try:
            await self.index()
        except DocumentRejected as error:
            raise ProviderNotReady(str(error)) from error

    async def close(self) -> None:
        self._cards = None

    async def check(self) -> Health:
        return Health(ok=not self._refused)

    async def status(self) -> IndexStatus:
        return IndexStatus(passages=len(self._cards or ()), refused=self._refused)

    async def index(self, progress: Any = unwatched) -> IndexReport:
        cards, self._refused = await asyncio.to_thread(self._read)
        if not cards:
            raise DocumentRejected(f"{self._folder}: holds nothing")
        self._cards = cards
        return IndexReport(detail="read")

    @property
    def _folder(self) -> Path:
        return Path(self.context.folder) / "knowledge"

    def _read(self) -> tuple[tuple[Passage, ...], tuple[RefusedDocument, ...]]:
        cards, refused = [], []
        for path in sorted(self._folder.rglob("*.md")):
            file = path.relative_to(self._folder).as_posix()
            try:
                text = path.read_text("utf-8")
            except UnicodeDecodeError:
                refused.append(RefusedDocument(file, "is not UTF-8"))
                continue
            private = patient_data(text, phones=self.context.phones)
            refused += [RefusedDocument(f"{file}:{one.line}", one.kind) for one in private]
            for entry in [] if private else text.split("## ")[1:]:
                heading, _, answer = entry.partition("\n")
                cards.append(Passage(heading, answer.strip(), file, 0.0))
        return tuple(cards), tuple(refused)

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        if self._cards is None:
            raise ProviderNotReady("not open")
        asked = words(question[:1000])
        scored = [(len(asked & words(card.title)) / (len(asked) or 1), card) for card in self._cards]
        found = [Passage(card.title, card.text, card.source, share) for share, card in scored if share > 0.24]
        return sorted(found, key=lambda passage: -passage.score)[:limit]


def words(text: str) -> set[str]:
    return {word.strip("?.,") for word in text.casefold().split()} - _FILLERS


class TestCards(KnowledgeContract):
    """A blameless provider passes."""

    knowledge = Cards

    def settings(self) -> dict[str, Any]:
        return {}


class Guesses(Cards):
    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        return (
            await super().search(question, limit=limit) or [Passage("Parking", "Next door.", "visit.md", 0.5)][:limit]
        )


class Overflows(Cards):
    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        return await super().search(question)


class Mixes(Cards):
    everybody: ClassVar[dict[str, tuple[Passage, ...]]] = {}

    async def index(self, progress: Any = unwatched) -> IndexReport:
        report = await super().index(progress)
        self.everybody["knowledge"] = self._cards or ()
        return report

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        mine, self._cards = self._cards, self.everybody.get("knowledge", ())
        found = await super().search(question, limit=limit)
        self._cards = mine
        return found


class Empties(Cards):
    async def index(self, progress: Any = unwatched) -> IndexReport:
        self._cards = ()
        return await super().index(progress)


class Stops(Cards):
    def _read(self) -> tuple[tuple[Passage, ...], tuple[RefusedDocument, ...]]:
        cards, refused = super()._read()
        if refused:
            raise DocumentRejected(str(refused[0]))
        return cards, refused


class Trusts(Cards):
    def _read(self) -> tuple[tuple[Passage, ...], tuple[RefusedDocument, ...]]:
        cards = tuple(
            Passage(entry.partition("\n")[0], entry.partition("\n")[2].strip(), path.name, 0.0)
            for path in self._folder.rglob("*.md")
            for entry in path.read_text("utf-8").split("## ")[1:]
        )
        return cards, ()


class Chatters(Cards):
    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        logging.getLogger("cards").debug("asked %s", question)
        return await super().search(question, limit=limit)


class Clings(Cards):
    async def close(self) -> None:
        return


class Blocks(Cards):
    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        time.sleep(0.4)  # noqa: ASYNC251 - that is the fault
        return await super().search(question, limit=limit)


@pytest.mark.parametrize(
    ("faulty", "test"),
    [
        (Guesses, "test_what_no_document_says_finds_nothing"),
        (Overflows, "test_the_best_comes_first_scores_are_shares_and_the_limit_holds"),
        (Mixes, "test_two_clinics_never_mix"),
        (Empties, "test_indexing_never_leaves_a_question_without_its_answer"),
        (Empties, "test_an_index_that_would_hold_nothing_leaves_what_there_was"),
        (Stops, "test_a_bad_document_does_not_stop_the_rest_and_is_told"),
        (Trusts, "test_a_document_that_tells_of_a_patient_is_refused_and_never_quoted"),
        (Chatters, "test_no_word_of_a_question_stands_in_a_log_an_error_or_a_repr"),
        (Clings, "test_closing_twice_or_unopened_is_no_error_and_searching_then_is"),
        (Blocks, "test_a_thousand_entries_do_not_hold_up_the_event_loop"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
async def test_each_fault_is_caught(faulty: type[Cards], test: str, tmp_path: Path) -> None:
    contract = type("Faulty", (TestCards,), {"knowledge": faulty})()
    method: Callable[[Path], Awaitable[None]] = getattr(contract, test)
    with pytest.raises((AssertionError, ProviderNotReady, pytest.fail.Exception)):
        await method(contract.furnished(tmp_path, "harbor"))
