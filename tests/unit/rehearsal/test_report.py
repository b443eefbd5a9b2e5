"""Outcomes are told to people, to a CI and to programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from core.config.place import Place, Source
from core.rehearsal import junit, report
from core.rehearsal.files import Rehearsal
from core.rehearsal.models import Casting
from core.rehearsal.moment import Moment, Notice
from core.rehearsal.outcome import Fault, Outcome, Verdict
from core.rehearsal.script import Script

Make = Callable[..., Moment]
UNMET = Fault("a text with the words '$13'", "silence")
FAULT = Fault("a text with the words '$13'", "'Botox is $12.'", rule="prices")


@pytest.fixture
def outcome(moment: Make) -> Callable[..., Outcome]:
    """`outcome(FAULT)`: a conversation of one turn, with these faults."""

    def make(*faults: Fault, known: str | None = None, skipped: str = "", casting: Casting = Casting.AUTO) -> Outcome:
        turns = [{"patient": "how much\x00 is botox?"}]
        script = Script.model_validate({"conversation": "Asks for a price", "known_fault": known, "turns": turns})
        place = Place(Source("clinics/harbor/tests/one.yml", "conversation: Asks\n"), 1, 1)
        played = moment("Botox is $12.", said="how much\x00 is botox?", notices=(Notice("lead", "New", False),))
        moments = () if skipped else (played,)
        return Outcome(Rehearsal("harbor", Path(), script, place, (place,)), casting, moments, faults, 0.25, skipped)

    return make


def test_a_verdict_is_drawn_from_faults_and_from_what_the_file_says(outcome: Callable[..., Outcome]) -> None:
    assert outcome().verdict is Verdict.PASSED
    assert outcome(FAULT).verdict is Verdict.FAILED
    assert outcome(UNMET, known="why").verdict is Verdict.KNOWN_FAULT
    assert outcome(FAULT, known="why").verdict is Verdict.FAILED
    assert outcome(known="why").verdict is Verdict.REPAIRED
    assert outcome(known="why", casting=Casting.HOSTILE).verdict is Verdict.PASSED
    assert outcome(skipped="why").verdict is Verdict.SKIPPED
    assert [verdict for verdict in Verdict if not verdict.good] == [Verdict.FAILED, Verdict.REPAIRED]


def test_a_fault_is_told_with_what_was_expected_what_came_and_what_went_before(
    outcome: Callable[..., Outcome],
) -> None:
    told = report.words(outcome(FAULT))
    for words in ("one.yml:1:1", "expected  a text with the words '$13'", "came      'Botox is $12.'", "[prices]"):
        assert words in told
    assert "patient how much" in told
    assert "clinic  Botox is $12." in told
    assert "staff are told: lead" in told
    assert "known_fault" in report.words(outcome(known="why"))


def test_every_verdict_is_one_line(outcome: Callable[..., Outcome]) -> None:
    console = Console(width=60, record=True)
    for one in (outcome(), outcome(FAULT), outcome(skipped="is written for its own model")):
        console.print(report.line(one), no_wrap=True, overflow="ellipsis")
    assert len(console.export_text().splitlines()) == 3


def test_the_junit_file_counts_and_holds_the_story(outcome: Callable[..., Outcome], tmp_path: Path) -> None:
    outcomes = [outcome(), outcome(FAULT), outcome(UNMET, known="why"), outcome(known="why"), outcome(skipped="why")]
    junit.write(tmp_path / "deep" / "results.xml", outcomes, report.words)
    suite = ElementTree.parse(tmp_path / "deep" / "results.xml").getroot()[0]  # noqa: S314 - our own file
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "skipped")} == {
        "name": "harbor",
        "tests": "5",
        "failures": "2",
        "skipped": "2",
    }
    failure = suite[1].find("failure")
    assert failure is not None
    assert "expected a text" in str(failure.get("message"))
    assert "Botox is $12." in str(failure.text)


def test_programs_get_the_same_as_json(outcome: Callable[..., Outcome]) -> None:
    (one,) = json.loads(json.dumps(report.as_json([outcome(FAULT)])))
    assert (one["clinic"], one["line"], one["verdict"], one["turn"]) == ("harbor", 1, "failed", 1)
    assert one["faults"] == [{"rule": "prices", "expected": FAULT.expected, "came": FAULT.came}]
    assert one["transcript"][1] == {"author": "clinic", "text": "Botox is $12."}


def test_the_summary_counts_verdicts(outcome: Callable[..., Outcome]) -> None:
    assert report.summary([outcome(), outcome(FAULT)], 1.5).plain == "1 passed, 1 failed in 1.5 s (2 turns)"
