"""The example conversations that ship with each clinic come out as they say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

CLINICS = Path(__file__).parents[3] / "clinics"
EXAMPLES = sorted(CLINICS.glob("*/tests/*.yml"))


def test_every_clinic_ships_examples() -> None:
    assert {path.parts[-3] for path in EXAMPLES} == {path.parent.name for path in CLINICS.glob("*/clinic.yml")}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
async def test_the_conversation_comes_out_as_written(path: Path, visit: Any) -> None:
    patient = await visit(path.parts[-3])
    for step in yaml.safe_load(path.read_text()):
        answers = await patient.texts(step["text"])
        heard = " ".join(answers).casefold()
        assert len(answers) == 1, step["text"]
        assert [word for word in step["expects"] if word.casefold() not in heard] == [], heard
        assert [word for word in step["never"] if word.casefold() in heard] == [], heard
