"""How well knowledge is found: the benchmark's own questions, as a floor that no change may fall through."""

from __future__ import annotations

from pathlib import Path

from bench.retrieval import measure
from bench.retrieval_questions import questions
from plugins.knowledge.entries import read_folder

CLINICS = Path(__file__).parents[3] / "clinics"


def test_the_questions_are_many_and_name_headings_that_exist() -> None:
    asked = list(questions())
    headings = {
        clinic: {entry.title for entry in read_folder(CLINICS / clinic / "knowledge").entries}
        for clinic in {question.clinic for question in asked}
    }
    assert len({question.text for question in asked}) == len(asked)
    assert sum(question.heading is not None for question in asked) >= 60
    assert sum(question.heading is None for question in asked) >= 15
    assert [one for one in asked if one.heading and one.heading not in headings[one.clinic]] == []


async def test_words_and_meaning_together_find_more_than_either() -> None:
    outcomes, _, _ = await measure()
    found = {outcome.name: outcome for outcome in outcomes}
    words, meaning, both = (
        found[name] for name in ("words (notes, BM25)", "meaning (offline embedder)", "both, by score (chroma)")
    )
    assert both.first >= 0.75
    assert both.among >= 0.93
    assert both.among > max(words.among, meaning.among)
    assert both.right >= 0.6 > words.right
    assert both.wrong <= 0.1
    assert both.silent >= 0.85
    assert words.silent == 1
