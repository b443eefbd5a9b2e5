"""A conversation that went quiet: when it is nudged, once, and when it is left in peace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from core.plugins import load_catalogue
from core.receptionist.guard import Grounds, judge
from core.receptionist.memory import KEY, Memory, Pending
from core.rehearsal.house import load_plans
from core.stages.nudge import Nudge, NudgeConfig
from deskbell import (
    CancelTimer,
    Clinic,
    Fact,
    HandOver,
    Line,
    Remember,
    RequestStatus,
    SetTimer,
    StaffReplied,
    TextKind,
    TimerDue,
    Turn,
)
from tests.unit.stages.conftest import NOW
from tests.unit.stages.test_missed_call import ROOT

LATER = NOW + timedelta(hours=24)
DUE = TimerDue(9, LATER, "nudge", {"since": NOW.isoformat()})
OPEN = {KEY: Memory(pending=Pending("when")).to_json()}
ASKED = Line(NOW, "bot", "When would suit you?")


async def texted(
    bench: Any, *, memory: Any = OPEN, says: Sequence[str] = ("When?",), act: Any = None, **more: Any
) -> Turn:
    """A turn in which the patient wrote, and what it left behind."""
    config = more.pop("config", {"after": "24h"})
    turn: Turn = bench.turn("hi", **{"request": RequestStatus.COLLECTING, "memory": memory, **more})
    await bench.run(Nudge, turn, says=says, act=act, **config)
    return turn


async def due(bench: Any, *, memory: Any = OPEN, lines: Sequence[Line] = (ASKED,), **more: Any) -> Turn:
    """The turn of the timer."""
    config = more.pop("config", {"after": "24h"})
    fields = {"events": [DUE], "now": LATER, "request": RequestStatus.COLLECTING, **more}
    turn: Turn = bench.turn(**fields, memory={**memory, "nudge": "waits"})
    await bench.run(Nudge, turn, lines=lines, **config)
    return turn


def timers(turn: Turn) -> list[Any]:
    return [effect for effect in turn.effects if isinstance(effect, SetTimer | CancelTimer)]


async def test_it_is_off_until_the_clinic_says_after_how_long(bench: Any) -> None:
    assert timers(await texted(bench, config={})) == []
    assert (await due(bench, config={})).replies == []


async def test_a_question_that_is_left_open_is_waited_for(bench: Any) -> None:
    turn = await texted(bench)
    assert timers(turn) == [SetTimer("nudge", LATER, {"since": NOW.isoformat()})]
    assert turn.recall("nudge") == "waits"


async def test_it_is_outreach_and_says_so_only_once(bench: Any) -> None:
    turn = await due(bench)
    assert [say.kind for say in turn.replies] == [TextKind.OUTREACH]
    assert turn.recall("nudge") == "done"
    again = await texted(bench, memory={**OPEN, "nudge": "done"})
    assert timers(again) == []
    assert again.recall("nudge") == "done"


async def test_a_new_request_may_be_nudged_again(bench: Any) -> None:
    fact = Fact("service", "Peel", 1, NOW)
    turn = await texted(bench, memory={**OPEN, "nudge": "done"}, request=None, known={"service": fact})
    assert [type(effect) for effect in timers(turn)] == [SetTimer]


@pytest.mark.parametrize(
    "status",
    [
        RequestStatus.READY,
        RequestStatus.PENDING,
        RequestStatus.PAID,
        RequestStatus.BOOKED,
        RequestStatus.DECLINED,
        RequestStatus.CLOSED,
        None,
    ],
)
async def test_where_the_patient_owes_nothing_before_a_deposit_nobody_is_nudged(
    bench: Any, status: RequestStatus | None
) -> None:
    assert timers(await texted(bench, request=status)) == []
    assert (await due(bench, request=status)).replies == []


@pytest.mark.parametrize(
    "memory",
    [
        Memory(),
        Memory(pending=Pending("when"), parted=True),
        Memory(pending=Pending("when"), errand=True),
        Memory(pending=Pending("when"), no_deposit=True),
    ],
    ids=["nothing asked", "parted", "an errand", "refused"],
)
async def test_who_owes_no_answer_or_gave_one_is_left_in_peace(bench: Any, memory: Memory) -> None:
    assert timers(await texted(bench, memory={KEY: memory.to_json()})) == []
    assert (await due(bench, memory={KEY: memory.to_json()})).replies == []


async def test_a_text_that_settles_it_cancels_what_was_waited_for(bench: Any) -> None:
    def settles(turn: Turn) -> None:
        turn.say("Thanks!")
        turn.add(Remember(KEY, Memory().to_json()))

    turn = await texted(bench, memory={**OPEN, "nudge": "waits"}, act=settles)
    assert timers(turn) == [CancelTimer("nudge")]
    assert turn.recall("nudge") is None


async def test_who_is_handed_over_is_a_persons(bench: Any) -> None:
    turn = await texted(bench, memory={**OPEN, "nudge": "waits"}, act=lambda turn: turn.add(HandOver("a person")))
    assert timers(turn) == [CancelTimer("nudge")]


@pytest.mark.parametrize("author", ["staff", "patient", "bot"])
async def test_whoever_has_written_since_it_is_not_nudged(bench: Any, author: Any) -> None:
    assert (await due(bench, lines=[ASKED, Line(NOW + timedelta(hours=2), author, "hm")])).replies == []


async def test_a_carriers_clock_that_is_ahead_by_seconds_keeps_nobody_from_it(bench: Any) -> None:
    assert len((await due(bench, lines=[Line(NOW + timedelta(seconds=9), "patient", "hi"), ASKED])).replies) == 1


async def test_staff_who_act_in_the_same_moment_have_the_word(bench: Any) -> None:
    turn = await due(bench, events=[DUE, StaffReplied(10, LATER, "rosa", "release")])
    assert turn.replies == []


async def test_a_yes_to_it_answers_no_open_question(bench: Any) -> None:
    assert Memory.of((await due(bench)).recall(KEY)).pending == Pending("when", fresh=False)
    offered = {KEY: Memory(pending=Pending("deposit")).to_json()}
    turn = await due(bench, memory=offered, request=RequestStatus.OFFERED)
    assert Memory.of(turn.recall(KEY)).pending.fresh


@pytest.mark.parametrize(
    "config",
    [
        {"after": "30m"},
        {"after": "15d"},
        {"text": "Still there?"},
        {"text": "Text us back any time."},
        {"text": "{clinic}: hello {name}."},
        {"text": "{clinic}: shall we go on?"},
    ],
    ids=str,
)
def test_what_would_not_be_gentle_is_an_error(config: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        NudgeConfig(**config)


def test_the_shipped_line_passes_the_output_guard_in_the_shipped_clinics() -> None:
    plans, _ = load_plans(ROOT / "clinics", load_catalogue())
    assert plans
    for plan in plans.values():
        clinic: Clinic = plan.clinic
        line = clinic.say(NudgeConfig().text)
        assert judge(line, Grounds(clinic).of({}, [line], NOW), RequestStatus.OFFERED) is None
