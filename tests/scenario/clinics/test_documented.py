"""The conversations that stand in the documentation come out as they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.plugins import load_catalogue
from core.rehearsal import report
from core.rehearsal.files import read_file
from core.rehearsal.house import Lane, load_plans, opened
from core.rehearsal.models import Casting
from core.rehearsal.outcome import Verdict
from core.rehearsal.run import rehearse
from core.store.database import Database

ROOT = Path(__file__).parents[3]
EXAMPLES = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs" / "testing-a-clinic.md").read_text(), re.DOTALL)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) == 3


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
async def test_an_example_can_be_played(example: str, database: Database, tmp_path: Path) -> None:
    folder = tmp_path / "harbor"
    folder.mkdir()
    (folder / "clinic.yml").symlink_to(ROOT / "clinics" / "harbor" / "clinic.yml")
    (folder / "example.yml").write_text(example)
    rehearsals, errors = read_file(folder / "example.yml")
    assert errors == []
    plans, _ = load_plans(ROOT / "clinics", load_catalogue())
    lane = Lane(database)
    async with opened({"harbor": plans["harbor"]}) as clinics:
        (outcome,) = await rehearse(rehearsals, Casting.AUTO, clinics, [lane])
    await lane.close()
    if outcome.verdict is not Verdict.PASSED:
        pytest.fail(report.words(outcome), pytrace=False)
    assert bool(outcome.calls) is outcome.rehearsal.script.scripted
