"""What a turn keeps is what the next one reads, through the real store: facts of every field, and memory."""

from __future__ import annotations

from datetime import date, time

from core.receptionist.facts import SCOPES
from core.receptionist.memory import KEY, Memory, Pending
from core.receptionist.when import Daytime, When, Window
from deskbell import CallNext, Fact, Learn, Remember, Settings, Stage, Turn
from tests.integration.engine.conftest import World

_WHEN = When(
    (
        Window((1, 3), hours=Daytime(time(16), start_strict=True)),
        Window(first=date(2026, 3, 9), last=date(2026, 3, 15), hours=Daytime(time(9, 30), time(12), about=True)),
    ),
    soon=True,
    words="Tues or so 🙂",
)
_MEMORY = Memory(
    greeted=True,
    pending=Pending("when", ("a", "b"), False, ("Botox",), _WHEN.to_json(), True, "hours", ("name",)),
    asked={"name": 2, "when": 1},
    missed=1,
    said=7,
    thanked=True,
    parted=True,
    errand=True,
)


async def test_facts_of_every_field_and_memory_come_back_as_they_were(world: World) -> None:
    seen: list[Turn] = []
    now = world.clock.now()
    learned = {
        name: Fact(name, _WHEN.to_json() if name == "when" else f"é{name}’🙂", 1, now, by, scope)
        for (name, scope), by in zip(SCOPES.items(), ("rule", "model", "staff") * 9, strict=False)
    }

    class Keeping(Stage[Settings]):
        name = "keeping"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            seen.append(turn)
            if len(seen) == 1:
                for fact in learned.values():
                    turn.add(Learn(fact))
                turn.add(Remember(KEY, _MEMORY.to_json()))

    world.use(Keeping)
    for text in ("one two", "two three"):
        await world.hear(text)
        await world.settle()
    assert seen[-1].known == learned
    assert When.from_json(seen[-1].known["when"].value) == _WHEN
    assert Memory.of(seen[-1].recall(KEY)) == _MEMORY
