"""${env:NAME} and ${file:PATH}."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.config.errors import ConfigError
from core.config.references import References
from core.config.source import parse


def resolve(text: str, folder: Path, **environment: str) -> tuple[Any, list[ConfigError]]:
    node, errors = parse(text, "clinic.yml")
    assert node is not None
    assert not errors
    references = References(environment, folder)
    return references.resolve(node).plain(), references.errors


def test_a_variable_of_the_environment_is_put_in(tmp_path: Path) -> None:
    assert resolve("key: ${env:KEY}\n", tmp_path, KEY="abc")[0] == {"key": "abc"}


def test_a_reference_may_be_a_part_of_a_value(tmp_path: Path) -> None:
    assert resolve("url: https://${env:HOST}/v1\n", tmp_path, HOST="a.example")[0] == {"url": "https://a.example/v1"}


def test_a_files_content_is_put_in_without_its_last_line_break(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("line one\nline two\n")
    assert resolve("- key: ${file:key.pem}\n".removeprefix("- "), tmp_path)[0] == {"key": "line one\nline two"}


def test_two_dollars_are_the_text_itself(tmp_path: Path) -> None:
    assert resolve("say: costs $${env:X}\n", tmp_path) == ({"say": "costs ${env:X}"}, [])


def test_what_a_reference_brings_is_not_read_again(tmp_path: Path) -> None:
    assert resolve("key: ${env:A}\n", tmp_path, A="${env:B}", B="no") == ({"key": "${env:B}"}, [])


def test_all_missing_references_are_told_with_their_lines(tmp_path: Path) -> None:
    _, errors = resolve("a: ${env:ONE}\nb: ${file:two}\nc: [x, '${env:THREE}']\n", tmp_path, THREE="")
    assert [(error.path, error.place and error.place.line) for error in errors] == [("a", 1), ("b", 2), ("c.1", 3)]


def test_a_near_variable_is_named(tmp_path: Path) -> None:
    _, [error] = resolve("a: ${env:TELNIX_API_KEY}\n", tmp_path, TELNYX_API_KEY="k", HOME="/")
    assert error.nearest == "TELNYX_API_KEY"


@pytest.mark.parametrize("wrong", ["${KEY}", "${evn:KEY}", "${env:}", "${env:two words}", "${}", "${vault:x}"])
def test_a_reference_of_another_form_is_an_error(wrong: str, tmp_path: Path) -> None:
    _, errors = resolve(f"a: '{wrong}'\n", tmp_path, KEY="k")
    assert len(errors) == 1


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"\xff\xfe")
    (tmp_path / "empty").write_text("")
    (tmp_path / "folder").mkdir()
    _, errors = resolve("a: ${file:key}\nb: ${file:empty}\nc: ${file:folder}\n", tmp_path)
    assert [error.path for error in errors] == ["a", "b", "c"]


def test_the_name_of_a_provider_is_never_a_reference(tmp_path: Path) -> None:
    assert resolve("use: ${env:X}\n", tmp_path, X="pigeon") == ({"use": "${env:X}"}, [])
