"""The kit itself: its tests cannot be left out, and each catches what it is there for."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from deskbell import CallNext, NotForMe, OutcomeUnknown, RawRequest, Settings, Stage, Turn
from deskbell.testing import Answer, Discretion, LoopWatch, ProviderServer, StageContract
from deskbell.testing.contract import Contract, contract_tests
from deskbell.testing.stage import MARK

pytest_plugins = ["pytester"]


class Mirror(Stage[Settings]):
    name = "mirror"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        await call_next()
        turn.note("mirrored", texts=len(turn.texts))


class TestMirror(StageContract):
    """A blameless stage passes."""

    stage = Mirror


# ---- nothing can be left out -----------------------------------------------------------------------------------


def test_a_contract_test_cannot_be_replaced() -> None:
    with pytest.raises(TypeError, match="xfails"):

        class Silenced(TestMirror):
            async def test_it_goes_inward_at_most_once(self) -> None: ...


def test_a_contract_test_cannot_be_deleted_or_hidden_by_a_class_in_between() -> None:
    class Hiding:
        test_it_goes_inward_at_most_once = None

    with pytest.raises(TypeError, match="test_it_goes_inward_at_most_once"):

        class Deleted(Hiding, TestMirror): ...


def test_an_expected_failure_needs_the_name_of_a_test_and_a_reason() -> None:
    with pytest.raises(TypeError, match="Did you mean 'test_it_goes_inward_at_most_once'"):

        class Misspelt(StageContract):
            xfails = {"test_it_goes_inwards_at_most_once": "a reason"}

    with pytest.raises(TypeError, match="reason"):

        class Wordless(StageContract):
            xfails = {"test_it_goes_inward_at_most_once": " "}


def test_an_expected_failure_is_run_reported_and_must_go_when_it_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from deskbell import Settings, Stage
        from deskbell.testing import StageContract

        class Twice(Stage[Settings]):
            name = "twice"
            async def __call__(self, turn, call_next):
                await call_next()
                await call_next()

        class TestTwice(StageContract):
            stage = Twice
            xfails = {"test_it_goes_inward_at_most_once": "it goes in twice"}

        class TestRepaired(StageContract):
            stage = Twice
            xfails = {
                "test_it_goes_inward_at_most_once": "it goes in twice",
                "test_it_asks_no_network": "an entry that nobody took out",
            }
        """
    )
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    outcome = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    tests = len(contract_tests(TestMirror))
    outcome.assert_outcomes(passed=2 * tests - 3, xfailed=2, failed=1)


def test_a_hidden_contract_test_fails_the_collection(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from deskbell.testing import StageContract

        class TestNothing(StageContract):
            test_it_asks_no_network = None
        """
    )
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(errors=1)


# ---- each stage test catches its kind --------------------------------------------------------------------------


async def goes_in_twice(turn: Turn, call_next: CallNext) -> None:
    await call_next()
    await call_next()


async def changes_what_is_known(turn: Turn, call_next: CallNext) -> None:
    turn.known.clear()  # type: ignore[attr-defined]
    turn.memory["seen"] = True  # type: ignore[index]


async def drops_events(turn: Turn, call_next: CallNext) -> None:
    turn.events = turn.events[1:]


async def stores_the_unstorable(turn: Turn, call_next: CallNext) -> None:
    turn.note("odd", value=object())


async def tells_the_trace(turn: Turn, call_next: CallNext) -> None:
    turn.note("heard", words=[text.text for text in turn.texts])


async def asks_the_clock(turn: Turn, call_next: CallNext) -> None:
    turn.note("timed", at=time.perf_counter_ns())


async def asks_the_network(turn: Turn, call_next: CallNext) -> None:
    await asyncio.gather(asyncio.open_connection("127.0.0.1", 9), return_exceptions=True)


async def holds_up_the_loop(turn: Turn, call_next: CallNext) -> None:
    time.sleep(0.3)  # noqa: ASYNC251 (what the test is about)


async def swallows_the_cancellation(turn: Turn, call_next: CallNext) -> None:
    await asyncio.gather(asyncio.ensure_future(call_next()), return_exceptions=True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fault", "test"),
    [
        (goes_in_twice, StageContract.test_it_goes_inward_at_most_once),
        (changes_what_is_known, StageContract.test_it_only_reads_what_was_true_before),
        (drops_events, StageContract.test_it_only_reads_what_was_true_before),
        (stores_the_unstorable, StageContract.test_its_effects_and_notes_can_be_stored),
        (tells_the_trace, StageContract.test_no_word_of_the_patients_stands_in_a_note),
        (asks_the_clock, StageContract.test_the_same_turn_has_the_same_outcome),
        (holds_up_the_loop, StageContract.test_it_does_not_hold_up_the_event_loop),
        (swallows_the_cancellation, StageContract.test_it_lets_a_cancelled_turn_go),
    ],
)
async def test_a_faulty_stage_fails_the_test_that_is_there_for_it(
    fault: Callable[[Turn, CallNext], Awaitable[None]], test: Callable[[Any], Awaitable[None]]
) -> None:
    with pytest.raises((AssertionError, TypeError)):
        await test(_contract(fault))


async def test_a_stage_that_asks_the_network_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(AssertionError):
        await _contract(asks_the_network).test_it_asks_no_network(monkeypatch)


async def test_a_stage_that_keeps_state_between_conversations_is_caught() -> None:
    class Counting(Mirror):
        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            self.last = turn
            await call_next()
            turn.note("finished", own=self.last is turn)

    class Careless(StageContract):
        stage = Counting

    with pytest.raises(AssertionError):
        await Careless().test_one_instance_serves_many_conversations_at_once()


def _contract(run: Callable[[Turn, CallNext], Awaitable[None]]) -> StageContract:
    class Faulty(Mirror):
        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            await run(turn, call_next)

    class Careless(StageContract):
        stage = Faulty

    return Careless()


# ---- the instruments -------------------------------------------------------------------------------------------


async def test_the_loop_watch_sees_a_hold_up_and_no_waiting() -> None:
    async with LoopWatch() as waiting:
        await asyncio.sleep(0.1)
    async with LoopWatch() as holding:
        time.sleep(0.2)  # noqa: ASYNC251 (what the test is about)
    assert waiting.longest < 0.1 < holding.longest


def test_discretion_finds_words_in_logs_and_in_what_hangs_on_an_error() -> None:
    with Discretion([MARK]) as discretion:
        logging.getLogger("some.sdk").debug("sending %s", {"text": f"Hi {MARK}"})
        with discretion.errors():
            try:
                raise ValueError(f"cannot send {MARK}")
            except ValueError:
                raise OutcomeUnknown from None
    assert len(discretion.breaches) == 2


def test_discretion_is_content_with_errors_that_say_nothing() -> None:
    with Discretion([MARK]) as discretion, discretion.errors():
        raise NotForMe
    assert discretion.breaches == []


async def test_the_provider_server_answers_from_its_script_and_then_otherwise(
    provider_server: ProviderServer,
) -> None:
    httpx = pytest.importorskip("httpx")
    provider_server.script(Answer(201, {"id": 1}), lambda call: Answer(200, call.path))
    async with httpx.AsyncClient(base_url=provider_server.url) as client:
        answers = [await client.post("/a", json={"words": "é"}) for _ in range(3)]
    assert [(answer.status_code, answer.text) for answer in answers[:2]] == [(201, '{"id": 1}'), (200, "/a")]
    assert answers[2].status_code == 500
    assert provider_server.calls[0].json == {"words": "é"}


def test_contracts_of_other_kinds_have_the_same_ground() -> None:
    assert contract_tests(type("Own", (Contract,), {"test_something": lambda self: None})) == {}
    assert RawRequest("POST", "u", {}, b"secret").body not in repr(RawRequest("POST", "u", {}, b"secret")).encode()
