"""Reading YAML with marks."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.source import parse, read


def plain(text: str) -> object:
    node, errors = parse(text, "clinic.yml")
    assert not errors
    assert node is not None
    return node.plain()


def test_every_value_knows_its_line_and_column() -> None:
    node, _ = parse("clinic:\n  name: Harbor\n  languages: [en, es]\n", "clinic.yml")
    assert node is not None
    second = node.find(("clinic", "languages", 1))
    assert second is not None
    assert str(second.place) == "clinic.yml:3:19"
    assert second.value == "es"


@pytest.mark.parametrize("text", ["a: {b: 1}\na: 2\n", "x: {b: 1, b: 2}", "x:\n - b: 1\n   b: 1\n"])
def test_a_key_written_twice_is_an_error_at_the_second(text: str) -> None:
    _, [error] = parse(text, "clinic.yml")
    assert error.kind == "duplicate_key"
    assert error.place is not None
    assert text.splitlines()[error.place.line - 1][error.place.column - 1] in "ab"


def test_all_duplicates_are_told_at_once() -> None:
    _, errors = parse("a: 1\na: 2\nb: {c: 1, c: 1}\nb: 1\n", "clinic.yml")
    assert [(error.path, error.place and error.place.line) for error in errors] == [("a", 2), ("b.c", 3), ("b", 4)]


def test_plain_words_stay_words() -> None:
    text = "phone: +12125550142\ntime: 12:30\nday: 2026-12-25\nanswer: no\nzero: 0712\n"
    expected = {"phone": "+12125550142", "time": "12:30", "day": "2026-12-25", "answer": "no", "zero": "0712"}
    assert plain(text) == expected


def test_numbers_truth_and_nothing_are_read() -> None:
    assert plain("a: 12\nb: -3\nc: 1.5\nd: true\ne: ~\nf:\ng: '12'\n") == {
        "a": 12,
        "b": -3,
        "c": 1.5,
        "d": True,
        "e": None,
        "f": None,
        "g": "12",
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [1, 2\nb: 3\n", 2), ("a: 1\n\tb: 2\n", 2), ("a: 'open\n", 2), ("a: *nobody\n", 1), ("a: 1\n---\nb: 2\n", 2)],
)
def test_what_is_not_yaml_is_told_with_its_line(text: str, line: int) -> None:
    node, [error] = parse(text, "clinic.yml")
    assert node is None
    assert error.place is not None
    assert error.place.line in (line, line - 1)


@pytest.mark.parametrize(
    "text", ["- a\n- b\n", "just words", "a: !secret x\n", "a: !!int abc\n", "? [a]\n: 1\n", "a: &x [*x]\n", "a: \x00"]
)
def test_what_yaml_allows_and_configuration_does_not_is_an_error(text: str) -> None:
    _, errors = parse(text, "clinic.yml")
    assert errors


def test_an_anchor_may_be_used_twice() -> None:
    assert plain("a: &day ['09:00-17:00']\nb: *day\n") == {"a": ["09:00-17:00"], "b": ["09:00-17:00"]}


def test_endless_nesting_is_an_error_and_not_a_crash() -> None:
    _, errors = parse("a: " + "[" * 5000, "clinic.yml")
    assert errors


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert plain("# nothing yet\n") == {}


def test_a_file_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "clinic.yml"
    file.write_bytes(b"clinic: \xff\xfe")
    node, [error] = read(file, "clinic.yml")
    assert node is None
    assert error.kind == "syntax"


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "clinic.yml"
    file.write_bytes("\ufeffname: Zürich\n".encode())
    node, errors = read(file, "clinic.yml")
    assert node is not None
    assert not errors
    assert node.plain() == {"name": "Zürich"}


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    node, errors = parse(text, "clinic.yml")
    assert node is not None or errors


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 60_000 + "]" * 60_000,
        "".join(f"{' ' * depth}a:\n" for depth in range(500)),
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 500)),
        "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
    ],
    ids=["brackets", "indentation", "a chain of anchors", "anchors that multiply"],
)
def test_a_file_without_bottom_is_an_error_and_no_crash(text: str) -> None:
    node, errors = parse(text, "clinic.yml")
    assert node is None
    assert [error.kind for error in errors] == ["syntax"]
