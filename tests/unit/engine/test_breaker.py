"""The circuit breaker: what keeps failing is left alone, and tried with one call at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.engine.breaker import Breaker

NOON = datetime(2026, 3, 3, 17, tzinfo=UTC)
LONGEST = timedelta(minutes=5)


def opened(now: datetime = NOON) -> Breaker:
    breaker = Breaker()
    for text in ("a", "b", "c"):
        assert breaker.enter(now) is None
        breaker.failed(text, now)
    return breaker


def test_one_text_that_fails_again_and_again_says_nothing_of_the_others() -> None:
    breaker = Breaker()
    for _ in range(20):
        assert breaker.enter(NOON) is None
        breaker.failed("the same", NOON)
    assert not breaker.is_open


def test_several_texts_in_a_row_open_it_and_a_success_between_them_does_not() -> None:
    assert opened().is_open
    breaker = Breaker()
    for text in ("a", "b", "c", "d"):
        breaker.failed(text, NOON)
        breaker.succeeded()
    assert not breaker.is_open


def test_after_its_pause_one_call_tries_and_the_others_wait_for_what_comes_of_it() -> None:
    breaker = opened()
    again = breaker.enter(NOON)
    assert again is not None
    assert again > NOON
    assert breaker.enter(again) is None
    assert breaker.enter(again) is not None
    breaker.succeeded()
    assert not breaker.is_open
    assert breaker.enter(again) is None


def test_a_probe_that_fails_doubles_the_pause_up_to_a_limit() -> None:
    breaker, now, pauses = opened(), NOON, []
    for _ in range(10):
        again = breaker.enter(now)
        assert again is not None
        pauses.append(again - now)
        assert breaker.enter(again) is None
        breaker.failed("probe", again)
        now = again
    assert pauses == sorted(pauses)
    assert pauses[1] == 2 * pauses[0]
    assert pauses[-1] == LONGEST


def test_a_probe_of_which_nobody_hears_does_not_keep_it_open_for_ever() -> None:
    breaker = opened()
    again = breaker.enter(NOON)
    assert again is not None
    assert breaker.enter(again) is None
    later = breaker.enter(again)
    assert later is not None
    assert breaker.enter(later) is None


def test_a_call_that_was_not_made_is_no_probe() -> None:
    breaker = opened()
    again = breaker.enter(NOON)
    assert again is not None
    assert breaker.enter(again) is None
    breaker.let_be()
    assert breaker.enter(again) is None


@given(
    st.lists(st.tuples(st.sampled_from(["enter", "failed", "succeeded", "let be"]), st.integers(0, 400)), max_size=60)
)
def test_whatever_happens_nobody_waits_longer_than_the_longest_pause_and_a_success_closes_it(
    steps: list[tuple[str, int]],
) -> None:
    breaker, now = Breaker(), NOON
    for number, (what, seconds) in enumerate(steps):
        now += timedelta(seconds=seconds)
        match what:
            case "enter":
                wait = breaker.enter(now)
                assert wait is None or now < wait <= now + LONGEST
            case "failed":
                breaker.failed(str(number), now)
            case "succeeded":
                breaker.succeeded()
                assert breaker.enter(now) is None
            case "let be":
                breaker.let_be()
