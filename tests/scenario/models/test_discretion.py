"""What never leaves for a model: the whole corpus is texted, and all that the stand-in was sent is read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from core.receptionist.cards import CUT, cut_cards
from core.receptionist.responders.prompt import OUR_NUMBER
from tests.corpus.texts import CorpusText, load
from tests.scenario.models.conftest import Practice

OTHER = {"harbor": "Sierra", "sierra": "Harbor"}
_PHONE = re.compile(r"\d(?:[\s.()/-]{0,2}\d){6,}")
_ID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-|\bc\d+\b|\bt\d+\b|terminal|-main\b")
#: What our own side puts into the place of a patient's words.
_MARKS = ("[withheld]", "[number]", "[picture]", OUR_NUMBER, CUT)


def told(call: Mapping[str, Any]) -> str:
    """Everything of a request that the model reads."""
    body = call["body"]
    return json.dumps([body["system"], body["messages"]], ensure_ascii=False)


def lines(call: Mapping[str, Any], role: str) -> Iterator[str]:
    """What one side said, as the model was told."""
    for message in call["body"]["messages"]:
        if message["role"] == role:
            content = message["content"]
            parts = [content] if isinstance(content, str) else [part.get("text", "") for part in content]
            yield from (line for part in parts for line in part.splitlines())


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


def faults(call: Mapping[str, Any], corpus: CorpusText, sender: str) -> Iterator[str]:
    said = told(call)
    low = said.casefold()
    if _PHONE.search(said):
        yield "a phone number"
    if sender[-4:] in said:
        yield "the sender's number"
    if cut_cards(said)[1]:
        yield "a card number"
    if _ID.search(" ".join(lines(call, "user"))):
        yield "an internal id"
    if OTHER[corpus.clinic].casefold() in low:
        yield "the other clinic"
    own = " ".join(lines(call, "user")).casefold()
    yield from (f"withheld: {word}" for word in corpus.withheld if word.casefold() in own)
    for mark in _MARKS:
        own = own.replace(mark.casefold(), " ")
    if not words_of(own) <= words_of(" ".join(corpus.texts)):
        yield "words that this patient did not write"


@pytest.mark.parametrize("clinic", ["harbor", "sierra"])
async def test_nothing_leaves_for_a_model_that_must_not(practice: Any, clinic: str) -> None:
    desk: Practice = await practice(clinic)
    seen, wrong, stable = 0, [], set()
    for number, corpus in enumerate(one for one in load() if one.clinic == clinic and not one.opted_out):
        sender = f"+1{201 + number // 100}555{100 + number % 100:04}"
        await desk.hears(*corpus.texts, sender=sender)
        calls = (await desk.model.get("/api/llm/calls", params={"since": seen})).json()
        for call in calls:
            seen = call["id"]
            stable.add(json.dumps(call["body"]["system"][0]))
            wrong += [f"{fault} in {corpus.name}" for fault in faults(call, corpus, sender)]
    assert wrong == [], "\n".join(wrong)
    assert seen > 20
    assert len(stable) == 1
