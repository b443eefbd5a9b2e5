"""How a source line is shown: nothing secret in it, and every column where it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.place import Place, Source
from core.config.source import parse

SECRET = "Zanzibar-quetzal"


@pytest.mark.parametrize(
    "line",
    [
        f"api_key: {SECRET}",
        f'auth_token: "{SECRET} and more"',
        f"'password': '{SECRET}'",
        f"main: {{use: pigeon, client_secret: {SECRET}, number: 5}}",
        f'my-credentials: "{SECRET} without an end',
        f"TOKEN : {SECRET}",
    ],
)
def test_behind_a_key_that_sounds_secret_the_value_is_hidden_even_before_anything_is_parsed(line: str) -> None:
    shown = Source("clinic.yml", line).excerpt(1)
    assert SECRET not in shown
    assert "*" in shown
    assert len(shown) == len(line)


def test_a_long_run_that_looks_like_a_key_is_hidden_wherever_it_stands() -> None:
    shown = Source("clinic.yml", "  - KEY0191a2b3c4d5e6f7a8b9c0d1e2f3").excerpt(1)
    assert "0191a2b3" not in shown


def test_a_file_that_is_not_yaml_does_not_show_the_secret_on_its_faulty_line() -> None:
    _, [error] = parse(f"main: {{api_key: {SECRET}, ]\n", "clinic.yml")
    assert error.place is not None
    assert "api_key" in error.place.excerpt
    assert SECRET not in error.place.excerpt


def test_a_reference_is_no_secret() -> None:
    line = 'api_key: "${env:TELNYX_API_KEY}"'
    assert Source("clinic.yml", line).excerpt(1) == line


def test_a_phone_number_is_masked_without_moving_what_follows() -> None:
    shown = Source("clinic.yml", 'number: "+12125550142", colour: grey').excerpt(1)
    assert shown == 'number: "+1212***0142", colour: grey'


@given(st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=80))
def test_hiding_never_moves_a_column(line: str) -> None:
    assert len(Source("clinic.yml", line).excerpt(1)) == len(line)


def test_a_stretch_over_several_lines_is_hidden_on_each_of_them() -> None:
    source = Source("clinic.yml", "a: one\n  two\n  three: b")
    source.conceal(Place(source, 1, 4, 3, 8))
    assert [source.excerpt(line) for line in (1, 2, 3)] == ["a: ***", "*****", "*******: b"]


@pytest.mark.parametrize("line", [0, 2, 99])
def test_a_line_that_is_not_there_is_empty(line: int) -> None:
    assert Source("clinic.yml", "only one").excerpt(line) == ""
