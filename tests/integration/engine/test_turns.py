"""Turns that fail, timers, facts and requests: what is committed and what is not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prometheus_client import REGISTRY

from deskbell import (
    CallNext,
    CancelTimer,
    Fact,
    HandOver,
    Learn,
    MoveRequest,
    NotifyStaff,
    Remember,
    RequestStatus,
    SetTimer,
    Settings,
    Stage,
    TimerDue,
    Turn,
    Withhold,
)

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World


def doing(*steps: Any) -> type[Stage[Settings]]:
    """A stage whose n-th turn does the n-th step; a step is a list of effects, or an exception to raise."""
    todo = list(steps)

    class Does(Stage[Settings]):
        name = "does"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            step = todo.pop(0) if todo else []
            turn.say("words")
            if isinstance(step, Exception):
                raise step
            for effect in step(turn) if callable(step) else step:
                turn.add(effect)

    return Does


async def test_a_turn_that_fails_writes_nothing_and_is_run_again(world: World) -> None:
    world.use(doing(ValueError("first try"), []))
    await world.hear("hello there")
    await world.settle()
    assert world.sent == ["words"]
    assert await world.value("SELECT count(*) FROM turn") == 1


async def test_a_turn_that_keeps_failing_parks_its_events_and_tells_staff_without_a_text(world: World) -> None:
    world.use(doing(*[ValueError("secret words")] * 3, []))
    await world.hear("hello there")
    await world.settle()
    assert world.sent == []
    assert await world.value("SELECT parked FROM event")
    assert await world.value("SELECT kind FROM notice WHERE urgent") == "parked"
    assert "secret" not in str(await world.rows("SELECT trace FROM turn"))


async def test_a_parked_mailbox_is_free_for_the_next_text(world: World) -> None:
    world.use(doing(*[ValueError()] * 3, []))
    await world.hear("hello there")
    await world.settle()
    await world.hear("are you there")
    await world.settle()
    assert world.sent == ["words"]


async def test_a_stage_that_never_ends_is_cut_off(world: World) -> None:
    class Stuck(Stage[Settings]):
        name = "stuck"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            raise TimeoutError

    world.use(Stuck)
    await world.hear("hello there")
    await world.settle()
    assert await world.value("SELECT outcome FROM turn") == "parked"


async def test_facts_come_back_in_the_next_turn_with_their_evidence(world: World) -> None:
    now = world.clock.now()
    seen: list[dict[str, Fact]] = []

    def learn(turn: Turn) -> list[Any]:
        return [
            Learn(Fact("first_name", "Dana", 1, now, scope="identity")),
            Learn(Fact("service", "Botox", 1, now)),
        ]

    def look(turn: Turn) -> list[Any]:
        seen.append(turn.facts)
        return []

    world.use(doing(learn, look))
    for text in ("I am Dana", "hello again"):
        await world.hear(text)
        await world.settle()
    assert seen == [
        {
            "first_name": Fact("first_name", "Dana", 1, now, "rule", "identity"),
            "service": Fact("service", "Botox", 1, now, "rule", "request"),
        }
    ]


async def test_a_closed_request_takes_its_facts_along_and_identity_stays(world: World) -> None:
    now = world.clock.now()
    seen: list[Any] = []
    world.use(
        doing(
            [Learn(Fact("first_name", "Dana", 1, now, scope="identity")), Learn(Fact("service", "Botox", 1, now))],
            [MoveRequest(RequestStatus.CLOSED), Learn(Fact("service", "Filler", 2, now))],
            lambda turn: seen.append((turn.request, {name: fact.value for name, fact in turn.facts.items()})) or [],
        )
    )
    for text in ("one two", "two three", "three four"):
        await world.hear(text)
        await world.settle()
    assert seen == [(RequestStatus.COLLECTING, {"first_name": "Dana", "service": "Filler"})]
    assert [tuple(row) for row in await world.rows("SELECT number, status FROM request ORDER BY number")] == [
        (1, "closed"),
        (2, "collecting"),
    ]


async def test_memory_is_kept_and_none_forgets(world: World) -> None:
    seen: list[Any] = []
    world.use(
        doing(
            [Remember("asked", "name"), Remember("other", [1])],
            [Remember("asked", None)],
            lambda turn: seen.append(dict(turn.memory)) or [],
        )
    )
    for text in ("one two", "two three", "three four"):
        await world.hear(text)
        await world.settle()
    assert seen == [{"other": [1]}]


async def test_a_timer_comes_due_by_business_time_and_is_an_event_like_any_other(world: World) -> None:
    due = world.clock.now() + timedelta(days=30)
    seen: list[Any] = []
    world.use(doing([SetTimer("nudge", due, {"n": 1})], lambda turn: seen.extend(turn.events) or []))
    await world.hear("hello there")
    await world.settle()
    assert await world.engine.sweeper.fire_timers() == 0
    world.clock.set(due)
    assert await world.engine.sweeper.fire_timers() == 1
    assert await world.engine.sweeper.fire_timers() == 0
    await world.settle()
    assert [(event.name, event.data) for event in seen if isinstance(event, TimerDue)] == [("nudge", {"n": 1})]


async def test_a_timer_can_be_moved_and_cancelled(world: World) -> None:
    soon, later = (world.clock.now() + timedelta(hours=hours) for hours in (1, 2))
    world.use(doing([SetTimer("a", soon), SetTimer("b", soon)], [SetTimer("a", later), CancelTimer("b")]))
    for text in ("one two", "two three"):
        await world.hear(text)
        await world.settle()
    assert [tuple(row) for row in await world.rows("SELECT name, due_at FROM timer")] == [("a", later)]


async def test_a_hand_over_lets_the_turns_own_text_out_and_then_makes_staff_the_owner(world: World) -> None:
    world.use(doing([HandOver("asked for a person")]))
    await world.hear("can I talk to someone")
    await world.settle()
    assert world.sent == ["words"]
    assert await world.value("SELECT owner FROM conversation") == "staff"


async def test_withheld_words_are_marked_and_notices_written(world: World) -> None:
    world.use(doing([Withhold(1, "health"), NotifyStaff("lead", "Dana, Botox")]))
    await world.hear("hello there")
    await world.settle()
    assert await world.value("SELECT withheld FROM event") == "health"
    assert await world.value("SELECT summary FROM notice") == "Dana, Botox"


async def test_the_trace_tells_stages_decisions_and_effects_but_no_words(world: World) -> None:
    world.use(doing(lambda turn: turn.note("thought", about="service") or []))
    await world.hear("my private words")
    await world.settle()
    trace = await world.value("SELECT trace FROM turn")
    assert [name for name, _ in trace["stages"]] == ["does"]
    assert trace["decisions"] == [{"stage": "does", "decision": "thought", "details": {"about": "service"}}]
    assert trace["effects"] == ["Say reply by does"]
    assert "private" not in str(trace)


async def test_a_text_that_broke_a_rule_is_counted_by_the_rule_and_by_who_wrote_it(world: World) -> None:
    def counted() -> float:
        name, labels = "deskbell_blocked_texts_total", {"rule": "price", "by": "assistant"}
        samples = [one for family in REGISTRY.collect() for one in family.samples]
        return sum(one.value for one in samples if one.name == name and labels.items() <= one.labels.items())

    before = counted()
    world.use(doing(lambda turn: turn.note("blocked", rule="price", by="assistant") or []))
    await world.hear("how much?")
    await world.settle()
    assert counted() == before + 1
