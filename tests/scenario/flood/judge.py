"""Whether a flood did any harm. Pure: judges by what reached the phones and what stands in the database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.scenario.flood.patients import Exchange, Patient


@dataclass(frozen=True, slots=True)
class Line:
    """A text on a phone, as the carrier kept it. `author`: contact, clinic or carrier."""

    id: str
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A text of our outbox."""

    id: int
    number: str
    status: str
    provider_id: str | None
    reason: str = ""
    text: str = ""


@dataclass(slots=True)
class Diary:
    """What a patient lived through: for each exchange, how many lines stood on the phone before and after it."""

    patient: Patient
    spans: list[tuple[int, int]] = field(default_factory=list)
    #: Seconds until each answer came.
    waits: list[float] = field(default_factory=list)


@dataclass(slots=True)
class Verdict:
    """`wrong` is empty where no harm was done."""

    answered: int = 0
    #: Exchanges whose answer is held for staff, because nobody can say whether it left.
    held: int = 0
    wrong: list[str] = field(default_factory=list)


def judge(
    diaries: Sequence[Diary],
    phones: Mapping[str, Sequence[Line]],
    outbox: Sequence[Row],
    waiting: Mapping[str, int],
) -> Verdict:
    """`waiting` counts what is not at its end, by what it is."""
    verdict = Verdict()
    rows: dict[str, list[Row]] = {}
    for row in outbox:
        rows.setdefault(row.number, []).append(row)
    names = {diary.patient.name: diary.patient.number for diary in diaries}
    for diary in diaries:
        number = diary.patient.number
        lines, own = phones.get(number, ()), rows.get(number, [])
        held = [row for row in own if row.status == "held"]
        _answers(verdict, diary, lines, len(held))
        _once_and_in_order(verdict, number, lines, own)
        _nobody_elses(verdict, number, lines, names)
    for what, count in waiting.items():
        if count:
            verdict.wrong.append(f"{count} {what}")
    return verdict


def _answers(verdict: Verdict, diary: Diary, lines: Sequence[Line], held: int) -> None:
    """Every exchange has the answer that it wants; one that lacks it must have one held."""
    for exchange, (before, after) in zip(diary.patient.exchanges, diary.spans, strict=False):
        ours = [line for line in lines[before:after] if line.author == "clinic"]
        fault = _fault(exchange, len(ours))
        if not fault:
            verdict.answered += exchange.wanted == "answer"
        elif fault == "not answered" and held:
            held -= 1
            verdict.held += 1
        else:
            verdict.wrong.append(f"{diary.patient.number}: {fault}: {exchange.texts}")
    if len(diary.spans) < len(diary.patient.exchanges):
        verdict.wrong.append(f"{diary.patient.number}: gave up waiting")


def _fault(exchange: Exchange, ours: int) -> str:
    match exchange.wanted:
        case "answer":
            # Texts of one burst may be answered together or one by one.
            return "not answered" if ours < 1 else "answered too often" if ours > len(exchange.texts) + 1 else ""
        case "goodbye":
            return "more than one confirmation" if ours > 1 else ""
        case "silence":
            return "written to after an opt-out" if ours else ""
        case _:
            return ""


def _once_and_in_order(verdict: Verdict, number: str, lines: Sequence[Line], rows: Sequence[Row]) -> None:
    """What left is what the outbox says has left, each once and one after the other."""
    left = [line for line in lines if line.author == "clinic"]
    known = {row.provider_id: row for row in rows if row.provider_id}
    twice = [text for text, count in Counter(line.id for line in left).items() if count > 1]
    strangers = [line for line in left if line.id not in known]
    # A text whose answer was lost has left under an id that nobody told us; it is held, and may have left once.
    held = Counter(row.text for row in rows if row.status == "held" and not row.provider_id)
    for line in strangers:
        if held[line.text]:
            held[line.text] -= 1
        else:
            verdict.wrong.append(f"{number}: a text that the outbox knows nothing of, or a second time: {line.text!r}")
    if twice:
        verdict.wrong.append(f"{number}: twice on the phone")
    missing = {row.provider_id for row in rows if row.status == "sent"} - {line.id for line in left}
    if missing:
        verdict.wrong.append(f"{number}: {len(missing)} texts that should have left did not")
    order = [known[line.id].id for line in left if line.id in known]
    if order != sorted(order):
        verdict.wrong.append(f"{number}: out of order {order}")


def _nobody_elses(verdict: Verdict, number: str, lines: Sequence[Line], names: Mapping[str, str]) -> None:
    for line in lines:
        if line.author != "clinic":
            continue
        words = {word.strip(".,!?'") for word in line.text.split()}
        others = [name for name in words & names.keys() if names[name] != number]
        if others:
            verdict.wrong.append(f"{number}: another patient's name: {others}")
