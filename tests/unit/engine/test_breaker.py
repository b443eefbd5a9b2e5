"""The circuit breaker as a machine: whatever happens in whatever order, on a clock that the test moves."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.breaker import FAILURES, PAUSE_SECONDS, Breaker

#: What happens to a provider: time passes, a call fails or succeeds where one may be made.
HAPPENINGS = st.lists(st.one_of(st.floats(0, 100), st.sampled_from(["fail", "succeed"])), max_size=60)


class Time:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@given(HAPPENINGS)
def test_while_it_is_open_one_call_a_pause_goes_through(happenings: list[float | str]) -> None:
    time = Time()
    breaker = Breaker(time)
    in_a_row, last_call = 0, -PAUSE_SECONDS
    for what in happenings:
        if isinstance(what, float):
            time.now += what
            continue
        allowed = breaker.lets_through()
        assert allowed == (in_a_row < FAILURES or time.now >= last_call + PAUSE_SECONDS)
        if not allowed:
            continue
        last_call = time.now
        if what == "fail":
            in_a_row += 1
            assert breaker.failed() == (in_a_row == FAILURES)
        else:
            assert breaker.succeeded() == (in_a_row >= FAILURES)
            in_a_row = 0
        assert breaker.open == (in_a_row >= FAILURES)


@given(st.lists(st.floats(0.5, 400), min_size=FAILURES, max_size=12))
def test_it_has_been_down_since_the_first_of_the_failures_in_a_row(gaps: list[float]) -> None:
    time = Time()
    breaker = Breaker(time)
    breaker.failed()
    breaker.succeeded()
    began = None
    for gap in gaps:
        time.now += gap
        breaker.failed()
        began = began or time.now
    assert breaker.down_seconds == time.now - began if began else False
    breaker.succeeded()
    assert (breaker.down_seconds, breaker.pause_seconds) == (0, 0)


@given(st.floats(1, 3600))
def test_a_provider_that_says_how_long_is_left_alone_for_as_long(asked_for: float) -> None:
    time = Time()
    breaker = Breaker(time)
    for _ in range(FAILURES):
        breaker.failed(asked_for)
    assert breaker.pause_seconds == (time.now + asked_for) - time.now
    time.now += asked_for / 2
    assert not breaker.lets_through()
    time.now += asked_for
    assert breaker.lets_through()
    assert not breaker.lets_through()
