"""Stretches of time as people write them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.durations import PATTERN, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1.5s", 1.5), ("2m", 120), ("24h", 86400), ("250ms", 0.25), ("7d", 604800), ("0s", 0), ("5 m", 300)],
)
def test_a_number_with_its_unit_is_a_duration(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "wrong", ["5", "-1s", "1h30m", "s", "", "1 week", "1,5s", "٣s", "1s\n", 5, 1.5, None, True, []]
)
def test_anything_else_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="unit"):
        parse_duration(wrong)


@given(st.integers(0, 10**6), st.sampled_from(["ms", "s", "m", "h"]))
def test_every_whole_number_of_a_unit_is_understood(number: int, unit: str) -> None:
    seconds = {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[unit]
    assert abs(parse_duration(f"{number}{unit}").total_seconds() - number * seconds) < 0.001


@given(st.text(max_size=12))
def test_the_schema_and_the_parser_agree(text: str) -> None:
    try:
        understood = isinstance(parse_duration(text), timedelta)
    except ValueError:
        understood = False
    assert understood == bool(re.fullmatch(PATTERN.strip("^$"), text))
