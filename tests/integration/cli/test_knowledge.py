"""``deskbell knowledge`` as a person runs it, over a clinic whose documents are kept in Chroma."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


class Shell:
    def __init__(self, folder: Path) -> None:
        self.clinics = folder / "clinics"
        shutil.copytree(ROOT / "clinics" / "harbor", self.clinics / "harbor")
        shutil.copytree(ROOT / "clinics" / "sierra", self.clinics / "sierra")
        file = self.clinics / "harbor" / "clinic.yml"
        section = "knowledge: {use: notes, folder: knowledge}"
        assert section in file.read_text()
        file.write_text(file.read_text().replace(section, "knowledge: {use: chroma}"))
        self._environment = {
            **os.environ,
            "DESKBELL_HOME": str(folder / "home"),
            "DESKBELL_CLINICS": str(self.clinics),
            "COLUMNS": "200",
        }

    def run(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", "knowledge", *arguments],
            capture_output=True,
            text=True,
            env=self._environment,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout, done.stderr


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_index_search_and_status_without_any_secret(shell: Shell) -> None:
    out, progress = shell.run("index")
    assert "harbor  30 passages of 4 documents; 30 new, 0 kept" in out
    assert "sierra" in out
    assert "4/4" in progress
    assert "Where can I park?" in shell.run("search", "harbor", "is there parking")[0]
    (shell.clinics / "harbor" / "knowledge" / "wifi.md").write_text("## Is there wifi?\nYes.\n")
    found = json.loads(shell.run("status", "harbor", "--json")[0])["harbor"]
    assert (found["documents"], found["changed"]) == (4, ["wifi.md"])


def test_what_cannot_be_used_is_named_and_the_exit_code_says_so(shell: Shell) -> None:
    (shell.clinics / "harbor" / "knowledge" / "people.md").write_text("## Who?\nPatient: Quillonby\n")
    out, _ = shell.run("index", "harbor", "--json", code=1)
    assert [refused["source"] for refused in json.loads(out)["harbor"]["refused"]] == ["people.md:2"]
    assert "Quillonby" not in out


def test_a_clinic_that_is_none_or_cannot_be_searched_is_told(shell: Shell) -> None:
    assert "Did you mean 'harbor'?" in shell.run("search", "harbr", "parking", code=1)[1]
    shutil.rmtree(shell.clinics / "sierra" / "knowledge")
    assert str(shell.clinics / "sierra" / "knowledge") in shell.run("status", "sierra", code=1)[1]
