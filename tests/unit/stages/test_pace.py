"""Who is answered and how often: machines are not, nobody without end, and staff are told once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from core.receptionist.senders import Odd, is_automatic, odd
from core.stages.pace import Pace
from core.stages.sender_guard import SenderGuard
from deskbell import Contact, NotifyStaff, RecordConsent, Remember, TextReceived, TimerDue, Turn
from deskbell.stage import Traffic
from tests.unit.stages.conftest import NOW


def counted(**counts: int) -> Callable[[Turn], Awaitable[Traffic]]:
    async def count(turn: Turn) -> Traffic:
        return Traffic(**counts)

    return count


def notices(turn: Turn) -> list[str]:
    return [effect.kind for effect in turn.effects if isinstance(effect, NotifyStaff)]


class Course:
    """One conversation at a pace: what a turn remembers is there in the next."""

    def __init__(self, bench: Any, **config: Any) -> None:
        self.bench, self.config = bench, config
        self.memory: dict[str, Any] = {}
        self.now = NOW
        self.told: list[str] = []

    async def hears(self, text: str, seconds: float = 30, **more: Any) -> bool:
        """Whether a text, so long after our last one, is answered."""
        self.now += timedelta(seconds=seconds)
        turn = self.bench.turn(events=[TextReceived(1, self.now, text)], memory=dict(self.memory), now=self.now)
        calls = await self.bench.run(Pace, turn, says=["Which day suits you?"], **self.config, **more)
        self.memory |= {effect.key: effect.value for effect in turn.effects if isinstance(effect, Remember)}
        self.told += notices(turn)
        assert len(turn.replies) == calls
        return bool(calls)


# ---- caps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "answered"),
    [
        ({"hour": 39}, True),
        ({"hour": 40}, False),
        ({"day": 119}, True),
        ({"day": 120}, False),
        ({"clinic_day": 4999}, True),
        ({"clinic_day": 5000}, False),
    ],
)
async def test_at_a_cap_nothing_is_said(bench: Any, counts: dict[str, int], answered: bool) -> None:
    course = Course(bench, traffic=counted(**counts))
    assert await course.hears("hi, me again") is answered
    assert course.told == ([] if answered else ["too_many_texts"])


async def test_staff_are_told_once_of_a_cap_and_again_after_a_day(bench: Any) -> None:
    course = Course(bench, traffic=counted(hour=40))
    for text in ("hello", "are you there", "hello?"):
        await course.hears(text)
    assert course.told == ["too_many_texts"]
    await course.hears("good morning", seconds=24 * 3600)
    assert course.told == ["too_many_texts"] * 2


async def test_a_count_that_fails_keeps_nobody_from_an_answer(bench: Any) -> None:
    async def fails(turn: Turn) -> Traffic:
        raise OSError("no database")

    turn = bench.turn("hi")
    assert await bench.run(Pace, turn, says=["Hello."], traffic=fails) == 1
    assert [note.decision for note in turn.notes] == ["not_counted"]


async def test_a_turn_without_texts_is_not_counted(bench: Any) -> None:
    turn = bench.turn(events=[TimerDue(1, NOW, "reminder")])
    assert await bench.run(Pace, turn, traffic=counted(hour=100)) == 1
    assert turn.effects == []


# ---- loops -------------------------------------------------------------------------------------------------------


async def test_the_same_text_again_and_again_is_answered_no_more(bench: Any) -> None:
    course = Course(bench)
    line = "We got your message! Somebody will be right with you."
    assert [await course.hears(line) for _ in range(6)] == [True, True, True, False, False, False]
    assert course.told == ["too_many_texts"]
    assert await course.hears("hi, a person here: is Friday free?")


async def test_two_or_three_texts_in_turns_are_a_machines_too(bench: Any) -> None:
    for lines in (2, 3):
        course = Course(bench)
        texts = [f"Thanks for your message! This is line number {n % lines}." for n in range(12)]
        answered = [await course.hears(text) for text in texts]
        assert answered.index(False) <= 3 * lines
        assert not any(answered[3 * lines :])
        assert course.told == ["too_many_texts"]


async def test_more_turns_within_a_minute_than_anybody_takes_are_a_machines(bench: Any) -> None:
    course = Course(bench)
    assert [await course.hears(f"ok {n}", 2) for n in range(18)] == [True] * 15 + [False] * 3
    assert course.told == ["too_many_texts"]
    assert await course.hears("sorry, my little one had the phone. is Friday free?", 60)


async def test_two_machines_that_answer_each_other_at_any_pace_come_to_an_end(bench: Any) -> None:
    """Each of them says one of a few lines of its own, by turns, from at once to ever so slowly."""
    for seconds in (0.5, 4, 45, 900):
        course = Course(bench)
        lines = ["How may I direct your message today?", "Sorry, I did not get that. How may I help?", "Reply 1 or 2."]
        answered = [await course.hears(lines[n % 3], seconds) for n in range(60)]
        assert sum(answered) <= 12
        assert sum(answered[12:]) <= 1


async def test_people_may_say_ok_or_hello_as_often_as_they_like(bench: Any) -> None:
    course = Course(bench)
    assert all([await course.hears(text) for text in ["ok"] * 6 + ["hello?"] * 6])


async def test_long_texts_that_come_at_once_after_each_of_ours_are_a_machines(bench: Any) -> None:
    course = Course(bench)
    answers = [
        await course.hears(f"Thanks for that, number {n}! What else would you like to know?", 1) for n in range(9)
    ]
    assert answers == [True] * 6 + [False] * 3


async def test_whoever_takes_time_to_write_is_a_person(bench: Any) -> None:
    course = Course(bench)
    assert all([await course.hears(f"and then there is this long question number {n}, you see", 9) for n in range(12)])


async def test_whoever_went_on_writing_while_we_answered_is_a_person(bench: Any) -> None:
    course = Course(bench)
    assert all([await course.hears(f"and another thing that I wanted to ask, number {n}", 0) for n in range(12)])


async def test_quick_short_answers_are_a_persons(bench: Any) -> None:
    course = Course(bench)
    assert all(
        [await course.hears(text, 1) for text in ("Dana", "Cole", "botox", "new", "friday", "10am", "no", "yes")]
    )


AUTOMATIC = [
    "This is an automated message. Please do not reply.",
    "Auto-reply: I'm out until Monday",
    "I'm driving with Focus turned on. I'll see your message when I get where I'm going.",
    "I am currently out of the office and will respond when I return.",
    "Thank you for contacting Bluebird Movers! A team member will get back to you during business hours.",
    "This number is not monitored.",
    "Your verification code is 482913",
]
BY_HAND = [
    "is this an automated message?",
    "are you a bot or a person",
    "I'm out of office on Friday so Friday works",
    "I'm driving, can I text you later?",
    "thanks for texting me back, a team member said to ask you",
    "do I get a confirmation code?",
    "please reply when you can",
]


@pytest.mark.parametrize("text", AUTOMATIC)
async def test_an_automatic_reply_is_not_answered(bench: Any, text: str) -> None:
    course = Course(bench)
    assert not await course.hears(text)
    assert course.told == ["too_many_texts"]


@pytest.mark.parametrize("text", BY_HAND)
def test_a_text_that_a_person_wrote_is_not_taken_for_one(text: str) -> None:
    assert not is_automatic(text)


# ---- senders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("22395", Odd.SHORT_CODE),
        ("+728433", Odd.SHORT_CODE),
        ("PARCELBOX", Odd.NAME),
        ("+1212", Odd.SHORT_CODE),
        ("+121255501420000", Odd.IMPOSSIBLE),
        ("+18005550199", Odd.TOLL_FREE),
        ("+18885550100", Odd.TOLL_FREE),
        ("+19005550100", Odd.PREMIUM),
        ("+12125550142", Odd.TEST),
        ("+15005550006", Odd.TEST),
        ("+12127365000", None),
        ("+442079460958", None),
    ],
)
def test_a_sender_who_is_no_patient_is_known_by_the_number(number: str, kind: Odd | None) -> None:
    assert odd(number) is kind


async def run(bench: Any, address: str, text: str = "Hi", kind: str = "sms", **more: Any) -> tuple[Turn, int]:
    config = more.pop("config", {})
    turn = bench.turn(text, contact=Contact(3, kind, address), **more)
    return turn, await bench.run(SenderGuard, turn, says=["Hello."], **config)


@pytest.mark.parametrize("text", ["Your parcel is here", "HELP", "STOP"])
async def test_a_short_code_is_never_answered_whatever_it_says(bench: Any, text: str) -> None:
    turn, calls = await run(bench, "22395", text)
    assert (calls, turn.replies, notices(turn)) == (0, [], ["odd_sender"])
    recorded = [effect.opted_out for effect in turn.effects if isinstance(effect, RecordConsent)]
    assert recorded == ([True] if text == "STOP" else [])


async def test_staff_are_told_of_an_odd_sender_once(bench: Any) -> None:
    turn, _ = await run(bench, "22395", memory={"odd_sender": "short_code"})
    assert notices(turn) == []


async def test_test_numbers_are_answered_unless_a_clinic_says_otherwise(bench: Any) -> None:
    assert (await run(bench, "+12125550142"))[1] == 1
    assert (await run(bench, "+12125550142", config={"ignore": ("test",)}))[1] == 0


async def test_staff_who_lead_are_told_of_what_an_odd_sender_writes(bench: Any) -> None:
    assert (await run(bench, "22395", owner="staff"))[1] == 1


async def test_addresses_that_are_no_phone_numbers_are_none_of_its_business(bench: Any) -> None:
    assert (await run(bench, "visitor-8f3a", kind="web"))[1] == 1
