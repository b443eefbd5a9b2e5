"""Outcomes as a JUnit file, which every CI knows how to show."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement, indent

from core.rehearsal.outcome import Outcome, Verdict

#: What XML 1.0 cannot hold.
_UNPRINTABLE = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def write(file: Path, outcomes: Sequence[Outcome], told: Callable[[Outcome], str]) -> None:
    """Writes `file`; `told` words an outcome that is no good."""
    root = Element("testsuites", name="deskbell test")
    for clinic in sorted({outcome.rehearsal.clinic for outcome in outcomes}):
        of_clinic = [outcome for outcome in outcomes if outcome.rehearsal.clinic == clinic]
        suite = SubElement(root, "testsuite", {"name": clinic, **_counts(of_clinic)})
        for outcome in of_clinic:
            _case(suite, outcome, told)
    indent(root)
    file.parent.mkdir(parents=True, exist_ok=True)
    ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _counts(outcomes: Sequence[Outcome]) -> dict[str, str]:
    return {
        "tests": str(len(outcomes)),
        "failures": str(sum(not outcome.verdict.good for outcome in outcomes)),
        "skipped": str(sum(outcome.verdict in (Verdict.SKIPPED, Verdict.KNOWN_FAULT) for outcome in outcomes)),
        "time": f"{sum(outcome.seconds for outcome in outcomes):.3f}",
    }


def _case(suite: Element, outcome: Outcome, told: Callable[[Outcome], str]) -> None:
    rehearsal = outcome.rehearsal
    case = SubElement(
        suite,
        "testcase",
        name=rehearsal.script.conversation,
        classname=f"{rehearsal.clinic}.{Path(rehearsal.file).stem}",
        file=rehearsal.file,
        line=str(rehearsal.place.line),
        time=f"{outcome.seconds:.3f}",
    )
    if not outcome.verdict.good:
        first = outcome.faults[0].expected if outcome.faults else "a conversation that still fails"
        failure = SubElement(case, "failure", message=f"expected {first}".translate(_UNPRINTABLE))
        failure.text = told(outcome).translate(_UNPRINTABLE)
    elif outcome.verdict is Verdict.SKIPPED:
        SubElement(case, "skipped", message=outcome.skipped)
    elif outcome.verdict is Verdict.KNOWN_FAULT:
        SubElement(case, "skipped", message=f"known fault: {rehearsal.script.known_fault}")
