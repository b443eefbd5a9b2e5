"""How outcomes are told: a line a conversation; for a fault what was expected, what came and all that went before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from core.rehearsal.moment import Moment
from core.rehearsal.outcome import Outcome, Verdict
from core.rehearsal.script import ScriptTurn

_MARKS = {
    Verdict.PASSED: ("ok      ", "green"),
    Verdict.FAILED: ("FAILED  ", "bold red"),
    Verdict.KNOWN_FAULT: ("known   ", "yellow"),
    Verdict.REPAIRED: ("REPAIRED", "bold red"),
    Verdict.SKIPPED: ("skipped ", "dim"),
}


def line(outcome: Outcome) -> Text:
    """One conversation on one line."""
    mark, style = _MARKS[outcome.verdict]
    script = outcome.rehearsal.script
    spent = outcome.skipped or f"{outcome.seconds * 1000:.0f} ms"
    return Text.assemble((mark, style), (f" {spent:>7} ", "dim"), f" {outcome.rehearsal.clinic}  {script.conversation}")


def details(outcome: Outcome) -> RenderableType:
    """Everything about a conversation that did not come out, but for the trace."""
    return Group(
        Text(str(outcome.rehearsal.place), style="bold cyan"),
        Text(f"  {outcome.rehearsal.script.conversation}", style="bold red"),
        *(Padding(part, (0, 0, 0, 2)) for part in _told(outcome)),
    )


def words(outcome: Outcome) -> str:
    """The same as plain text, for machines that collect test results."""
    lines = [f"{outcome.rehearsal.place}  {outcome.rehearsal.script.conversation}"]
    return "\n".join([*lines, *(part.plain for part in _told(outcome))])


def _told(outcome: Outcome) -> Iterator[Text]:
    if outcome.verdict is Verdict.REPAIRED:
        yield Text("It passes now: take its 'known_fault' out.")
        return
    if not outcome.moments:
        return
    last = outcome.moments[-1]
    place = outcome.rehearsal.turns[last.number - 1]
    yield Text(f"turn {last.number} ({place}): {happening(last.script)}")
    for fault in outcome.faults:
        yield Text.assemble(
            ("  expected  ", "green"), fault.expected, (f"  [{fault.rule}]" if fault.rule else "", "dim")
        )
        yield Text.assemble(("  came      ", "red"), fault.came)
    yield Text("conversation so far", style="dim")
    for author, text in transcript(outcome.moments):
        yield Text.assemble((f"  {author:<8}", "bold"), text)


def transcript(moments: Sequence[Moment]) -> Iterator[tuple[str, str]]:
    """(who, what) of everything that happened, in order."""
    for moment in moments:
        if moment.script.patient is None:
            yield "", f"({happening(moment.script)})"
        for text in moment.said:
            yield "patient", text
        for sent in moment.sent:
            yield ("staff" if sent.author == "staff" else "clinic"), sent.text
        for notice in moment.notices:
            yield "", f"(staff are told: {notice.kind}: {notice.summary})"


def happening(turn: ScriptTurn) -> str:
    """What a turn of the script is, in a few words."""
    if turn.patient is not None:
        return "patient: " + " / ".join(repr(text) for text in turn.patient)
    if turn.wait is not None:
        return f"wait: {turn.wait}"
    if turn.staff is not None:
        return "staff: " + ", ".join(sorted(turn.staff.model_fields_set))
    return turn.happening


def summary(outcomes: Sequence[Outcome], seconds: float) -> Text:
    """All in one line."""
    counts = {verdict: sum(outcome.verdict is verdict for outcome in outcomes) for verdict in Verdict}
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    turns = sum(len(outcome.moments) for outcome in outcomes)
    bad = any(not outcome.verdict.good for outcome in outcomes)
    calls = sum(outcome.calls for outcome in outcomes)
    asked = f", the model was asked {calls} times" if calls else ""
    return Text(f"{told} in {seconds:.1f} s ({turns} turns{asked})", style="bold red" if bad else "bold green")


def as_json(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    """The outcomes for programs; the keys are stable."""
    return [
        {
            "clinic": outcome.rehearsal.clinic,
            "file": outcome.rehearsal.file,
            "line": outcome.rehearsal.place.line,
            "conversation": outcome.rehearsal.script.conversation,
            "model": outcome.casting.value,
            "verdict": outcome.verdict.value,
            "skipped": outcome.skipped,
            "known_fault": outcome.rehearsal.script.known_fault,
            "milliseconds": round(outcome.seconds * 1000, 1),
            "model_calls": outcome.calls,
            "turn": outcome.moments[-1].number if outcome.faults else None,
            "faults": [
                {"rule": fault.rule, "expected": fault.expected, "came": fault.came} for fault in outcome.faults
            ],
            "transcript": [{"author": author, "text": text} for author, text in transcript(outcome.moments)],
        }
        for outcome in outcomes
    ]
