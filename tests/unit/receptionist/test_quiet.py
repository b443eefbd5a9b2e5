"""Quiet hours by the clock of whoever would read the text: midnight, clock changes, several zones, none."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.receptionist.quiet import ends, zones_of

NEW_YORK, LOS_ANGELES = ZoneInfo("America/New_York"), ZoneInfo("America/Los_Angeles")
#: Numbers of New York, Los Angeles, of Alaska with two zones, toll-free, and one that is no number.
EAST, WEST, ALASKA, FREE, NONE = "+12125550111", "+13105550111", "+19075550111", "+18005550111", "visitor-7"
BEGIN, END = time(20), time(8)


def at(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("2026-03-03 19:59", None),
        ("2026-03-03 20:00", "2026-03-04 08:00"),
        ("2026-03-03 23:59", "2026-03-04 08:00"),
        ("2026-03-04 00:00", "2026-03-04 08:00"),
        ("2026-03-04 07:59", "2026-03-04 08:00"),
        ("2026-03-04 08:00", None),
        # Clocks go forward in the night of 8 March 2026, and back in that of 1 November.
        ("2026-03-07 21:00", "2026-03-08 08:00"),
        ("2026-03-08 03:30", "2026-03-08 08:00"),
        ("2026-10-31 21:00", "2026-11-01 08:00"),
        ("2026-11-01 01:30", "2026-11-01 08:00"),
    ],
)
def test_a_window_over_midnight_ends_in_the_morning(now: str, end: str | None) -> None:
    assert ends(at(now), EAST, NEW_YORK, BEGIN, END) == (at(end) if end else None)


def test_a_window_within_a_day_works_too() -> None:
    assert ends(at("2026-03-03 12:30"), EAST, NEW_YORK, time(12), time(14)) == at("2026-03-03 14:00")
    assert ends(at("2026-03-03 14:00"), EAST, NEW_YORK, time(12), time(14)) is None


def test_the_patients_clock_counts_and_not_the_clinics() -> None:
    nine_in_new_york = at("2026-03-03 09:00")
    assert ends(nine_in_new_york, WEST, NEW_YORK, BEGIN, END) == at("2026-03-03 08:00", LOS_ANGELES)
    assert ends(nine_in_new_york, EAST, LOS_ANGELES, BEGIN, END) is None


def test_of_several_zones_all_have_to_be_awake() -> None:
    assert len(zones_of(ALASKA, NEW_YORK)) == 2
    seven_in_adak = at("2026-03-03 07:00", ZoneInfo("America/Adak"))
    assert ends(seven_in_adak, ALASKA, NEW_YORK, BEGIN, END) == seven_in_adak + timedelta(hours=1)


@pytest.mark.parametrize("address", [FREE, NONE, "+15555550111"])
def test_a_number_that_may_be_anywhere_goes_by_the_clinics_clock(address: str) -> None:
    assert zones_of(address, NEW_YORK) == (NEW_YORK,)


def test_the_same_time_twice_turns_them_off() -> None:
    assert ends(at("2026-03-03 23:00"), EAST, NEW_YORK, time(8), time(8)) is None


@given(
    hour=st.integers(0, 24 * 730),
    begin=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    end=st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    address=st.sampled_from([EAST, WEST, ALASKA, FREE, NONE]),
)
def test_when_they_end_they_are_over(hour: int, begin: time, end: time, address: str) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour, minutes=hour % 60)
    over = ends(moment, address, NEW_YORK, begin, end)
    if over is not None:
        assert moment < over <= moment + timedelta(hours=49)
        assert ends(over, address, NEW_YORK, begin, end) is None
