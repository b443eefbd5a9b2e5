"""A call that nobody answered: who is texted back, how often, in which words, and when nobody is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from core.plugins import load_catalogue
from core.receptionist.guard import Grounds, judge
from core.receptionist.senders import can_be_texted
from core.rehearsal.house import load_plans
from core.stages.consent import Consent
from core.stages.missed_call import MissedCall, MissedCallConfig
from core.stages.output_guard import OutputGuard
from core.stages.pace import Pace
from core.stages.sender_guard import SenderGuard
from core.stages.takeover import Takeover
from deskbell import CallMissed, Clinic, Contact, Line, NotifyStaff, Remember, TextKind, TextReceived, TimerDue, Turn
from deskbell.stage import Traffic
from tests.unit.stages.conftest import NOW

ROOT = Path(__file__).parents[3]
CALL = CallMissed(1, NOW)
LONG_AGO = Line(NOW - timedelta(days=3), "bot", "We will call you tomorrow.")
SUNDAY = datetime(2026, 3, 8, 15, tzinfo=UTC)


def notices(turn: Turn) -> list[str]:
    return [effect.kind for effect in turn.effects if isinstance(effect, NotifyStaff)]


def remembered(turn: Turn) -> dict[str, Any]:
    return {effect.key: effect.value for effect in turn.effects if isinstance(effect, Remember)}


async def called(bench: Any, *, lines: Any = (), says: Any = (), config: Any = None, **fields: Any) -> Turn:
    turn: Turn = bench.turn(**{"events": [CALL], **fields})
    await bench.run(MissedCall, turn, lines=lines, says=says, **(config or {}))
    return turn


# ---- once, and only where nothing is being said ------------------------------------------------------------------


async def test_a_missed_call_is_texted_back_once_and_as_outreach(bench: Any) -> None:
    turn = await called(bench)
    assert [say.kind for say in turn.replies] == [TextKind.OUTREACH]


async def test_several_calls_of_one_turn_get_one_text(bench: Any) -> None:
    turn = await called(bench, events=[CALL, CallMissed(2, NOW), CallMissed(3, NOW)])
    assert len(turn.replies) == 1


@pytest.mark.parametrize(("minutes", "texts"), [(1, 0), (29, 0), (30, 1), (600, 1)])
async def test_calls_within_the_window_share_a_text(bench: Any, minutes: int, texts: int) -> None:
    memory = remembered(await called(bench))
    later = await called(bench, lines=[LONG_AGO], memory=memory, now=NOW + timedelta(minutes=minutes))
    assert len(later.replies) == texts


async def test_the_window_is_the_clinics_to_set(bench: Any) -> None:
    memory = remembered(await called(bench))
    later = await called(bench, memory=memory, now=NOW + timedelta(minutes=31), config={"window": "2h"})
    assert later.replies == []


@pytest.mark.parametrize("author", ["patient", "bot", "staff"])
@pytest.mark.parametrize(("minutes", "texts"), [(0, 0), (4, 0), (5, 1), (90, 1)])
async def test_a_conversation_that_goes_on_is_left_alone(bench: Any, author: Any, minutes: int, texts: int) -> None:
    line = Line(NOW - timedelta(minutes=minutes), author, "See you then")
    turn = await called(bench, lines=[LONG_AGO, line])
    assert len(turn.replies) == texts
    assert ("missed_call" in remembered(turn)) is bool(texts)


async def test_a_call_beside_a_text_of_the_patient_gets_no_text_of_its_own(bench: Any) -> None:
    turn = await called(bench, events=[CALL, TextReceived(2, NOW, "hi, I just called")], says=["Hi! How can we help?"])
    assert [say.kind for say in turn.replies] == [TextKind.REPLY]
    silent = await called(bench, events=[TextReceived(1, NOW, "thanks"), CallMissed(2, NOW)])
    assert silent.replies == []


async def test_a_turn_that_says_something_anyway_says_nothing_more(bench: Any) -> None:
    turn = await called(bench, says=["Thank you, your deposit has come in."])
    assert [say.kind for say in turn.replies] == [TextKind.REPLY]


async def test_a_turn_without_a_call_is_none_of_its_business(bench: Any) -> None:
    turn = await called(bench, events=[TimerDue(1, NOW, "reminder", {})])
    assert turn.effects == []


# ---- in which words ----------------------------------------------------------------------------------------------


async def test_it_speaks_by_the_hour(bench: Any, clinic: Clinic) -> None:
    config = {
        "open": "{clinic}: open, {phone}",
        "closed": "{clinic}: until {opens}",
        "hours_unknown": "{clinic}: hello",
    }
    open_now = await called(bench, lines=[LONG_AGO], config=config)
    closed = await called(bench, lines=[LONG_AGO], config=config, now=SUNDAY)
    bench.clinic = clinic.model_copy(update={"hours": None})
    unknown = await called(bench, lines=[LONG_AGO], config=config)
    said = [turn.replies[0].text for turn in (open_now, closed, unknown)]
    assert said == [
        "Pier Clinic: open, (212) 555-0134",
        "Pier Clinic: until tomorrow at 9 am",
        "Pier Clinic: hello",
    ]


async def test_a_clinic_that_opens_no_more_is_not_called_closed_until_never(bench: Any, clinic: Clinic) -> None:
    hours = clinic.hours.model_copy(update={"monday": (), "tuesday": (), "saturday": ()}) if clinic.hours else None
    bench.clinic = clinic.model_copy(update={"hours": hours})
    turn = await called(bench)
    assert "closed" not in turn.replies[0].text


async def test_the_first_text_that_somebody_gets_names_the_clinic_and_says_how_to_opt_out(bench: Any) -> None:
    first = (await called(bench)).replies[0].text
    later = (await called(bench, lines=[LONG_AGO])).replies[0].text
    assert "Pier Clinic" in first
    assert first == f"{later} Reply STOP to opt out."


async def test_what_a_clinics_own_line_says_already_is_not_said_twice(bench: Any) -> None:
    line = "{clinic} here, sorry we missed you! Text us, or reply STOP for no more texts."
    own = {"open": line, "closed": line, "hours_unknown": line}
    first = (await called(bench, config=own)).replies[0].text
    assert first.count("STOP") == 1
    assert first.count("Pier Clinic") == 1


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"open": "Sorry we missed you."}, "must name the clinic"),
        ({"open": "{clinic}: back {opens}"}, "has '{opens}' in 'open'"),
        ({"closed": "{clinic}, dear {name}"}, "has '{name}' in 'closed'"),
        ({"hours_unknown": "{clinic} is closed."}, "where nobody knows"),
        ({"opt_out": "Reply to opt out."}, "must say STOP"),
        ({"window": 30}, "unit"),
    ],
)
def test_a_line_that_cannot_be_sent_is_refused(config: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        MissedCallConfig(**config)
    assert words in str(refused.value)


def moments() -> list[datetime]:
    """Every eleventh hour of a year, so that each hour of each weekday has its turn, or the minute before."""
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return [begin + timedelta(hours=11 * n, minutes=-(n % 2)) for n in range(365 * 24 // 11)]


@pytest.mark.parametrize("name", ["harbor", "sierra"])
@pytest.mark.parametrize("knows_hours", [True, False])
async def test_the_usual_lines_pass_the_guard_at_every_hour(bench: Any, name: str, knows_hours: bool) -> None:
    plans, _ = load_plans(ROOT / "clinics", load_catalogue())
    clinic = plans[name].clinic if knows_hours else plans[name].clinic.model_copy(update={"hours": None})
    bench.clinic, grounds = clinic, Grounds(clinic)
    said = set()
    for now in moments():
        turn = await called(bench, now=now)
        text = turn.replies[0].text
        said.add(next(note.details["hour"] for note in turn.notes if note.decision == "text_back"))
        assert judge(text, grounds.of({}, (), now)) is None, (now, text)
        assert knows_hours or "closed" not in text
    assert said == ({"open", "closed"} if knows_hours else {"unknown"})


async def test_a_line_of_the_clinics_own_is_not_held_back(bench: Any) -> None:
    """A time that stands nowhere else is the clinic's to name."""
    config = {"open": "Sorry we missed your call to {clinic}. Phones rest from 12:40 pm; text us here."}

    async def text_back(turn: Turn) -> None:
        await bench.run(MissedCall, turn, lines=[LONG_AGO], **config)

    turn = bench.turn(events=[CALL])
    await text_back(turn)
    before = list(turn.effects)
    turn.effects.clear()
    await bench.run(OutputGuard, turn, act=lambda turn: turn.effects.extend(before))
    assert [say.text for say in turn.replies] == [
        "Sorry we missed your call to Pier Clinic. Phones rest from 12:40 pm; text us here."
    ]
    assert list(remembered(turn)) == ["missed_call"]


# ---- the stages outside ------------------------------------------------------------------------------------------


async def test_who_has_opted_out_is_left_alone(bench: Any) -> None:
    turn = bench.turn(events=[CALL], opted_out=True)
    assert await bench.run(Consent, turn) == 0
    assert turn.effects == []
    assert await bench.run(Consent, bench.turn(events=[CALL])) == 1


async def test_staff_who_lead_are_told_and_nothing_is_said(bench: Any) -> None:
    turn = bench.turn(events=[CALL], owner="staff")
    assert await bench.run(Takeover, turn) == 0
    assert notices(turn) == ["missed_call"]
    both = bench.turn(events=[CALL, TextReceived(2, NOW, "hello?")], owner="staff")
    await bench.run(Takeover, both)
    assert notices(both) == ["missed_call", "reply_waiting"]


@pytest.mark.parametrize("number", ["+18005550111", "72345", "+19005550111"])
async def test_numbers_that_no_patient_calls_from_are_not_texted_back(bench: Any, number: str) -> None:
    turn = bench.turn(events=[CALL], contact=Contact(3, "sms", number))
    assert await bench.run(SenderGuard, turn) == 0
    assert turn.effects == []
    assert await bench.run(SenderGuard, bench.turn(events=[CALL])) == 1


async def test_calls_are_texted_back_within_the_caps(bench: Any) -> None:
    async def many(turn: Turn) -> Traffic:
        return Traffic(clinic_day=5000)

    turn = bench.turn(events=[CALL])
    assert await bench.run(Pace, turn, traffic=many) == 0
    assert turn.effects == []
    assert await bench.run(Pace, bench.turn(events=[CALL])) == 1
    assert await bench.run(Pace, bench.turn(events=[TimerDue(1, NOW, "reminder", {})]), traffic=many) == 1


@pytest.mark.parametrize(
    ("number", "texted"),
    [
        ("+12125550111", True),
        ("+442079460123", True),
        ("anonymous", False),
        ("Restricted", False),
        ("", False),
        ("+266696687", False),
        ("+86282452253", False),
        ("611", False),
        ("sip:desk@voice.example", False),
    ],
)
def test_a_caller_without_a_telephone_number_cannot_be_texted(number: str, texted: bool) -> None:
    assert can_be_texted(number) is texted
