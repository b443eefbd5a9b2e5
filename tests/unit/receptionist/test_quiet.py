"""Quiet hours by the clock of whoever would read the text: midnight, clock changes, several zones, none."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
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


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
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


# ---- where the owner of a number may be --------------------------------------------------------------------------

ZONES = [
    (
        "New York, its newer overlays included",
        ["+12125550111", "+16465550111", "+19175550111", "+13325550111"],
        "New_York",
    ),
    ("Los Angeles and the overlays of its neighbours", ["+13105550111", "+12135550111", "+17475550111"], "Los_Angeles"),
    ("Houston's four area codes", ["+17135550111", "+12815550111", "+18325550111", "+13465550111"], "Chicago"),
    ("Arizona, which keeps no summer time", ["+16025550111", "+14805550111"], "Phoenix"),
    ("Hawaii", ["+18085550111"], "Honolulu"),
]


@pytest.mark.parametrize(
    ("numbers", "city"), [(numbers, city) for _, numbers, city in ZONES], ids=[z[0] for z in ZONES]
)
def test_a_number_is_where_its_area_code_is(numbers: list[str], city: str) -> None:
    for number in numbers:
        assert [zone.key.rpartition("/")[2] for zone in zones_of(number, ZoneInfo("Europe/London"))] == [city]


@pytest.mark.parametrize(
    ("number", "least"),
    [("+19075550111", 2), ("+12085550111", 2), ("+16055550111", 2)],
)
def test_an_area_code_across_a_border_of_zones_is_quiet_while_either_side_is(number: str, least: int) -> None:
    """Alaska, Idaho, South Dakota."""
    zones = zones_of(number, NEW_YORK)
    assert len(zones) >= least
    for hour in range(24 * 4):
        moment = at("2026-03-07 00:00") + timedelta(minutes=15 * hour)
        quiet = [ends(moment, "visitor", zone, BEGIN, END) is not None for zone in zones]
        assert (ends(moment, number, NEW_YORK, BEGIN, END) is not None) is any(quiet)


@pytest.mark.parametrize(
    "address",
    ["+18005550111", "+18885550111", "+18335550111", "+15005550006", "+17005550111", "+447911123456789", "", "22395"],
)
def test_a_number_of_nowhere_goes_by_the_clinics_clock(address: str) -> None:
    """Toll-free, for tests, of a carrier's own, none at all, a short code."""
    assert zones_of(address, LOS_ANGELES) == (LOS_ANGELES,)
