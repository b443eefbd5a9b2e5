"""The one tool: what its schema says, and what is read from a call of it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deskbell import ModelMalformed, Said
from plugins.llm.lines import SILENCE, in_turn
from plugins.llm.reply import read, schema

FIELDS = {"name": "first and last name", "service": "what they want done"}
GOOD: dict[str, Any] = {"words": "Hi!", "wants_person": False}


@pytest.mark.parametrize(
    "call",
    [
        GOOD,
        {**GOOD, "asks": "name"},
        {**GOOD, "facts": [{"name": "service", "value": "Botox", "evidence": "botox pls"}]},
    ],
)
def test_the_schema_is_valid_and_takes_what_we_read(call: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(FIELDS))
    jsonschema.validate(call, schema(FIELDS))
    assert read(call, FIELDS).text == "Hi!"


@pytest.mark.parametrize("call", [{}, {**GOOD, "asks": "age"}, {**GOOD, "facts": [{"name": "age", "value": "7"}]}])
def test_the_schema_refuses_what_is_no_reply(call: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(call, schema(FIELDS))


def test_without_fields_there_is_nothing_to_report_or_ask() -> None:
    assert set(schema({})["properties"]) == {"words", "wants_person"}
    assert read({**GOOD, "asks": "name", "facts": [{"name": "name", "value": "x", "evidence": "x"}]}, {}).found == ()


@pytest.mark.parametrize("value", ["Dana", 7, 2.5, True, False])
def test_a_value_is_a_string_a_number_or_a_bool(value: object) -> None:
    [found] = read({**GOOD, "facts": [{"name": "name", "value": value, "evidence": "e"}]}, FIELDS).found
    assert found.value == value
    assert type(found.value) is type(value)


@pytest.mark.parametrize("fact", ["Dana", None, [], {}, {"name": "name", "evidence": "e"}])
def test_a_fact_of_another_shape_is_dropped_and_the_words_stay(fact: object) -> None:
    draft = read({**GOOD, "facts": [fact, {"name": ["name"], "value": "x", "evidence": "x"}]}, FIELDS)
    assert (draft.text, draft.found) == ("Hi!", ())


@pytest.mark.parametrize("value", [None, "", "  ", [], {"first": "Dana"}])
def test_a_fact_without_a_value_is_dropped(value: object) -> None:
    assert read({**GOOD, "facts": [{"name": "name", "value": value, "evidence": "e"}]}, FIELDS).found == ()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["words", "facts", "asks", "wants_person", "name", "value", "evidence"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


@given(_JSON)
def test_whatever_a_model_says_is_a_draft_or_malformed(call: object) -> None:
    try:
        draft = read(call, FIELDS)
    except ModelMalformed:
        return
    assert draft.text.strip() == draft.text != ""
    assert draft.asks in (None, *FIELDS)
    assert all(found.name in FIELDS and found.evidence for found in draft.found)


_HISTORY = st.lists(st.builds(Said, st.sampled_from(["patient", "clinic"]), st.sampled_from(["", " ", "one", "two\n"])))


@given(_HISTORY)
def test_lines_alternate_begin_and_end_with_the_patient_and_lose_nothing(history: list[Said]) -> None:
    lines = in_turn(history)
    sides = [side for side, _ in lines]
    assert sides[0] == sides[-1] == "user"
    assert all(one != other for one, other in pairwise(sides))
    assert all(text.strip() == text != "" for _, text in lines)
    spoken = [word for _, text in lines if text != SILENCE for word in text.split()]
    assert spoken == [said.text.strip() for said in history if said.text.strip()]
