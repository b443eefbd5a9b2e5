"""`deskbell test` as a shell sees it: what it says, and the code it ends with."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

CLINICS = Path(__file__).parents[3] / "clinics"
TWO = """
conversations:
  - conversation: The price is as it stands in the file
    turns:
      - patient: "How much is botox?"
        expect: {contains: ["$13"]}
      - wait: 12h
        expect: {silent: true}
  - conversation: The price is another
    turns:
      - patient: "How much is botox?"
        expect: {contains: ["$14"]}
"""


def deskbell(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "core.cli", "test", *arguments],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(CLINICS.parent), "HOME": str(folder), "COLUMNS": "160"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one clinic and one file of conversations."""
    clinic = tmp_path / "clinics" / "harbor"
    (clinic / "tests").mkdir(parents=True)
    (clinic / "clinic.yml").write_text((CLINICS / "harbor" / "clinic.yml").read_text())
    (clinic / "knowledge").symlink_to(CLINICS / "harbor" / "knowledge")
    (clinic / "tests" / "two.yml").write_text(TWO)
    return tmp_path


def test_it_needs_no_secret_and_tells_what_came_out_differently(project: Path) -> None:
    ended = deskbell(project, "--junit", "results.xml")
    assert ended.returncode == 1, ended.stderr
    assert "1 passed, 1 failed" in ended.stdout
    assert "expected  a text with the words '$14'" in ended.stdout
    assert "assistant: step" in ended.stdout
    assert "Botox is $13 per unit" in (project / "results.xml").read_text()


def test_all_well_is_zero_and_json_is_json(project: Path) -> None:
    ended = deskbell(project, "clinics/harbor", "-k", "as it stands", "--json", "--model", "obedient")
    assert ended.returncode == 0, ended.stderr
    (one,) = json.loads(ended.stdout)
    assert (one["verdict"], one["model"]) == ("passed", "obedient")
    assert one["model_calls"] > 0


def test_a_file_that_cannot_be_read_stops_everything(project: Path) -> None:
    (project / "clinics" / "harbor" / "tests" / "bad.yml").write_text(
        "conversation: bad one\nturns: [{missed: true}]\n"
    )
    ended = deskbell(project)
    assert ended.returncode == 2
    assert "bad.yml:2:10" in ended.stdout
    assert "passed" not in ended.stdout


def test_clinics_of_one_name_are_not_taken_for_each_other(project: Path) -> None:
    ended = deskbell(project, "clinics", str(CLINICS / "harbor"))
    assert ended.returncode == 2
    assert "Two folders hold a clinic of this name" in ended.stdout


def test_a_folder_without_conversations_is_told(project: Path) -> None:
    (project / "clinics" / "harbor" / "tests" / "two.yml").unlink()
    ended = deskbell(project)
    assert ended.returncode == 2
    assert "no conversation tests here" in ended.stdout
