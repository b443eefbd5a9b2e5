"""A real engine on a real database, with a carrier that the test scripts and a business clock that it moves."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

import pytest

from core.config.catalogue import new_manager
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.engine.steps import OnStep, pass_by
from core.engine.traffic import TrafficCounter
from core.observers import ObserverCalls
from core.store.database import Database
from deskbell import (
    CallNext,
    Channel,
    ChannelConfig,
    DeliveryStatus,
    DeliveryUpdate,
    History,
    InboundText,
    ManualClock,
    OutboundText,
    ProviderContext,
    SendReceipt,
    Settings,
    Stage,
    StageContext,
    Turn,
)
from tests.conftest import CLINIC, bare_plan

NUMBER = "+12125550142"
PATIENT = "+12125550111"


class Wire(Channel[ChannelConfig]):
    """A carrier that keeps what it was handed. `script` holds what it does next; empty, it takes everything."""

    name = "wire"
    Config: ClassVar[type[Any]] = ChannelConfig
    looks_up = False

    def __init__(self, config: ChannelConfig, context: ProviderContext) -> None:
        super().__init__(config, context)
        self.taken: list[OutboundText] = []
        self.script: deque[Exception | None] = deque()
        self.looked_up: list[str] = []

    @property
    def address(self) -> str:
        return NUMBER

    async def send(self, text: OutboundText) -> SendReceipt:
        act = self.script.popleft() if self.script else None
        if act is not None:
            raise act
        self.taken.append(text)
        return SendReceipt(f"m{len(self.taken)}", DeliveryStatus.QUEUED, 1)

    async def look_up(self, text: OutboundText) -> SendReceipt | None:
        """By words and time, as a carrier without idempotency keys does."""
        self.looked_up.append(text.id)
        if not self.looks_up or text.first_attempt_at is None:
            return await super().look_up(text)
        same = [
            f"m{place}"
            for place, taken in enumerate(self.taken, start=1)
            if (taken.to, taken.text) == (text.to, text.text)
        ]
        return next((SendReceipt(name) for name in reversed(same) if name not in text.others), None)


class Echo(Stage[Settings]):
    """Answers every turn with what it heard, so that a test sees which texts one answer covers."""

    name = "echo"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        if turn.texts and not turn.contact.opted_out:
            turn.say("+".join(text.text for text in turn.texts))


@dataclass
class World:
    """What a test holds in its hands."""

    database: Database
    engine: Engine
    clock: ManualClock
    wire: Wire
    live: LiveClinic
    heard: int = 0
    errors: list[BaseException] = field(default_factory=list)

    def use(self, *stages: type[Stage[Any]]) -> None:
        """Serves the clinic with these stages from now on."""
        counter = TrafficCounter(self.database)
        context = StageContext(CLINIC, transcript=self.engine.windows.before, traffic=counter)
        pipeline = Pipeline([stage(stage.Config(), context) for stage in stages])
        self.live = LiveClinic(self.live.plan, self.live.channels, None, pipeline)
        self.engine.directory.swap({CLINIC.id: self.live})

    async def hear(self, text: str, sender: str = PATIENT, *, text_id: str | None = None) -> None:
        """A text arrives and is stored."""
        self.heard += 1
        event = InboundText(text_id or f"in{self.heard}", sender, NUMBER, text, self.clock.now())
        await self.engine.intake.accept(self.live, self.wire, [event])

    async def receipt(self, update: DeliveryUpdate) -> None:
        await self.engine.intake.accept(self.live, self.wire, [update])

    async def settle(self) -> None:
        """Lets time pass until every mailbox is empty, as the queue would: each wake when its burst is over."""
        while rows := await self.rows(
            "SELECT clinic, id, settles_at FROM conversation WHERE arrived > handled ORDER BY settles_at, id"
        ):
            clinic, conversation, settles_at = rows[0]
            if settles_at > self.clock.now():
                self.clock.set(settles_at)
            attempts = 0
            while (again := await self.engine.turns.handle(clinic, conversation, attempts)) is not None:
                self.clock.advance(again.total_seconds())
                attempts += 1

    async def rows(self, sql: str, *arguments: Any) -> Sequence[Any]:
        async with self.database.connection() as connection:
            return list(await connection.fetch(sql, *arguments))

    async def value(self, sql: str, *arguments: Any) -> Any:
        async with self.database.connection() as connection:
            return await connection.fetchval(sql, *arguments)

    @property
    def sent(self) -> list[str]:
        return [text.text for text in self.wire.taken]


def make_world(
    database: Database, clock: ManualClock, on_step: OnStep = pass_by, history: History[Any] | None = None
) -> World:
    observers = ObserverCalls(new_manager())
    engine = Engine(database, clock, observers, wall=clock, random=Random(7), history=history, on_step=on_step)
    wire = Wire(ChannelConfig(), ProviderContext("harbor", "harbor-main", "http://127.0.0.1/webhooks/wire/harbor-main"))
    live = LiveClinic(bare_plan(), {"harbor-main": wire}, None, Pipeline([]))
    world = World(database, engine, clock, wire, live)
    world.use(Echo)
    return world


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> AsyncIterator[World]:
    made = make_world(database, clock)
    yield made
    await made.engine.stop(timedelta(seconds=1))
