"""The contract of a knowledge provider: finds what the documents say, says nothing else, and never falls silent."""

from __future__ import annotations

import asyncio
import inspect
import re
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import pytest

from deskbell.errors import DocumentRejected, ProviderNotReady
from deskbell.knowledge import IndexReport, IndexStatus, IndexStep, Knowledge, Passage
from deskbell.provider import ProviderContext
from deskbell.testing import cold
from deskbell.testing.contract import Contract
from deskbell.testing.discretion import Discretion
from deskbell.testing.loopwatch import LoopWatch
from deskbell.testing.server import deaf_port
from deskbell.types import ManualClock, Settings

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
#: Stands in questions and in documents that must be refused, and nowhere else.
MARK = "Quillonby"
#: The clinic's own number may stand in its documents, another one may not.
OWN_PHONE, STRANGE_PHONE = "+12125550134", "(310) 555-0177"

PARKING = ("Where can I park?", "The garage next door is free for an hour. It closes at 9 PM.")
PAYING = ("How can I pay?", "We take credit cards and cash. Questions about a bill: (212) 555-0134.")
LATE = ("What if I am running late?", "We hold your place for fifteen minutes.")
GIFTS = ("Do you sell gift cards?", "Yes, gift cards start at $50 and never expire.")
#: File -> the entries in it.
DOCUMENTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "visit.md": (PARKING, LATE),
    "paying.md": (PAYING,),
    "more/gifts.md": (GIFTS,),
}
ASKED = {"where can i park my car": PARKING, "how can I pay?": PAYING, "running late sorry": LATE, "gift cards": GIFTS}
UNKNOWN = ("do you repair bicycles", "gravity of the moon", "hi", "ok thanks", "🙂", "???")
HOSTILE = (
    "",
    " \n\t ",
    "\x00\x07\x1b[31m\u202epark\r\n\x7f",
    "🚗" * 500,
    "park " * 2000,
    "x" * 10_000,
    "ʇɐɥʍ " * 1000,
    "' OR 1=1; DROP TABLE passages; --",
    '{"$where": "park"}',
    "\ud83d park",
    "../../../etc/passwd",
    "%s %n {0} {clinic} \\",
)
#: What a busy machine may add to a deadline before a test calls it broken, in seconds.
_LEEWAY = 2.0


class KnowledgeContract(Contract, ABC):
    """Inherit it as ``class TestMyKnowledge(KnowledgeContract)``, name the class and say how its settings look."""

    knowledge: ClassVar[type[Knowledge[Any]]]
    #: Top-level modules of what it stands on, which nothing may load before `open()`.
    sdks: ClassVar[tuple[str, ...]] = ()
    #: Passages of documents that have not changed are not indexed again, and the report counts them.
    keeps_unchanged: ClassVar[bool] = False
    #: How long the event loop may be held up, in seconds. Best of three cold starts.
    longest_hold_up = 0.25

    # ---- the author fills these in ----------------------------------------------------------------------------

    @abstractmethod
    def settings(self) -> dict[str, Any]:
        """The `Config` of a working binding whose documents are in the folder ``knowledge``."""

    def silent(self, address: str) -> dict[str, Any] | None:
        """Settings whose index or model is at `address` (http://…), where nobody ever answers, with a deadline of a
        second; None where nothing is asked over a network."""
        return None

    def write(self, folder: Path, file: str, entries: tuple[tuple[str, str], ...]) -> None:
        """Writes a document of headings and texts; ``*.md``, unless your provider reads other files."""
        path = folder / "knowledge" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n\n".join(f"## {heading}\n{text}" for heading, text in entries), "utf-8")

    def spoil(self, folder: Path) -> str:
        """Writes a document that nobody can read, and says what it is called."""
        (folder / "knowledge" / "broken.md").write_bytes(b"## Caf\xe9\n" + MARK.encode() + b" \xff\xfe\n")
        return "broken.md"

    # ---- what the tests make of it ----------------------------------------------------------------------------

    @pytest.fixture
    def folder(self) -> Iterator[Path]:
        """A clinic's folder with documents, beside a folder for what providers keep."""
        with tempfile.TemporaryDirectory(prefix="deskbell-knowledge-", ignore_cleanup_errors=True) as made:
            yield self.furnished(Path(made), "harbor")

    def furnished(self, root: Path, clinic: str) -> Path:
        for file, entries in DOCUMENTS.items():
            self.write(root / clinic, file, entries)
        return root / clinic

    def made(self, folder: Path, clinic: str = "harbor", **changes: Any) -> Knowledge[Any]:
        """A binding in its surroundings, not opened. Clinics share the folder for what they keep."""
        config = self.knowledge.Config(**{**self.settings(), **changes})
        context = ProviderContext(
            clinic,
            f"{clinic}-knowledge",
            clock=ManualClock(NOW),
            folder=str(folder),
            state=str(folder.parent / "state"),
            phones=(OWN_PHONE,),
        )
        return self.knowledge(config, context)

    @asynccontextmanager
    async def opened(self, folder: Path, clinic: str = "harbor", **changes: Any) -> AsyncIterator[Knowledge[Any]]:
        """An open binding with its index up to date."""
        provider = self.made(folder, clinic, **changes)
        await provider.open()
        try:
            await provider.index()
            yield provider
        finally:
            await provider.close()

    # ---- the tests: finding -----------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_it_declares_a_name_and_described_settings(self) -> None:
        assert issubclass(self.knowledge, Knowledge)
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", self.knowledge.name)
        assert issubclass(self.knowledge.Config, Settings)
        assert [name for name, field in self.knowledge.Config.model_fields.items() if not field.description] == []
        for method in ("open", "close", "check", "search", "index", "status"):
            assert inspect.iscoroutinefunction(getattr(self.knowledge, method)), f"{method} must be async"

    @pytest.mark.asyncio
    async def test_it_finds_what_a_document_says_and_where(self, folder: Path) -> None:
        async with self.opened(folder) as knowledge:
            for question, (heading, text) in ASKED.items():
                found = await knowledge.search(question)
                assert found, question
                assert isinstance(found[0], Passage)
                assert (found[0].title, found[0].text) == (heading, text)
                file = next(file for file, entries in DOCUMENTS.items() if (heading, text) in entries)
                assert found[0].source.startswith(file)

    @pytest.mark.asyncio
    async def test_the_best_comes_first_scores_are_shares_and_the_limit_holds(self, folder: Path) -> None:
        async with self.opened(folder) as knowledge:
            question = "can i pay for the parking garage with a gift card if i am late"
            found = await knowledge.search(question, limit=50)
            assert [passage.score for passage in found] == sorted((one.score for one in found), reverse=True)
            assert all(0 < passage.score <= 1 for passage in found)
            for limit in (0, 1, 2):
                assert await knowledge.search(question, limit=limit) == found[:limit]

    @pytest.mark.asyncio
    async def test_what_no_document_says_finds_nothing(self, folder: Path) -> None:
        async with self.opened(folder) as knowledge:
            for question in UNKNOWN:
                assert await knowledge.search(question) == [], question

    @pytest.mark.asyncio
    async def test_any_text_is_a_question(self, folder: Path) -> None:
        async with self.opened(folder) as knowledge:
            for question in HOSTILE:
                found = await knowledge.search(question)
                assert all(isinstance(passage, Passage) for passage in found)
            assert await knowledge.search("where can i park my car")

    @pytest.mark.asyncio
    async def test_many_may_ask_at_once(self, folder: Path) -> None:
        async with self.opened(folder) as knowledge:
            asked = [*ASKED.items()] * 10
            found = await asyncio.gather(*(knowledge.search(question) for question, _ in asked))
        assert [passages[0].title for passages in found] == [heading for _, (heading, _) in asked]

    # ---- tenancy ----------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_two_clinics_never_mix(self, folder: Path) -> None:
        """The same file names and headings, one folder for what they keep, and ids that begin alike."""
        other, third = "harbor-knowledge", "harb"
        for clinic in (other, third):
            elsewhere = self.furnished(folder.parent, clinic)
            self.write(elsewhere, "visit.md", ((PARKING[0], f"Only at {clinic}: park in the yard."), LATE))
            self.write(elsewhere, "secret.md", ((f"What is the {clinic} handshake?", f"Three knocks at {clinic}."),))
        async with (
            self.opened(folder) as mine,
            self.opened(folder.parent / other, other) as theirs,
            self.opened(folder.parent / third, third) as others,
        ):
            for _ in range(2):
                assert (await best(mine, "where can i park my car")).text == PARKING[1]
                assert "at harbor-knowledge:" in (await best(theirs, "where can i park my car")).text
                assert "at harb:" in (await best(others, "where can i park my car")).text
                for passages in await asyncio.gather(*(mine.search(question) for question in (*ASKED, "handshake"))):
                    assert not any("Only at" in one.text or "knocks" in one.text for one in passages)
                self.write(folder.parent / other, "more/gifts.md", ((GIFTS[0], "None at all."),))
                await theirs.index()
            await theirs.close()
            assert (await best(mine, "gift cards")).text == GIFTS[1]
            assert (await best(others, "gift cards")).text == GIFTS[1]
            assert (await mine.status()).passages == len(ASKED)

    # ---- indexing ---------------------------------------------------------------------------------------------

    @pytest.mark.asyncio
    async def test_what_is_added_changed_and_taken_away_is_seen_after_indexing(self, folder: Path) -> None:
        async with self.opened(folder) as knowledge:
            self.write(folder, "pets.md", (("May my dog come along?", "Small dogs are welcome in the lobby."),))
            self.write(folder, "paying.md", ((PAYING[0], "Cash only."),))
            (folder / "knowledge" / "more" / "gifts.md").unlink()
            await knowledge.index()
            assert (await best(knowledge, "may my dog come along")).source.startswith("pets.md")
            assert (await best(knowledge, "how can I pay?")).text == "Cash only."
            assert not any(passage.title == GIFTS[0] for passage in await knowledge.search("gift cards"))
            assert isinstance(status := await knowledge.status(), IndexStatus)
            assert status.passages in (0, 4)

    @pytest.mark.asyncio
    async def test_the_report_counts_and_progress_reaches_the_end(self, folder: Path) -> None:
        steps: list[IndexStep] = []
        async with self.opened(folder) as knowledge:
            self.write(folder, "paying.md", ((PAYING[0], "Cash only."),))
            report = await knowledge.index(steps.append)
            await asyncio.sleep(0)
        assert isinstance(report, IndexReport)
        assert report.fresh + report.kept == report.passages
        assert all(0 <= step.done <= step.total for step in steps)
        if report.passages:
            assert (report.documents, report.passages) == (len(DOCUMENTS), len(ASKED))
            assert steps[-1].done == steps[-1].total

    @pytest.mark.asyncio
    async def test_documents_that_have_not_changed_are_kept(self, folder: Path) -> None:
        if not self.keeps_unchanged:
            pytest.skip("this provider does not say that it keeps anything")
        async with self.opened(folder) as knowledge:
            assert (await knowledge.index()).fresh == 0
            self.write(folder, "paying.md", ((PAYING[0], "Cash only."),))
            report = await knowledge.index()
            assert (report.fresh, report.kept) == (1, len(ASKED) - 1)
            for question, (heading, _) in ASKED.items():
                assert (await best(knowledge, question)).title == heading

    @pytest.mark.asyncio
    async def test_indexing_never_leaves_a_question_without_its_answer(self, folder: Path) -> None:
        async with self.opened(folder) as knowledge:
            indexing = asyncio.create_task(self._keep_changing(folder, knowledge))
            asked = 0
            while not indexing.done() or asked < 20:
                for question, (heading, _) in ASKED.items():
                    found = await knowledge.search(question)
                    assert [passage.title for passage in found][:1] == [heading], "while indexing"
                    asked += 1
                    await asyncio.sleep(0)
            await indexing

    async def _keep_changing(self, folder: Path, knowledge: Knowledge[Any]) -> None:
        for number in range(6):
            self.write(folder, "more/news.md", ((f"What is new in week {number}?", f"Chapter {number} of our story."),))
            await knowledge.index()

    @pytest.mark.asyncio
    async def test_a_bad_document_does_not_stop_the_rest_and_is_told(self, folder: Path) -> None:
        broken = self.spoil(folder)
        async with self.opened(folder) as knowledge:
            told = (await knowledge.status()).refused
            assert [refused.source.startswith(broken) for refused in told] == [True]
            assert MARK not in str(told[0])
            assert (await best(knowledge, "where can i park my car")).title == PARKING[0]
            assert not (await knowledge.check()).ok

    @pytest.mark.asyncio
    async def test_a_document_that_tells_of_a_patient_is_refused_and_never_quoted(self, folder: Path) -> None:
        private = [MARK, STRANGE_PHONE, "4242"]
        entry = ("Who was here?", f"{MARK} was, call {STRANGE_PHONE}.\nPatient: {MARK}\nCard 4242 4242 4242 4242")
        self.write(folder, "people.md", (entry,))
        with Discretion(private) as discretion:
            async with self.opened(folder) as knowledge:
                told = (await knowledge.status()).refused
                assert told
                for refused in told:
                    assert refused.source.startswith("people.md")
                    discretion.look_at("a refusal", refused)
                for question in ("who was here", f"tell me about {MARK}", "card"):
                    for passage in await knowledge.search(question):
                        assert not passage.source.startswith("people.md")
                discretion.look_at("the health", await knowledge.check())
                assert (await best(knowledge, "how can I pay?")).title == PAYING[0]
        assert discretion.breaches == []

    # ---- starting, stopping, and what is outside -----------------------------------------------------------

    @pytest.mark.asyncio
    async def test_after_a_restart_it_answers_as_soon_as_it_is_open(self, folder: Path) -> None:
        async with self.opened(folder):
            pass
        again = self.made(folder)
        await again.open()
        try:
            assert (await best(again, "where can i park")).title == PARKING[0]
        finally:
            await again.close()

    @pytest.mark.asyncio
    async def test_without_documents_it_does_not_open_and_says_where_they_belong(self, folder: Path) -> None:
        empty = folder.parent / "empty"
        (empty / "knowledge").mkdir(parents=True)
        for place in (empty, folder.parent / "nowhere"):
            provider = self.made(place, "empty")
            with pytest.raises(ProviderNotReady, match=re.escape(str(place / "knowledge"))):
                await provider.open()
            await provider.close()

    @pytest.mark.asyncio
    async def test_an_index_that_would_hold_nothing_leaves_what_there_was(self, folder: Path) -> None:
        async with self.opened(folder) as knowledge:
            for file in DOCUMENTS:
                (folder / "knowledge" / file).unlink()
            with pytest.raises(DocumentRejected):
                await knowledge.index()
            assert (await best(knowledge, "where can i park my car")).title == PARKING[0]

    @pytest.mark.asyncio
    async def test_closing_twice_or_unopened_is_no_error_and_searching_then_is(self, folder: Path) -> None:
        unopened = self.made(folder)
        await unopened.close()
        async with self.opened(folder) as knowledge:
            assert (await knowledge.check()).ok
            await knowledge.close()
            await knowledge.close()
            for closed in (knowledge, unopened):
                with pytest.raises(ProviderNotReady):
                    await closed.search("where can i park")

    @pytest.mark.asyncio
    async def test_a_machine_that_never_answers_keeps_nobody_waiting(self, folder: Path) -> None:
        with deaf_port() as address:
            settings = self.silent(address)
            if settings is None:
                pytest.skip("this provider asks nobody")
            provider = self.made(folder, **settings)
            started = time.monotonic()
            await provider.open()
            try:
                for question, (heading, _) in ASKED.items():
                    asked = time.monotonic()
                    found = await provider.search(question)
                    assert [passage.title for passage in found][:1] in ([heading], [])
                    assert time.monotonic() - asked <= 1 + _LEEWAY
                assert not (await provider.check()).ok
            finally:
                await provider.close()
            assert time.monotonic() - started <= 20

    @pytest.mark.asyncio
    async def test_no_word_of_a_question_stands_in_a_log_an_error_or_a_repr(self, folder: Path) -> None:
        with Discretion([MARK, STRANGE_PHONE]) as discretion:
            async with self.opened(folder) as knowledge:
                discretion.look_at("the provider", knowledge)
                discretion.look_at("its settings", knowledge.config)
                for question in (MARK, f"can {MARK} park", f"call {STRANGE_PHONE}", f"{MARK} \x00 {'word ' * 3000}"):
                    await knowledge.search(question)
            with discretion.errors():
                await knowledge.search(MARK)
        assert discretion.breaches == []

    @pytest.mark.asyncio
    async def test_the_event_loop_is_never_held_up_not_even_by_loading_what_it_stands_on(self) -> None:
        hold_ups = await asyncio.to_thread(cold.hold_ups, type(self), self.longest_hold_up)
        assert max(hold_ups.values()) <= self.longest_hold_up, hold_ups

    @pytest.mark.asyncio
    async def test_a_thousand_entries_do_not_hold_up_the_event_loop(self, folder: Path) -> None:
        entries = tuple(
            (
                f"What is treatment {number} of the {number * 7919 % 1009} kind?",
                f"It takes {number} minutes in room {n}.",
            )
            for n, number in enumerate(range(1000))
        )
        self.write(folder, "long.md", entries)
        knowledge = self.made(folder)
        async with LoopWatch() as watch:
            await knowledge.open()
            for question in (*ASKED, *HOSTILE):
                await knowledge.search(question)
            await knowledge.close()
        assert watch.longest <= self.longest_hold_up

    async def cold_start(self) -> dict[str, float]:
        """The longest hold-up of each step in a process that has loaded nothing yet. Run by `deskbell.testing.cold`."""
        for sdk in self.sdks:
            assert sdk not in sys.modules, f"{sdk} was imported before open()"
        with tempfile.TemporaryDirectory(prefix="deskbell-knowledge-", ignore_cleanup_errors=True) as made:
            knowledge = self.made(self.furnished(Path(made), "harbor"))
            return await cold.measured(
                {
                    "open": knowledge.open,
                    "search": lambda: knowledge.search("where can i park my car"),
                    "index": knowledge.index,
                    "search again": lambda: knowledge.search("where can i park my car"),
                    "check": knowledge.check,
                    "close": knowledge.close,
                }
            )


async def best(knowledge: Knowledge[Any], question: str) -> Passage:
    """The first passage that a question finds."""
    found = await knowledge.search(question)
    assert found, "the question found nothing"
    return found[0]
