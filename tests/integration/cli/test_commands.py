"""The commands that look at a system and talk to one, as a person runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


class Shell:
    def __init__(self, home: Path) -> None:
        self.environment = {**os.environ, "DESKBELL_HOME": str(home), "DESKBELL_CLINICS": str(ROOT / "clinics")}

    def run(self, *arguments: str, typed: str = "", code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            env={**self.environment, "COLUMNS": "200"},
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def shell() -> Iterator[Shell]:
    # Not tmp_path: the embedded server runs as a user of its own and must reach the folder.
    with tempfile.TemporaryDirectory(prefix="deskbell-cli-", ignore_cleanup_errors=True) as folder:
        yield Shell(Path(folder))


def test_chat_answers_through_the_pipeline_and_shows_its_trace(shell: Shell) -> None:
    said = shell.run("chat", "harbor", typed="how much is botox?\n/trace\n")
    assert "$13" in said
    assert "sms_format" in said
    assert "assistant" in said


def test_chat_with_a_misspelt_clinic_names_the_nearest(shell: Shell) -> None:
    assert "'harbor'" in shell.run("chat", "harbour", code=1)


def test_migrate_twice_has_nothing_to_do_the_second_time(shell: Shell) -> None:
    assert "updated now" in shell.run("migrate")
    assert "nothing to do" in shell.run("migrate")


def test_trace_of_an_empty_system_and_of_nothing(shell: Shell) -> None:
    assert "conversation" in shell.run("trace")
    assert "There is no" in shell.run("trace", "c99", code=1)
    assert "neither" in shell.run("trace", "x1", code=1)


def test_staff_commands_name_a_conversation_that_is_not_there(shell: Shell) -> None:
    assert "no conversation 'c99'" in shell.run("staff", "take", "c99", code=1)
    assert "no conversation 'c99'" in shell.run("staff", "seen", "c99", code=1)
    assert "no conversation '0123456789ab'" in shell.run("staff", "show", "0123456789ab", code=1)
    assert "kind" in shell.run("staff", "notices", "harbor")


def test_doctor_names_what_is_missing_and_says_what_to_do(shell: Shell) -> None:
    found = {one["about"]: one for one in json.loads(shell.run("doctor", "--json", code=1))["findings"]}
    assert "TELNYX_API_KEY" in found["harbor: configuration"]["found"]
    assert "DESKBELL_PUBLIC_URL" in found["public address"]["advice"]
    assert found["database"]["state"] == "ok"
    told = shell.run("doctor", code=1)
    assert "problem" in told
    assert "DESKBELL_PUBLIC_URL" in told


def test_a_wrong_setting_is_an_error_with_its_name(shell: Shell) -> None:
    shell.environment["DESKBELL_PORT"] = "eighty"
    try:
        assert "DESKBELL_PORT" in shell.run("trace", code=1)
    finally:
        del shell.environment["DESKBELL_PORT"]


@pytest.mark.parametrize("nobody", ["c99999999999999999999", "c²", "c-1"])
def test_a_number_that_is_none_names_no_conversation(shell: Shell, nobody: str) -> None:
    assert nobody in shell.run("trace", "--", nobody, code=1)
    assert nobody in shell.run("staff", "take", "--", nobody, code=1)
