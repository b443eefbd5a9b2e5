"""What holds of the guard on the way out, whatever a draft says."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.receptionist.guard import Grounds, Rule, judge
from core.receptionist.guard.legible import folded, legible
from core.receptionist.sms import count
from core.stages.output_guard import OutputGuard
from core.stages.sms_format import SmsFormat
from deskbell import Fact, RequestStatus, TextKind

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
QUICK = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FACTS = {"first_name": Fact("first_name", "Dana", 1, NOW), "when": Fact("when", "Tuesday after 4 pm", 1, NOW)}

_SMALL = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]


def spelled(number: int) -> str:
    """``1250`` is ``one thousand two hundred and fifty``."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_SMALL[number % 10]}" if number % 10 else "")
    if number < 1000:
        rest = f" and {spelled(number % 100)}" if number % 100 else ""
        return f"{_SMALL[number // 100]} hundred{rest}"
    rest = f" {spelled(number % 1000)}" if number % 1000 else ""
    return f"{spelled(number // 1000)} thousand{rest}"


def wide(number: int) -> str:
    return "".join(chr(ord(digit) - ord("0") + 0xFF10) for digit in str(number))


WRITTEN = [
    lambda n: f"${n}",
    lambda n: f"$ {n}",
    lambda n: f"${n:,}",
    lambda n: f"${n}.00",
    lambda n: f"US${n}",
    lambda n: f"{n} dollars",
    lambda n: f"{n:,} dollars",
    lambda n: f"{n}-dollar",
    lambda n: f"{n} bucks",
    lambda n: f"{n} USD",
    lambda n: f"USD {n}",
    lambda n: f"€{n}",
    lambda n: f"{n} euros",
    lambda n: f"{n}$",
    lambda n: f"$13-{n}",
    lambda n: f"${n} to $1,200",
    lambda n: f"$13 or {n}",
    lambda n: f"{n / 1000:g}k",
    lambda n: f"${n / 1000:g}k",
    lambda n: f"{n * 100} cents",
    lambda n: f"＄{wide(n)}",
    lambda n: f"${wide(n)}",
    lambda n: f"{spelled(n)} dollars",
    lambda n: f"{spelled(n)} bucks",
    lambda n: f"{spelled(n)}",
    lambda n: f"{n}",
    lambda n: f"\u200b$\u200b{n}",
]
SAID = [
    "Botox is {}.",
    "It's {} for you.",
    "That comes to {} in total!",
    "Expect around {} or so.",
    "the peel would be {}",
    "Lip filler runs {} — which day suits you best?",
    "{} is what most people pay",
]


@QUICK
@given(
    number=st.integers(4, 9999), written=st.sampled_from(WRITTEN), said=st.sampled_from(SAID), passages=st.booleans()
)
def test_no_price_passes_that_is_not_the_clinics_however_it_is_written(
    clinic: Any, number: int, written: Any, said: str, passages: bool
) -> None:
    on = Grounds(clinic).of(FACTS, ["Parking is $6."] if passages else [], NOW)
    ours = {13, 50, 1200} | {1300, 5000, 120000, 1250} | {6} | {int(one) for one in on.stock.numbers if one.isdigit()}
    if number in ours or 100 * number in on.stock.cents:
        return
    assert judge(said.format(written(number)), on) is not None


@QUICK
@given(cents=st.integers(100, 999_999), said=st.sampled_from(SAID))
def test_no_price_with_cents_passes_that_is_not_the_clinics(clinic: Any, cents: int, said: str) -> None:
    on = Grounds(clinic).of(FACTS, [], NOW)
    if cents not in on.stock.cents:
        assert judge(said.format(f"${cents // 100:,}.{cents % 100:02}"), on) is not None


_PIECES = st.sampled_from(
    [
        *(
            "Botox is $13 per unit.",
            "Which day suits you?",
            "Dana",
            "9 am",
            "**bold**",
            "Dr. Ortiz",
            "booked",
            "{name}",
        ),
        *("https://pier.example", "(212) 555-0134", "!", "—", "“hi”", "👩‍⚕️", "\n", "- ", "$", "%", "½", "٣٤", "²"),
        *("one", "hundred", "call", "911", "\ud800", "\x00", "ﬁ", "İ", "ẞ", "ǅ", "и", "中", "13", "May", "3rd"),
    ]
)
TEXTS = st.lists(_PIECES | st.text(max_size=20), max_size=30).map(" ".join) | st.text(max_size=300)


@QUICK
@given(
    text=TEXTS, request=st.sampled_from([None, *RequestStatus]), asks=st.sampled_from([None, "", "name", "when", "odd"])
)
def test_any_text_is_judged_without_fail(
    clinic: Any, text: str, request: RequestStatus | None, asks: str | None
) -> None:
    on = Grounds(clinic).of(FACTS, [text], NOW)
    verdict = judge(text, on, request, asks=asks)
    assert verdict is None or verdict.reason
    legible(text), folded(text)


@QUICK
@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_what_was_guarded_once_is_left_as_it_is(bench: Any, texts: list[str]) -> None:
    async def run() -> None:
        turn = bench.turn("hi", known=FACTS)
        await bench.run(OutputGuard, turn, says=texts)
        once = [say.text for say in turn.replies]
        again = bench.turn("hi", known=FACTS)
        await bench.run(OutputGuard, again, says=once)
        assert [say.text for say in again.replies] == once
        assert not [note for note in again.notes if note.decision == "blocked"]

    asyncio.run(run())


@QUICK
@given(texts=st.lists(TEXTS, min_size=1, max_size=3))
def test_what_leaves_keeps_every_rule_and_the_budget(bench: Any, texts: list[str]) -> None:
    async def run() -> None:
        turn = bench.turn("hi", known=FACTS)
        await bench.run(OutputGuard, turn, says=texts)
        on = Grounds(bench.clinic).of(FACTS, [], NOW)
        assert all(judge(say.text, on) is None for say in turn.replies)
        guarded = turn.replies
        await bench.run(SmsFormat, turn, act=lambda turn: None)
        assert all(count(say.text).segments <= 3 for say in turn.replies)
        assert len([say for say in guarded if say.kind is TextKind.REPLY]) <= 2

    asyncio.run(run())


@pytest.mark.parametrize("letters", ["very ", "1 ", "$1-", "a.", "(", "is the ", "hundred and ", "!", "**a"])
def test_a_text_beyond_all_measure_is_not_read(clinic: Any, letters: str) -> None:
    on = Grounds(clinic).of(FACTS, [], NOW)
    verdict = judge(letters * 5000, on)
    assert verdict is not None
    assert verdict.rule is Rule.LENGTH
