"""Nights on a virtual clock: midnight, both clock changes, three zones, and a runtime that is restarted in between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from core.engine.live import LiveClinic
from core.store.database import Database
from deskbell import CallNext, ManualClock, Remember, SetTimer, Settings, Stage, TextKind, TimerDue, Turn
from tests.integration.engine.conftest import make_world

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World

NEW_YORK, PHOENIX, HONOLULU = "+12125550111", "+16025550111", "+18085550111"
ZONES = {NEW_YORK: "America/New_York", PHOENIX: "America/Phoenix", HONOLULU: "Pacific/Honolulu"}
#: What a sweep leaves to whoever committed a text.
GRACE = timedelta(seconds=2)


class Reminds(Stage[Settings]):
    """Reminds whoever writes, five hours later and of its own accord."""

    name = "reminds"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        if turn.texts:
            turn.add(SetTimer("reminder", turn.now + timedelta(hours=5)))
        elif any(isinstance(event, TimerDue) for event in turn.events):
            turn.say("a reminder", TextKind.OUTREACH)


@dataclass
class Night:
    """A runtime that comes and goes, over a database and a clock that stay."""

    database: Database
    clock: ManualClock
    quiet: tuple[time, time] = (time(20), time(8))
    left: list[tuple[str, datetime]] = field(default_factory=list)
    world: World = field(init=False)

    async def start(self) -> None:
        """A process begins: nothing is left of the one before but the database."""
        self.world = make_world(self.database, self.clock)
        hours = self.world.live.plan.quiet_hours.model_copy(update={"begin": self.quiet[0], "end": self.quiet[1]})
        plan = replace(self.world.live.plan, quiet_hours=hours)
        self.world.live = LiveClinic(plan, self.world.live.channels, None, self.world.live.pipeline)
        self.world.use(Reminds)

    async def restart(self) -> None:
        await self.world.engine.stop(timedelta(seconds=1))
        await self.start()

    async def until(self, moments: Iterable[datetime]) -> None:
        """Lets time come to each of the moments, in order, and sweeps at each; restarts at every other one."""
        for place, moment in enumerate(sorted(moments)):
            self.clock.set(moment)
            if place % 2:
                await self.restart()
            await self.world.engine.sweeper.fire_timers()
            await self.world.settle()
            await self.world.engine.sweeper.send_due()
            self.left += [(text.to, moment) for text in self.world.wire.taken]
            self.world.wire.taken.clear()


@pytest.fixture
async def night(database: Database, clock: ManualClock) -> AsyncIterator[Night]:
    made = Night(database, clock)
    await made.start()
    yield made
    await made.world.engine.stop(timedelta(seconds=1))


def at(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def around(*ends: datetime) -> list[datetime]:
    """Every hour of the night, and just before and just after each end."""
    first = min(ends) - timedelta(hours=12)
    hours = [first + timedelta(hours=hour) for hour in range(24 + 12)]
    return [*hours, *(end - timedelta(seconds=1) for end in ends), *(end + GRACE for end in ends)]


async def hear_in_the_evening(night: Night, evening: str) -> None:
    """Everybody writes at half past seven by their own clock, so that their reminders come due after midnight."""
    for number, moment in sorted(((one, at(f"{evening} 19:30", zone)) for one, zone in ZONES.items()), key=_moment):
        night.clock.set(moment)
        await night.world.hear("see you", number)
        await night.world.settle()


def _moment(one: tuple[str, datetime]) -> datetime:
    return one[1]


@pytest.mark.parametrize(
    ("evening", "morning"),
    [("2026-06-30", "2026-07-01"), ("2026-10-31", "2026-11-01"), ("2027-03-13", "2027-03-14")],
    ids=["any night", "clocks go back", "clocks go forward"],
)
async def test_a_reminder_of_the_night_comes_once_at_eight_by_everybodys_own_clock(
    night: Night, evening: str, morning: str
) -> None:
    await hear_in_the_evening(night, evening)
    ends = {number: at(f"{morning} 08:00", zone) for number, zone in ZONES.items()}
    await night.until(one for one in around(*ends.values()) if one > night.clock.now())
    assert sorted(night.left) == sorted((number, end + GRACE) for number, end in ends.items())


@pytest.mark.parametrize(
    ("evening", "until", "end"),
    [
        # New York's clocks show half past one twice, at 5:30 and at 6:30 UTC, and half past two in spring not at all.
        ("2026-10-31", time(1, 30), "2026-11-01T05:30"),
        ("2027-03-13", time(2, 30), "2027-03-14T07:00"),
    ],
    ids=["the doubled hour", "the skipped hour"],
)
async def test_quiet_hours_that_end_in_the_hour_of_a_clock_change_end_once(
    night: Night, evening: str, until: time, end: str
) -> None:
    night.quiet = (time(20), until)
    await night.restart()
    night.clock.set(at(f"{evening} 19:10", ZONES[NEW_YORK]))
    await night.world.hear("see you", NEW_YORK)
    await night.world.settle()
    # Five hours on it is ten past midnight: within quiet hours on either night.
    leaves = datetime.fromisoformat(end).replace(tzinfo=UTC)
    moments = [at(f"{evening} 23:55", ZONES[NEW_YORK]) + timedelta(minutes=16), leaves - timedelta(seconds=1)]
    await night.until([*moments, *(leaves + GRACE + timedelta(minutes=10 * n) for n in range(12))])
    assert night.left == [(NEW_YORK, leaves + GRACE)]
    assert await night.world.value("SELECT attempts FROM outbox") == 2  # once in the night, and once when it left


async def test_a_text_of_the_hour_that_comes_the_second_time_is_deferred_to_its_end_and_not_tried_all_the_while(
    night: Night,
) -> None:
    night.quiet = (time(20), time(1, 30))
    await night.restart()
    night.clock.set(datetime(2026, 11, 1, 1, 5, tzinfo=UTC))
    await night.world.hear("see you", NEW_YORK)
    await night.world.settle()
    second = datetime(2026, 11, 1, 6, 10, tzinfo=UTC)  # ten past one, by winter time
    await night.until([*(second + timedelta(minutes=n) for n in range(20)), second.replace(minute=30) + GRACE])
    assert night.left == [(NEW_YORK, second.replace(minute=30) + GRACE)]
    assert await night.world.value("SELECT attempts FROM outbox") == 2


async def test_a_night_longer_than_a_text_may_be_old_is_not_held_against_it(night: Night) -> None:
    plan = night.world.live.plan
    sending = plan.sending.model_copy(update={"max_age": timedelta(hours=2)})
    night.world.live = LiveClinic(
        replace(plan, sending=sending), night.world.live.channels, None, night.world.live.pipeline
    )
    night.world.use(Reminds)
    evening = at("2026-06-30 19:30", ZONES[NEW_YORK])
    night.clock.set(evening)
    await night.world.hear("see you", NEW_YORK)
    await night.world.settle()
    for hours in (5.5, 13):
        night.clock.set(evening + timedelta(hours=hours))
        await night.world.engine.sweeper.fire_timers()
        await night.world.settle()
        await night.world.engine.sweeper.send_due()
    assert night.world.sent == ["a reminder"]


class Rings(Stage[Settings]):
    """Sets its timer to the same moment whenever it rings before that moment, as a clock that is behind would."""

    name = "rings"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        seen: Any = turn.recall("seen", 0)
        if seen < 2:
            turn.add(SetTimer("bell", datetime(2026, 3, 3, tzinfo=UTC)))
            turn.add(Remember("seen", seen + 1))


async def test_a_timer_that_is_set_to_the_moment_it_has_fired_at_fires_again_and_holds_up_no_other(
    world: World,
) -> None:
    world.use(Rings)
    await world.hear("hello there")
    await world.settle()
    for _ in range(3):
        world.clock.set(datetime(2026, 3, 3, tzinfo=UTC))
        await world.engine.sweeper.fire_timers()
        await world.settle()
    assert await world.value("SELECT count(*) FROM event WHERE kind = 'timer'") == 2
    assert await world.value("SELECT count(*) FROM timer") == 0
