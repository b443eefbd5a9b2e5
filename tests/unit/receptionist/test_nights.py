"""Quiet hours held against a clock that is read minute by minute: no text within them, none later than it may be."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.gate import refusal
from core.receptionist.quiet import ends, zones_of
from core.store.outbox import Claimed
from deskbell import TextKind
from tests.conftest import bare_plan

HOME = ZoneInfo("America/New_York")
#: New York, Los Angeles, Phoenix and Honolulu (which change no clocks), Alaska with two zones, toll-free.
ADDRESSES = ("+12125550111", "+13105550111", "+16025550111", "+18085550111", "+19075550111", "+18005550111")
MINUTE = timedelta(minutes=1)
#: Clocks of New York go back in this night, and forward in that.
BACK, FORWARD = datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2027, 3, 14, 7, tzinfo=UTC)


def is_quiet(moment: datetime, address: str, begins: time, until: time) -> bool:
    """Whether any clock on the recipient's wall shows a quiet minute."""
    walls = [moment.astimezone(zone).time() for zone in zones_of(address, HOME)]
    if begins <= until:
        return any(begins <= wall < until for wall in walls)
    return any(wall >= begins or wall < until for wall in walls)


def first_awake(moment: datetime, address: str, begins: time, until: time) -> datetime:
    """Walks on to the first minute that is not quiet; a moment that is awake is its own."""
    if not is_quiet(moment, address, begins, until):
        return moment
    minute = moment.replace(second=0) + MINUTE
    while is_quiet(minute, address, begins, until):
        minute += MINUTE
    return minute


def _seconds(low: datetime, high: datetime) -> st.SearchStrategy[datetime]:
    return st.integers(0, int((high - low).total_seconds())).map(lambda seconds: low + timedelta(seconds=seconds))


moments = st.one_of(
    _seconds(datetime(2026, 6, 1, tzinfo=UTC), datetime(2027, 6, 1, tzinfo=UTC)),
    _seconds(BACK - timedelta(hours=14), BACK + timedelta(hours=14)),
    _seconds(FORWARD - timedelta(hours=14), FORWARD + timedelta(hours=14)),
)
evenings = st.integers(17 * 60, 23 * 60 + 59).map(lambda minute: time(minute // 60, minute % 60))
#: Some of them in the hour that comes twice, or never.
mornings = st.one_of(
    st.integers(0, 11 * 60).map(lambda minute: time(minute // 60, minute % 60)),
    st.integers(60, 180).map(lambda minute: time(minute // 60, minute % 60)),
)
#: Leaving some hours of the day, so that two zones are awake together.
windows = st.one_of(st.tuples(evenings, mornings), st.tuples(mornings, mornings).map(lambda two: (min(two), max(two))))


def outreach(recipient: str, created_at: datetime) -> Claimed:
    return Claimed(
        id=1,
        key=UUID(int=1),
        kind=TextKind.OUTREACH,
        author="bot",
        written_by="deposit",
        epoch=0,
        binding="harbor-main",
        recipient=recipient,
        text="a reminder",
        attempts=1,
        calls=1,
        doubtful=False,
        slot=None,
        due_at=created_at,
        created_at=created_at,
        queued_at=created_at,
        first_attempt_at=created_at,
        current_epoch=0,
        opted_out=False,
        overtaken=False,
        unseen=(),
        answered=False,
    )


@settings(deadline=None, max_examples=200)
@given(moment=moments, address=st.sampled_from(ADDRESSES), window=windows)
def test_what_nobody_asked_for_leaves_at_the_first_moment_outside_of_quiet_hours_and_never_within(
    moment: datetime, address: str, window: tuple[time, time]
) -> None:
    begins, until = window
    awake = first_awake(moment, address, begins, until)
    plan = bare_plan()
    plan = replace(plan, quiet_hours=plan.quiet_hours.model_copy(update={"begin": begins, "end": until}))
    refused = refusal(outreach(address, moment), plan, moment)
    if awake == moment:
        assert refused is None
    else:
        assert refused is not None
        assert (refused.status, refused.due_at) == ("queued", awake)
        assert refusal(outreach(address, moment), plan, awake) is None


@pytest.mark.parametrize(
    ("now", "until", "end"),
    [
        # The hour from one to two comes twice in New York: by summer time from 5:00 UTC, by winter time from 6:00.
        ("2026-11-01T03:00", time(1, 30), "2026-11-01T05:30"),
        ("2026-11-01T06:10", time(1, 30), "2026-11-01T06:30"),
        ("2026-11-01T03:00", time(2, 0), "2026-11-01T07:00"),
        ("2026-11-01T06:10", time(8, 0), "2026-11-01T13:00"),
        # The hour from two to three does not come: at 7:00 UTC it is three.
        ("2027-03-14T03:00", time(2, 30), "2027-03-14T07:00"),
        ("2027-03-14T06:59", time(2, 1), "2027-03-14T07:00"),
        ("2027-03-14T06:59", time(3, 0), "2027-03-14T07:00"),
        ("2027-03-14T06:59", time(3, 1), "2027-03-14T07:01"),
    ],
)
def test_an_end_within_the_hour_that_comes_twice_or_never_is_one_moment(now: str, until: time, end: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert ends(moment, ADDRESSES[0], HOME, time(20), until) == datetime.fromisoformat(end).replace(tzinfo=UTC)
