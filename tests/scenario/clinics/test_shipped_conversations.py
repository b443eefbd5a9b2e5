"""The conversations that ship with each clinic come out as they say: by rules, and whatever a model makes of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from core.config.clinic import ClinicPlan
from core.rehearsal import report
from core.rehearsal.files import find, read_all, read_file
from core.rehearsal.house import Lane, load_plans, opened
from core.rehearsal.models import Casting
from core.rehearsal.outcome import Outcome, Verdict
from core.rehearsal.run import rehearse
from core.store.database import Database

CLINICS = Path(__file__).parents[3] / "clinics"
FILES = find(CLINICS)
by_file = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-3]}-{path.stem}")


@pytest.fixture(scope="session")
def plans(catalogue: Any) -> Mapping[str, ClinicPlan]:
    found, errors = load_plans(CLINICS, catalogue)
    assert errors == []
    return found


async def played(path: Path, casting: Casting, database: Database, plans: Mapping[str, ClinicPlan]) -> list[Outcome]:
    """Every conversation of a file, played one after the other."""
    rehearsals, errors = read_file(path)
    assert errors == []
    lane = Lane(database)
    try:
        async with opened({rehearsals[0].clinic: plans[rehearsals[0].clinic]}) as clinics:
            return await rehearse(rehearsals, casting, clinics, [lane])
    finally:
        await lane.close()


def told(outcomes: list[Outcome]) -> str:
    """What did not come out, for whoever reads a failed test."""
    return "\n\n".join(report.words(outcome) for outcome in outcomes if not outcome.verdict.good)


def came_out(outcomes: list[Outcome]) -> None:
    if any(not outcome.verdict.good for outcome in outcomes):
        pytest.fail(told(outcomes), pytrace=False)


def was_asked(outcomes: list[Outcome]) -> bool:
    """Whether the model had a say at all: a test of models that asks none proves nothing."""
    return sum(outcome.calls for outcome in outcomes) > 0


def test_every_clinic_ships_thirty_conversations_and_no_two_of_one_name() -> None:
    rehearsals, errors = read_all(FILES)
    assert errors == []
    counts = Counter(rehearsal.clinic for rehearsal in rehearsals)
    assert set(counts) == {path.parent.name for path in CLINICS.glob("*/clinic.yml")}
    assert min(counts.values()) >= 30
    named = Counter((rehearsal.clinic, rehearsal.script.conversation) for rehearsal in rehearsals)
    assert max(named.values()) == 1


@by_file
async def test_conversations_come_out_as_written(path: Path, database: Database, plans: Any) -> None:
    outcomes = await played(path, Casting.AUTO, database, plans)
    came_out(outcomes)
    assert any(outcome.verdict is Verdict.PASSED for outcome in outcomes)


@by_file
async def test_a_model_that_does_as_it_is_told_words_the_same_conversations(
    path: Path, database: Database, plans: Any
) -> None:
    outcomes = await played(path, Casting.OBEDIENT, database, plans)
    came_out(outcomes)
    assert all(outcome.verdict is Verdict.SKIPPED for outcome in outcomes) or was_asked(outcomes)


@by_file
async def test_whatever_a_hostile_model_says_what_leaves_keeps_every_rule(
    path: Path, database: Database, plans: Any
) -> None:
    outcomes = await played(path, Casting.HOSTILE, database, plans)
    came_out(outcomes)
    assert all(outcome.verdict is Verdict.SKIPPED for outcome in outcomes) or was_asked(outcomes)


WRONG = """
conversations:
  - conversation: The price is as it stands in the file
    turns:
      - patient: "How much is botox?"
        expect: {contains: ["$13"]}
  - conversation: The price is another
    turns:
      - patient: "How much is botox?"
        expect: {contains: ["$14"]}
"""


async def test_an_expectation_that_does_not_hold_is_told_with_what_came(
    database: Database, plans: Any, tmp_path: Path
) -> None:
    (tmp_path / "harbor").mkdir()
    (tmp_path / "harbor" / "clinic.yml").symlink_to(CLINICS / "harbor" / "clinic.yml")
    path = tmp_path / "harbor" / "wrong.yml"
    path.write_text(WRONG)
    right, wrong = await played(path, Casting.RULES, database, plans)
    assert (right.verdict, wrong.verdict) == (Verdict.PASSED, Verdict.FAILED)
    assert [(fault.rule, "$14" in fault.expected) for fault in wrong.faults] == [("", True)]
    assert "Botox is $13 per unit" in told([wrong])


IMPOSSIBLE = """
conversations:
  - conversation: Staff write before the patient does
    turns: [{staff: {reply: Hello}}]
  - conversation: Time runs backwards
    turns: [{patient: hi}, {wait: 2026-03-02 09:00}]
  - conversation: Staff text somebody who has left
    turns: [{patient: stop}, {staff: {reply: Hello}}]
  - conversation: Staff put right what there is not
    turns: [{patient: hi}, {staff: {correct: {service: Haircut}}}]
"""


async def test_what_cannot_be_done_is_a_fault_and_not_passed_over(
    database: Database, plans: Any, tmp_path: Path
) -> None:
    (tmp_path / "harbor").mkdir()
    (tmp_path / "harbor" / "clinic.yml").symlink_to(CLINICS / "harbor" / "clinic.yml")
    path = tmp_path / "harbor" / "impossible.yml"
    path.write_text(IMPOSSIBLE)
    outcomes = await played(path, Casting.RULES, database, plans)
    assert [outcome.verdict for outcome in outcomes] == [Verdict.FAILED] * 4
    assert all(outcome.faults[0].expected == "what the turn says is possible" for outcome in outcomes)
