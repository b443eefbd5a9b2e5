"""Broadcasts: to whom they go and to whom never, at what pace, and what a stop, a kill and a resume leave of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from core.engine.broadcasts.broadcaster import TALKS
from core.engine.broadcasts.planning import draft, survey
from core.engine.steps import Step
from core.store import broadcast_progress as progress
from core.store import broadcasts as store
from core.store.database import Database
from deskbell import (
    CallNext,
    ManualClock,
    MissedCall,
    OutcomeUnknown,
    RecordConsent,
    RetryLater,
    Settings,
    Stage,
    Turn,
)
from tests.conftest import CLINIC
from tests.integration.engine.conftest import make_world

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World

NEWS = "Harbor: new hours from May on. Reply STOP to opt out."
PATIENTS = [f"+1212555{number:04}" for number in range(110, 122)]
#: Ten in the morning in New York, when it is seven in Los Angeles.
TEN = datetime(2026, 3, 3, 15, tzinfo=UTC)


class Killed(BaseException):
    """The process is gone."""


class Answers(Stage[Settings]):
    """Obeys STOP and START, and answers everything else with what was said before."""

    name = "answers"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        for text in turn.texts:
            if text.text in ("stop", "start"):
                turn.add(RecordConsent(text.text == "stop", text.seq, "keyword"))
            elif text.text != "hi":
                before = await self.context.transcript(turn, 3)
                turn.say("after: " + " | ".join(line.text for line in before if line.author == "bot"))


@dataclass
class Hall:
    """A clinic and everybody who ever wrote to it."""

    world: World

    async def knows(self, *numbers: str) -> None:
        """These have written, some time ago."""
        for number in numbers:
            await self.world.hear("hi", number)
        await self.world.settle()

    async def starts(self, *, a_minute: int = 600) -> int:
        """A broadcast to everybody begins."""
        now = self.world.clock.now()
        async with self.world.database.transaction() as connection:
            everybody = await store.candidates(connection, "harbor", now - TALKS)
            found = survey(everybody, self.world.live.plan, now)
            return await store.start(
                connection, "harbor", NEWS, 1, "all contacts", a_minute, "olga", found.recipients, now
            )

    async def stops(self, number: int) -> int | None:
        async with self.world.database.transaction() as connection:
            return await store.stop(connection, number, "rosa", self.world.clock.now())

    async def resumes(self, number: int) -> int | None:
        async with self.world.database.transaction() as connection:
            return await store.resume(connection, number, "rosa", self.world.clock.now())

    async def sweeps(self, seconds: float = 0, every: float = 1) -> None:
        """Time passes, and workers sweep."""
        end = self.world.clock.now() + timedelta(seconds=seconds)
        while True:
            await self.world.engine.broadcasts.sweep()
            await self.world.engine.sweeper.send_due()
            await self.world.engine.outbox.reconcile()
            if self.world.clock.now() >= end:
                return
            self.world.clock.advance(every)

    @property
    def got(self) -> Counter[str]:
        """Who was sent the news, and how often."""
        return Counter(text.to for text in self.world.wire.taken if text.text == NEWS)

    async def states(self, number: int) -> dict[tuple[str, str | None], int]:
        async with self.world.database.connection() as connection:
            rows = await progress.of(connection, "harbor", number)
        return {(row["state"], row["reason"]): row["count"] for row in rows}

    async def status(self) -> str:
        found: str = await self.world.value("SELECT status FROM broadcast")
        return found


@pytest.fixture
async def hall(world: World) -> Hall:
    world.use(Answers)
    world.clock.set(TEN - timedelta(days=1))
    made = Hall(world)
    await made.knows(*PATIENTS)
    world.clock.set(TEN)
    return made


async def test_everybody_gets_it_once_and_it_is_done(hall: Hall) -> None:
    number = await hall.starts()
    await hall.sweeps(30)
    assert hall.got == Counter(PATIENTS)
    assert await hall.status() == "done"
    assert await hall.states(number) == {("sent", None): len(PATIENTS)}


async def test_no_more_leave_in_a_minute_than_were_allowed(hall: Hall) -> None:
    await hall.starts(a_minute=6)
    await hall.sweeps(59)
    assert len(hall.got) == 6
    await hall.sweeps(61)
    assert hall.got == Counter(PATIENTS)


async def test_after_a_long_absence_of_all_workers_it_does_not_come_all_at_once(hall: Hall) -> None:
    await hall.starts(a_minute=6)
    hall.world.clock.advance(3600)
    await hall.sweeps()
    assert len(hall.got) == 1
    await hall.sweeps(59)
    assert len(hall.got) == 6


async def test_who_may_not_be_written_to_is_left_out_and_said_why(hall: Hall) -> None:
    world = hall.world
    opted_out, led, called, toll_free = PATIENTS[0], PATIENTS[1], "+12125550140", "+18005550111"
    await world.hear("stop", opted_out)
    await world.hear("hi", toll_free)
    await world.engine.intake.accept(
        world.live, world.wire, [MissedCall("call1", called, world.wire.address, world.clock.now())]
    )
    await world.settle()
    await world.engine.takeover.take("harbor", await conversation(world, led), "rosa")
    await world.settle()
    world.clock.advance(3600)
    number = await hall.starts()
    await hall.sweeps(30)
    assert hall.got == Counter(PATIENTS[2:])
    assert await hall.states(number) == {
        ("left_out", "opted out"): 1,
        ("left_out", "no consent on record"): 1,
        ("left_out", "no patient's phone"): 1,
        ("left_out", "staff lead the conversation"): 1,
        ("sent", None): len(PATIENTS) - 2,
    }


async def test_who_opts_out_after_it_was_started_never_gets_it(hall: Hall) -> None:
    number = await hall.starts(a_minute=6)
    await hall.sweeps()
    await hall.world.hear("stop", PATIENTS[-1])
    await hall.world.settle()
    await hall.sweeps(300)
    assert hall.got == Counter(PATIENTS[:-1])
    assert (await hall.states(number))["left_out", "opted out"] == 1


async def test_who_opts_out_while_their_text_waits_for_the_carrier_never_gets_it(hall: Hall) -> None:
    hall.world.wire.script.append(RetryLater(after=timedelta(minutes=5)))
    number = await hall.starts(a_minute=6)
    await hall.sweeps()
    await hall.world.hear("stop", PATIENTS[0])
    await hall.world.settle()
    await hall.sweeps(600, every=10)
    assert hall.got == Counter(PATIENTS[1:])
    assert (await hall.states(number))["dropped", "the contact has opted out"] == 1


async def test_who_has_opted_in_again_counts_as_consenting(hall: Hall) -> None:
    await hall.world.hear("stop", PATIENTS[0])
    await hall.world.settle()
    await hall.world.hear("start", PATIENTS[0])
    await hall.world.settle()
    hall.world.clock.advance(3600)
    await hall.starts()
    await hall.sweeps(30)
    assert hall.got == Counter(PATIENTS)


async def test_who_is_in_a_conversation_gets_it_an_hour_later(hall: Hall) -> None:
    await hall.world.hear("a question", PATIENTS[0])
    await hall.world.settle()
    await hall.starts()
    await hall.sweeps(60)
    assert hall.got == Counter(PATIENTS[1:])
    await hall.sweeps(3600, every=60)
    assert hall.got == Counter(PATIENTS)


async def test_quiet_hours_are_everybodys_own_and_a_morning_keeps_the_pace(hall: Hall) -> None:
    west = [f"+1310555{number:04}" for number in range(110, 114)]
    await hall.knows(*west)
    hall.world.clock.set(TEN + timedelta(minutes=31))
    await hall.starts(a_minute=2)
    await hall.sweeps(28 * 60, every=10)
    assert hall.got == Counter(PATIENTS)
    hall.world.clock.set(TEN + timedelta(hours=1))  # eight in Los Angeles
    await hall.sweeps(59)
    assert sum(hall.got[one] for one in west) == 2
    await hall.sweeps(120)
    assert hall.got == Counter(PATIENTS + west)


async def test_a_stop_half_way_takes_back_what_is_queued_and_a_resume_finishes(hall: Hall) -> None:
    world = hall.world
    number = await hall.starts(a_minute=60)
    await hall.sweeps(3)
    world.wire.script.append(RetryLater(after=timedelta(seconds=60)))
    await hall.sweeps(1)
    had = len(hall.got)
    assert 0 < had < len(PATIENTS)
    assert await hall.stops(number) == 1
    assert await hall.status() == "stopped"
    await hall.sweeps(600, every=10)
    assert len(hall.got) == had
    assert await hall.resumes(number) == len(PATIENTS) - had
    await hall.sweeps(60)
    assert hall.got == Counter(PATIENTS)
    assert await hall.status() == "done"


async def test_a_text_that_was_at_the_carrier_during_the_stop_and_comes_back_does_not_leave(hall: Hall) -> None:
    """It is refused for now after the stop: the gate catches it, and a resume sends it once."""
    number = await hall.starts()
    send = hall.world.wire.send

    async def stopped_meanwhile(text: Any) -> Any:
        if await hall.stops(number) is not None:
            raise RetryLater(after=timedelta(seconds=5))
        return await send(text)

    hall.world.wire.send = stopped_meanwhile  # type: ignore[method-assign]
    await hall.sweeps()
    hall.world.wire.send = send  # type: ignore[method-assign]
    had = hall.got
    await hall.sweeps(60)
    assert hall.got == had
    assert (await hall.states(number))["dropped", store.STOPPED] >= 1
    await hall.resumes(number)
    await hall.sweeps(60)
    assert hall.got == Counter(PATIENTS)


async def test_stop_and_resume_again_and_again_lose_nobody_and_repeat_nothing(hall: Hall) -> None:
    number = await hall.starts(a_minute=60)
    for _ in range(8):
        hall.world.wire.script.append(RetryLater(after=timedelta(seconds=30)))
        await hall.sweeps(1)
        assert await hall.stops(number) is not None
        assert await hall.stops(number) is None
        assert await hall.resumes(number) is not None
    hall.world.wire.script.clear()
    await hall.sweeps(120)
    assert hall.got == Counter(PATIENTS)


async def test_who_started_stopped_and_resumed_it_stands_in_its_journal(hall: Hall) -> None:
    number = await hall.starts()
    await hall.stops(number)
    await hall.resumes(number)
    async with hall.world.database.connection() as connection:
        rows = await progress.journal(connection, "harbor", number)
    assert [(row["act"], row["author"]) for row in rows] == [("start", "olga"), ("stop", "rosa"), ("resume", "rosa")]


async def test_an_answer_to_it_is_an_ordinary_turn_that_has_it_in_its_history(hall: Hall) -> None:
    await hall.starts()
    await hall.sweeps(30)
    edition = await hall.world.value("SELECT edition FROM conversation WHERE address = $1", PATIENTS[0])
    await hall.world.hear("oh nice", PATIENTS[0])
    await hall.world.settle()
    assert hall.world.sent[-1] == f"after: {NEWS}"
    assert edition != await hall.world.value("SELECT edition FROM conversation WHERE address = $1", PATIENTS[0])


async def test_its_text_changes_what_histories_know_of_the_transcript(hall: Hall) -> None:
    before = await hall.world.value("SELECT edition FROM conversation WHERE address = $1", PATIENTS[0])
    await hall.starts()
    await hall.sweeps(30)
    assert before != await hall.world.value("SELECT edition FROM conversation WHERE address = $1", PATIENTS[0])


# ---- killed half-way -----------------------------------------------------------------------------------------------


@pytest.fixture
async def doomed(database: Database, clock: ManualClock) -> AsyncIterator[Hall]:
    """A hall whose process dies at the moments that stand in `deaths`: (step, how often it is still passed)."""

    def dies(step: Step) -> None:
        if deaths and deaths[0][0] is step:
            if deaths[0][1] == 0:
                deaths.pop(0)
                raise Killed
            deaths[0] = (step, deaths[0][1] - 1)

    deaths: list[tuple[Step, int]] = []
    world = make_world(database, clock, dies)
    world.use(Answers)
    world.clock.set(TEN - timedelta(days=1))
    hall = Hall(world)
    await hall.knows(*PATIENTS)
    world.clock.set(TEN)
    hall.deaths = deaths  # type: ignore[attr-defined]
    yield hall
    await world.engine.stop(timedelta(seconds=1))


@pytest.mark.parametrize("step", [Step.BEFORE_SEND, Step.AFTER_SEND])
async def test_killed_half_way_and_begun_again_everybody_has_it_once(doomed: Hall, step: Step) -> None:
    doomed.world.wire.looks_up = True
    number = await doomed.starts(a_minute=30)
    doomed.deaths.extend([(step, 3), (step, 2), (step, 0)])  # type: ignore[attr-defined]
    kills = 0
    for _ in range(4):
        try:
            await doomed.sweeps(30)
        except Killed:
            kills += 1
            # A process begins anew on what the database holds, with the carrier as it was.
            doomed.world.clock.advance(60)
    assert kills == 3
    await doomed.sweeps(120)
    assert doomed.got == Counter(PATIENTS)
    assert await doomed.states(number) == {("sent", None): len(PATIENTS)}


async def test_killed_before_its_texts_were_written_down_nothing_has_happened(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: Any) -> None:
        raise Killed

    await hall.starts()
    with monkeypatch.context() as patch:
        patch.setattr(store, "pace", dies)
        with pytest.raises(Killed):
            await hall.sweeps()
    assert hall.got == Counter()
    assert await hall.world.value("SELECT count(*) FROM outbox WHERE broadcast IS NOT NULL") == 0
    await hall.sweeps(30)
    assert hall.got == Counter(PATIENTS)


async def test_a_text_that_nobody_knows_of_is_held_and_not_sent_twice_by_a_resume(hall: Hall) -> None:
    hall.world.wire.script.append(OutcomeUnknown())
    number = await hall.starts(a_minute=60)
    await hall.sweeps(2)
    await hall.stops(number)
    await hall.resumes(number)
    await hall.sweeps(600, every=10)
    assert len(hall.got) == len(PATIENTS) - 1
    assert max(hall.got.values()) == 1
    assert sum(count for (state, _), count in (await hall.states(number)).items() if state == "held") == 1


# ---- the plan ------------------------------------------------------------------------------------------------------


async def conversation(world: World, number: str) -> int:
    found: int = await world.value("SELECT id FROM conversation WHERE address = $1", number)
    return found


async def test_an_audience_may_be_a_list_or_who_has_not_written_since(hall: Hall) -> None:
    await hall.world.hear("hi", PATIENTS[0])
    await hall.world.settle()
    now = hall.world.clock.now()
    async with hall.world.database.connection() as connection:
        silent = await store.candidates(connection, "harbor", now, silent_since=TEN - timedelta(hours=2))
        listed = await store.candidates(connection, "harbor", now, phones=[PATIENTS[3], "+12125550199"])
    assert [one.address for one in silent] == PATIENTS[1:]
    assert [one.address for one in listed] == [PATIENTS[3]]
    assert survey(listed, hall.world.live.plan, now, [PATIENTS[3], "+12125550199"]).strangers == 1


async def test_a_plan_counts_who_gets_it_who_waits_and_who_does_not(hall: Hall) -> None:
    await hall.world.hear("stop", PATIENTS[0])
    await hall.world.hear("a question", PATIENTS[1])
    await hall.knows("+13105550111")
    now = hall.world.clock.now()
    async with hall.world.database.connection() as connection:
        found = survey(await store.candidates(connection, "harbor", now - TALKS), hall.world.live.plan, now)
    assert found.gets_it == len(PATIENTS)
    assert found.left_out == {"opted out": 1}
    assert found.waits == {"in a conversation": 1, "quiet hours, by their own clock": 1}
    assert hall.got == Counter()


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("We have new hours from May on.", "Harbor: We have new hours from May on. Reply STOP to opt out."),
        ("Harbor: new hours! Text STOP to opt out.", "Harbor: new hours! Text STOP to opt out."),
    ],
)
def test_a_text_says_who_writes_and_how_to_end_it(words: str, text: str) -> None:
    written = draft(CLINIC, words, 3, TEN)
    assert (written.text, written.problem) == (text, "")


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        "word " * 120,
        "Botox is completely safe, nothing to worry about.",
        "Hi {name}, we miss you.",
        "You won! bit.ly/3xYz",
    ],
)
def test_what_no_text_of_a_clinic_may_say_no_broadcast_says(words: str) -> None:
    assert draft(CLINIC, words, 3, TEN).problem
