"""What a pipeline must prove."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.catalogue import Catalogue
from core.config.policy import must_stand_outside, prove

STANDARD = [
    "sms_format",
    "output_guard",
    "consent",
    "takeover",
    "card_guard",
    "emergency",
    "history",
    "assistant",
]


def rules(pipeline: list[str], catalogue: Catalogue) -> set[str]:
    return {violation.rule for violation in prove(pipeline, catalogue.stages)}


def test_the_standard_pipeline_is_safe(catalogue: Catalogue) -> None:
    assert prove(STANDARD, catalogue.stages) == []


def test_an_unknown_stage_is_named_with_what_was_meant(catalogue: Catalogue) -> None:
    [violation] = prove([*STANDARD, "histroy"], catalogue.stages)
    assert (violation.rule, violation.index, violation.nearest) == ("unknown stage", 8, "history")


def test_a_stage_stands_once(catalogue: Catalogue) -> None:
    assert rules([*STANDARD, "takeover"], catalogue) == {"once each"}


@pytest.mark.parametrize("sealed", ["sms_format", "output_guard", "consent", "card_guard", "emergency"])
def test_a_sealed_stage_cannot_be_left_out(sealed: str, catalogue: Catalogue) -> None:
    [violation] = prove([name for name in STANDARD if name != sealed], catalogue.stages)
    assert (violation.rule, violation.stage, violation.index) == ("sealed stage", sealed, None)


def test_the_place_of_a_missing_stage_is_told(catalogue: Catalogue) -> None:
    [violation] = prove([name for name in STANDARD if name != "consent"], catalogue.stages)
    assert "above 'emergency'" in violation.advice


def test_other_stages_can(catalogue: Catalogue) -> None:
    assert prove([name for name in STANDARD if name not in ("takeover", "history")], catalogue.stages) == []


def test_a_stage_below_what_it_guards_is_refused_with_its_reason(catalogue: Catalogue) -> None:
    moved = [name for name in STANDARD if name != "consent"] + ["consent"]
    found = prove(moved, catalogue.stages)
    assert {(violation.rule, violation.stage, violation.index) for violation in found} == {("order", "consent", 7)}
    assert all(catalogue.stages["consent"].because in violation.problem for violation in found)
    assert len(found) == 2  # inside of emergency, and inside of assistant


def test_a_star_stands_outside_of_all_but_those_that_claim_its_own_place(catalogue: Catalogue) -> None:
    assert rules(["output_guard", "sms_format", *STANDARD[2:]], catalogue) == {"order"}
    assert rules(["sms_format", "takeover", "output_guard", *STANDARD[2:3], *STANDARD[4:]], catalogue) == {"order"}


@given(data=st.data())
def test_a_pipeline_passes_exactly_when_every_claim_holds(data: Any, catalogue: Catalogue) -> None:
    pipeline = data.draw(st.permutations(STANDARD))
    broken = [
        (name, other)
        for place, name in enumerate(pipeline)
        for other in pipeline[:place]
        if must_stand_outside(name, other, catalogue.stages)
    ]
    assert len(prove(pipeline, catalogue.stages)) == len(broken)
    assert ([violation.rule for violation in prove(pipeline, catalogue.stages)] == []) == (not broken)
