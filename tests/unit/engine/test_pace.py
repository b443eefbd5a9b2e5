"""The pace of a number or a campaign as a machine: places in line, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.engine.pace import Mark, named, reserve
from deskbell import SendingLimit

NOON = datetime(2026, 3, 2, 20, tzinfo=UTC)
#: Seconds between texts that ask for a place.
GAPS = st.lists(st.floats(0, 90), min_size=1, max_size=200)


def limit(**given: object) -> SendingLimit:
    return SendingLimit.model_validate(given)


def line(limits: Mapping[str, SendingLimit], gaps: list[float], segments: int = 1) -> list[datetime]:
    """When each of a line of texts goes; one whose day is full asks again when it is told to."""
    marks: dict[str, Mark] = {}
    now, went = NOON, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        place = reserve(limits, marks, segments, now)
        if not place.reserved:
            place = reserve(limits, marks, segments, place.at)
            assert place.reserved
        marks |= place.marks
        went.append(place.at)
    return went


@given(GAPS, st.integers(1, 100), st.sampled_from([("second", 1), ("minute", 60)]))
def test_no_second_or_minute_holds_more_than_the_limit(gaps: list[float], most: int, period: tuple[str, int]) -> None:
    per, seconds = period
    went = line({"x": limit(texts=most, per=per)}, gaps)
    # A microsecond for what is lost in dividing.
    window = timedelta(seconds=seconds) - timedelta(microseconds=2 * most)
    for first, last in zip(went, went[most:], strict=False):
        assert last - first >= window


@given(GAPS, st.integers(1, 100))
def test_texts_go_in_the_order_in_which_they_asked(gaps: list[float], most: int) -> None:
    went = line({"x": limit(texts=most, per="minute"), "y": limit(texts=2, per="second")}, gaps)
    assert went == sorted(went)


@given(st.lists(st.floats(0, 4000), min_size=1, max_size=100), st.integers(10, 60), st.integers(1, 10))
def test_no_day_holds_more_segments_than_the_limit(gaps: list[float], most: int, segments: int) -> None:
    marks: dict[str, Mark] = {}
    now = NOON
    days: dict[object, int] = {}
    limits = {"x": limit(segments=most, per="day")}
    for gap in gaps:
        now += timedelta(seconds=gap)
        place = reserve(limits, marks, segments, now)
        marks |= place.marks
        if place.reserved:
            assert place.at == now
            day = (now - timedelta(hours=8)).date()
            days[day] = days.get(day, 0) + segments
        else:
            assert (place.at.hour, place.at.minute) == (8, 0)
            assert place.marks == {}
    assert max(days.values()) <= most


def test_a_rested_number_sends_a_fifth_of_its_limit_at_once_and_the_rest_evenly() -> None:
    went = line({"x": limit(texts=75, per="minute")}, [0.0] * 30)
    assert went.count(NOON) == 15
    assert timedelta(seconds=14) < went[-1] - NOON < timedelta(seconds=16)


def test_a_full_day_takes_no_place_of_those_who_share_only_the_minute() -> None:
    own, shared = limit(texts=1, per="day"), limit(texts=60, per="minute", campaign="CQ1")
    marks = {"a/texts/day": Mark(NOON - timedelta(hours=12), 1)}
    place = reserve({"a/texts/day": own, "CQ1/texts/minute": shared}, marks, 1, NOON)
    assert (place.reserved, place.marks) == (False, {})


def test_a_text_longer_than_a_whole_limit_goes_all_the_same() -> None:
    for limits in ({"x": limit(segments=2, per="second")}, {"x": limit(segments=2, per="day")}):
        place = reserve(limits, {}, 10, NOON)
        assert place.reserved
        assert place.at - NOON < timedelta(seconds=10)


def test_bindings_of_one_campaign_share_its_mark_and_of_two_limits_the_stricter_holds() -> None:
    campaign = limit(texts=75, per="minute", campaign="CQ1")
    assert list(named([campaign], "harbor-main")) == list(named([campaign], "harbor-second"))
    stricter = limit(texts=3, per="second")
    assert named([limit(texts=9, per="second"), stricter], "harbor-main") == {"harbor-main/texts/second": stricter}
