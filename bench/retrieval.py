"""``python -m bench.retrieval``: how often each way of searching finds the right entry, how fast, and at what cost.

The demo clinics' own knowledge, and the questions of `bench.retrieval_questions`.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Annotated

import psutil
import typer
import yaml
from rich.console import Console
from rich.table import Table

from bench.retrieval_questions import Question, questions
from deskbell import Passage, ProviderContext
from plugins.knowledge.chroma import Chroma
from plugins.knowledge.chroma.config import ChromaConfig
from plugins.knowledge.chroma.embedders import Offline
from plugins.knowledge.chroma.shelf import Shelf
from plugins.knowledge.notes import Notes, NotesConfig
from plugins.knowledge.texting import spelt_out

_CLINICS = Path(__file__).parent.parent / "clinics"
_DEPTH = 4
#: Below any score that counts.
_NOTHING = 1e-9
#: Of reciprocal rank fusion, as its authors chose it.
_RRF = 60

Search = Callable[[str], Awaitable[list[Passage]]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one way of searching came to."""

    name: str
    first: float
    among: float
    #: At the threshold: right passages on top, wrong ones on top, and questions without an answer that found nothing.
    threshold: float | None
    right: float
    wrong: float
    silent: float
    p50: float
    p99: float


def main(sweep: Annotated[bool, typer.Option(help="Every threshold, too.")] = False) -> None:
    """Measure the ways of searching on the demo clinics."""
    outcomes, memory, scored = asyncio.run(measure())
    asked = list(questions())
    answered = sum(question.heading is not None for question in asked)
    console = Console(width=140)
    table = Table(
        "searching by",
        "first",
        f"first {_DEPTH}",
        "threshold",
        "right",
        "wrong",
        "silent",
        "p50 ms",
        "p99 ms",
        box=None,
    )
    for one in outcomes:
        rates = (f"{rate:.0%}" for rate in (one.right, one.wrong, one.silent))
        mark = "-" if one.threshold is None else f"{one.threshold:.2f}"
        judged = ("-", "-", "-") if one.threshold is None else tuple(rates)
        table.add_row(
            one.name, f"{one.first:.0%}", f"{one.among:.0%}", mark, *judged, f"{one.p50:.2f}", f"{one.p99:.2f}"
        )
    console.print(f"{answered} questions with an answer, {len(asked) - answered} without")
    console.print(table)
    console.print(f"memory of the process: {memory}")
    if sweep:
        for name, tops in scored.items():
            _sweep(console, name, tops)


async def measure() -> tuple[list[Outcome], str, dict[str, list[tuple[Question, list[Passage]]]]]:
    process = psutil.Process()
    state = Path(tempfile.mkdtemp(prefix="deskbell-retrieval-"))
    before = process.memory_info().rss
    notes = {clinic: Notes(NotesConfig(threshold=_NOTHING), _context(clinic, state)) for clinic in _clinics()}
    chroma = {clinic: Chroma(ChromaConfig(threshold=_NOTHING), _context(clinic, state)) for clinic in _clinics()}
    try:
        for provider in notes.values():
            await provider.open()
        after_notes = process.memory_info().rss
        for one in chroma.values():
            await one.open()
            await one.index()
        ways: dict[str, tuple[Callable[[str], Search], float | None]] = {
            "words (notes, BM25)": (lambda clinic: _at(notes[clinic].search), NotesConfig().threshold),
            "meaning (offline embedder)": (lambda clinic: _by_meaning(chroma[clinic]), None),
            "both, by reciprocal rank": (lambda clinic: _by_rank(notes[clinic], chroma[clinic]), None),
            "both, by score (chroma)": (lambda clinic: _at(chroma[clinic].search), Offline.threshold),
        }
        scored = {name: await _ask(way) for name, (way, _) in ways.items()}
        outcomes = [
            _outcome(name, [(question, found) for question, found, _ in scored[name]], threshold, scored[name])
            for name, (_, threshold) in ways.items()
        ]
        after = process.memory_info().rss
    finally:
        for provider in (*notes.values(), *chroma.values()):
            await provider.close()
        shutil.rmtree(state, ignore_errors=True)
    memory = f"{before / 1e6:.0f} MB, with notes {after_notes / 1e6:.0f} MB, with chroma too {after / 1e6:.0f} MB"
    return outcomes, memory, {name: [(q, found) for q, found, _ in rows] for name, rows in scored.items()}


def _clinics() -> Sequence[str]:
    return sorted({question.clinic for question in questions()})


def _context(clinic: str, state: Path) -> ProviderContext:
    own = yaml.safe_load((_CLINICS / clinic / "clinic.yml").read_text("utf-8"))["clinic"]
    return ProviderContext(
        clinic,
        f"{clinic}-knowledge",
        folder=str(_CLINICS / clinic),
        state=str(state),
        phones=(own["phone"],),
        website=own["website"],
    )


def _at(search: Callable[..., Awaitable[list[Passage]]]) -> Search:
    async def found(text: str) -> list[Passage]:
        return await search(text, limit=_DEPTH)

    return found


def _by_meaning(chroma: Chroma) -> Search:
    """As chroma searches, with a ranking by words that knows no word."""

    async def found(text: str) -> list[Passage]:
        return await asyncio.to_thread(_meaning, chroma, text, _DEPTH)

    return found


def _meaning(chroma: Chroma, text: str, limit: int) -> list[Passage]:
    store, embeds = chroma._reach()
    shelf = chroma._opened()
    near = store.nearest(shelf.version, embeds.question(spelt_out(text)))
    return Shelf.by_words_and_meaning(shelf, "", near, limit, _NOTHING)


def _by_rank(notes: Notes, chroma: Chroma) -> Search:
    """Reciprocal rank fusion of the two."""

    async def found(text: str) -> list[Passage]:
        rankings = (await notes.search(text, limit=20), await asyncio.to_thread(_meaning, chroma, text, 20))
        scores: dict[str, float] = {}
        passages: dict[str, Passage] = {}
        for ranking in rankings:
            for rank, passage in enumerate(ranking, 1):
                scores[passage.source] = scores.get(passage.source, 0.0) + 1 / (_RRF + rank)
                passages[passage.source] = passage
        return [passages[source] for source in sorted(scores, key=lambda source: -scores[source])[:_DEPTH]]

    return found


async def _ask(way: Callable[[str], Search]) -> list[tuple[Question, list[Passage], float]]:
    """What each question found, and in how many milliseconds; every way is warmed up by one question a clinic."""
    for clinic in _clinics():
        await way(clinic)("hello")
    rows = []
    for question in questions():
        started = time.perf_counter()
        found = await way(question.clinic)(question.text)
        rows.append((question, found, (time.perf_counter() - started) * 1000))
    return rows


def _outcome(
    name: str,
    found: Sequence[tuple[Question, list[Passage]]],
    threshold: float | None,
    timed: Sequence[tuple[Question, list[Passage], float]],
) -> Outcome:
    answered = [(question, passages) for question, passages in found if question.heading]
    first = sum(_right(question, passages) for question, passages in answered) / len(answered)
    among = sum(
        any(passage.title == question.heading for passage in passages) for question, passages in answered
    ) / len(answered)
    right, wrong, silent = _judged(found, threshold or 0.0)
    cuts = quantiles([milliseconds for _, _, milliseconds in timed], n=100)
    return Outcome(name, first, among, threshold, right, wrong, silent, cuts[49], cuts[98])


def _right(question: Question, passages: Sequence[Passage]) -> bool:
    return bool(passages) and passages[0].title == question.heading


def _judged(found: Sequence[tuple[Question, list[Passage]]], threshold: float) -> tuple[float, float, float]:
    """Of the answerable: right and wrong on top; of the others: those that find nothing."""
    heard = [(question, [one for one in passages if one.score >= threshold]) for question, passages in found]
    answered = [(question, passages) for question, passages in heard if question.heading]
    others = [passages for question, passages in heard if not question.heading]
    right = sum(_right(question, passages) for question, passages in answered)
    spoken = sum(bool(passages) for _, passages in answered)
    return (
        right / len(answered),
        (spoken - right) / len(answered),
        sum(not passages for passages in others) / len(others),
    )


def _sweep(console: Console, name: str, found: Sequence[tuple[Question, list[Passage]]]) -> None:
    table = Table("threshold", "right", "wrong", "silent", title=name, box=None)
    for hundredths in range(10, 80, 2):
        table.add_row(f"{hundredths / 100:.2f}", *(f"{rate:.1%}" for rate in _judged(found, hundredths / 100)))
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
