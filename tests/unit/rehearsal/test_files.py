"""Conversation tests are read strictly, and every mistake is told with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.config.errors import ConfigError
from core.rehearsal.files import Rehearsal, find, read_file
from core.rehearsal.models import Casting

Write = Callable[[str], tuple[list[Rehearsal], list[ConfigError]]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of a clinic's tests and reads it."""
    folder = tmp_path / "harbor" / "tests"
    folder.mkdir(parents=True)
    (tmp_path / "harbor" / "clinic.yml").write_text("")

    def make(text: str) -> tuple[list[Rehearsal], list[ConfigError]]:
        (folder / "one.yml").write_text(text)
        return read_file(folder / "one.yml")

    return make


def test_a_file_is_one_conversation_or_has_several(write: Write) -> None:
    (one,), errors = write("conversation: says hello\nturns: [{patient: hi}]\n")
    assert (errors, one.clinic, one.script.conversation) == ([], "harbor", "says hello")
    several, errors = write(
        "conversations:\n"
        "  - {conversation: first one, turns: [{patient: hi}]}\n"
        "  - {conversation: second one, turns: [{patient: hi}]}\n"
    )
    assert errors == []
    assert [(one.script.conversation, one.place.line) for one in several] == [("first one", 2), ("second one", 3)]


def test_a_turn_is_read_as_it_is_written(write: Write) -> None:
    (one,), errors = write(
        "conversation: many things\n"
        "at: 2026-03-07 22:15\n"
        "turns:\n"
        "  - patient: [hi, there]\n"
        "    expect: {contains: [a, b], never: c}\n"
        "    model: {words: Hello, facts: {service: {value: Botox, evidence: tox}}}\n"
        "  - wait: 2h\n"
        "  - wait: 2026-03-09 09:00\n"
        "  - staff: {reply: On my way}\n"
        "  - staff: release\n"
    )
    assert errors == []
    turns = one.script.turns
    assert one.script.at == datetime(2026, 3, 7, 22, 15)  # noqa: DTZ001 - the clinic's own
    assert turns[0].patient == ("hi", "there")
    assert turns[0].expect.never == ("c",)
    assert turns[0].model[0].facts["service"].evidence == "tox"
    assert (turns[1].wait, turns[2].wait) == (timedelta(hours=2), datetime(2026, 3, 9, 9))  # noqa: DTZ001
    assert (turns[3].staff and turns[3].staff.reply, turns[4].staff and turns[4].staff.release) == ("On my way", True)


@pytest.mark.parametrize(
    ("turn", "line", "words"),
    [
        ("{patient: hi, expct: {silent: true}}", 3, "expct"),
        ("{patient: hi, expect: {contains: [911]}}", 3, "string"),
        ("{wait: soon}", 3, "length of time"),
        ("{wait: 2h, patient: hi}", 3, "exactly one"),
        ("{expect: {silent: true}}", 3, "exactly one"),
        ("{wait: 2h, media: [image/png]}", 3, "go with 'patient' only"),
        ("{patient: hi, effects: [{notify: lead, timer: x}]}", 3, "exactly one"),
        ("{patient: hi, expect: {matches: '('}}", 3, "regular expression"),
        ("{staff: {take: true, release: true}}", 3, "exactly one"),
    ],
)
def test_a_mistake_is_told_with_its_place(write: Write, turn: str, line: int, words: str) -> None:
    rehearsals, errors = write(f"conversation: goes wrong\nturns:\n  - {turn}\n")
    assert rehearsals == []
    assert [error.place.line for error in errors if error.place] == [line]
    assert words in str(errors[0])
    assert errors[0].clinic == "harbor"


def test_a_file_outside_of_a_clinic_belongs_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "lost.yml").write_text("conversation: lost one\nturns: [{patient: hi}]\n")
    rehearsals, errors = read_file(tmp_path / "lost.yml")
    assert rehearsals == []
    assert "belongs to no clinic" in str(errors[0])


def test_all_files_of_all_clinics_are_found(write: Write, tmp_path: Path) -> None:
    write("conversation: is found\nturns: [{patient: hi}]\n")
    (tmp_path / "harbor" / "tests" / "more").mkdir()
    (tmp_path / "harbor" / "tests" / "more" / "two.yml").write_text("")
    assert [file.name for file in find(tmp_path)] == ["two.yml", "one.yml"]


def test_a_conversation_with_a_model_of_its_own_is_played_with_no_other(write: Write) -> None:
    (own,), _ = write("conversation: own model\nturns: [{patient: hi, model: {words: Hello}}]\n")
    (plain,), _ = write("conversation: no model\nturns: [{patient: hi}]\n")
    for casting in (Casting.RULES, Casting.OBEDIENT, Casting.HOSTILE):
        assert casting.reason_to_skip(own.script)
        assert not casting.reason_to_skip(plain.script)
    assert Casting.SCRIPT.reason_to_skip(plain.script)
    assert not Casting.AUTO.reason_to_skip(own.script)
    assert not Casting.AUTO.reason_to_skip(plain.script)
