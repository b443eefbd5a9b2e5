"""Every text of the corpus through a whole pipeline: what is recognised, what goes on, and what goes no further."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

import pytest

from core.receptionist.cards import CUT
from core.receptionist.injection import holds
from core.receptionist.senders import is_automatic
from core.receptionist.understanding import Reading, people
from core.receptionist.understanding.questions import Topic
from core.receptionist.understanding.words import plain
from deskbell import HandOver, Learn, NotifyStaff, Turn, Withhold
from tests.corpus.conftest import NOW, Desk
from tests.corpus.texts import CorpusText, load

CORPUS = load()
_CONSENT = {"opted_out": "stop", "opted_in": "start", "help": "help", "asked": "ask"}
#: Behind these nothing else is read of a text.
_FINAL = {"emergency", "stop", "start", "help", "ask", "automatic"}


def test_the_corpus_is_large_and_a_third_of_it_must_pass() -> None:
    assert len(CORPUS) >= 400
    assert sum(text.looks_alike for text in CORPUS) * 3 >= len(CORPUS)
    assert len({text.name for text in CORPUS}) == len(CORPUS)


@pytest.mark.parametrize("text", CORPUS, ids=lambda text: text.name)
async def test_a_text_comes_to_what_it_should(desks: Mapping[str, Desk], text: CorpusText) -> None:
    desk = desks[text.clinic]
    turn = await desk.hear(text)
    reading = desk.reader.read("\n".join(one.text for one in turn.texts), now=NOW)
    assert _recognised(turn, reading) == text.labels
    assert {name: value for name, value in _learned(turn).items() if name in text.facts} == text.facts
    assert text.asks <= {question.topic.value for question in reading.questions}
    assert text.left in _shown(turn)
    _acts(turn, text.labels)
    _keeps_quiet(desk, turn, text)


def _acts(turn: Turn, labels: frozenset[str]) -> None:
    """What is done about what was recognised; the gravest goes first."""
    said = " ".join(say.text for say in turn.replies)
    told = {effect.kind for effect in turn.effects if isinstance(effect, NotifyStaff | HandOver)}
    if "emergency" in labels:
        assert "911" in said.split(".")[0]
        assert "emergency" in told
    elif labels & {"stop", "start", "help"}:
        assert [say.kind.value for say in turn.replies] == ["consent"]
    elif "automatic" in labels:
        assert said == ""
    elif labels & {"complaint", "abuse", "person"}:
        assert told & {"complaint", "person"}
        assert "$" not in said
        assert "?" not in said
    elif "injection" in labels:
        assert said
    if "minor" in labels:
        assert "minor" in told
    if "card" in labels and "emergency" not in labels:
        assert "card" in said


def _keeps_quiet(desk: Desk, turn: Turn, text: CorpusText) -> None:
    """What holds of every text, whatever it says."""
    shown, traces = _shown(turn), _traces(turn)
    for word in text.withheld:
        assert not _has(word, shown), f"a model would read {word!r}"
        assert not _has(word, traces), f"{word!r} stands in an effect or a note"
    for one in turn.texts:
        assert not desk.health.holds(turn.shown(one))
        assert not holds(turn.shown(one))
    assert not re.search(r"(?:\d[ -]?){13,}", shown + traces) or "card" not in text.labels
    if not text.labels:
        assert turn.withheld == set()
    assert len([say for say in turn.replies if say.kind.value == "reply"]) <= 1


def _recognised(turn: Turn, reading: Reading) -> frozenset[str]:
    """All labels that the pipeline and the reader give a turn."""
    found = {effect.reason for effect in turn.effects if isinstance(effect, Withhold)}
    found |= {_CONSENT[note.decision] for note in turn.notes if note.stage == "consent" and note.decision in _CONSENT}
    if all(is_automatic(text.text) for text in turn.texts):
        found.add("automatic")
    if "emergency" in found:
        found.discard("health")  # it is one, too
    return frozenset(found if found & _FINAL else found | _read(turn, reading))


def _read(turn: Turn, reading: Reading) -> set[str]:
    found = {"es": {"spanish"}, "": set[str]()}.get(reading.foreign, {"foreign"})
    low = plain("\n".join(text.text for text in turn.texts))
    if people.abuses(low):
        found.add("abuse")
    if people.complains_of_us(low):
        found.add("complaint")
    if reading.wants_person:
        found.add("person")
    if Topic.MINOR in {question.topic for question in reading.questions}:
        found.add("minor")
    return found


def _shown(turn: Turn) -> str:
    return "\n".join(turn.shown(text) for text in turn.texts)


def _learned(turn: Turn) -> dict[str, Any]:
    return {effect.fact.name: effect.fact.value for effect in turn.effects if isinstance(effect, Learn)}


def _traces(turn: Turn) -> str:
    """Everything a turn leaves behind but the words that staff see."""
    effects = [asdict(effect) for effect in turn.effects if not isinstance(effect, Withhold)]
    notes = [asdict(note) for note in turn.notes]
    return json.dumps([effects, notes], ensure_ascii=False, default=_json).replace(CUT, "")


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _has(word: str, text: str) -> bool:
    """Whether a word stands in a text, as a whole and in any case; digits wherever they are."""
    folded, wanted = (unicodedata.normalize("NFC", one).casefold() for one in (text, word))
    return wanted in folded if not wanted.isalpha() else bool(re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", folded))
