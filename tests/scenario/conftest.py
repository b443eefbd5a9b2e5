"""A real engine on a real database, moved step by step: the ground of the storm and fence tests.

Work runs as hands. A hand goes on until it stands at a stop (inside a turn's pipeline, or at the carrier's door) or
is done, and moves again only when the test lets it: every interleaving is the test's, and none is luck.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any, ClassVar

import pytest

from core.config.catalogue import new_manager
from core.config.schema import Burst, Sending, Turns
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.observers import ObserverCalls
from core.store.database import Database
from core.store.rehearsal import empty
from deskbell import (
    CallNext,
    CannotTell,
    Channel,
    ChannelConfig,
    DeliveryStatus,
    DeliveryUpdate,
    InboundText,
    ManualClock,
    OptedOut,
    OutboundText,
    OutcomeUnknown,
    ProviderContext,
    RetryLater,
    SendReceipt,
    Settings,
    Stage,
    StageContext,
    Turn,
    Undeliverable,
)
from tests.conftest import CLINIC, bare_plan

NUMBER = "+12125550142"
PATIENT = "+12125550111"

# ---- hands and their stops ---------------------------------------------------------------------------------------

_mine: ContextVar[Hand | None] = ContextVar("hand", default=None)


@dataclass(eq=False, repr=False)
class Hand:
    """One piece of work under way."""

    task: asyncio.Task[Any] = field(init=False)
    #: Where it stands, "" while it moves.
    at: str = ""
    #: What it has there: the turn, or the text at the carrier's door.
    holding: Any = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _leave: asyncio.Future[str] | None = None

    async def move(self) -> None:
        """Waits until it stands at a stop or is done."""
        arrived = asyncio.create_task(self._arrived.wait())
        await asyncio.wait({self.task, arrived}, return_when=asyncio.FIRST_COMPLETED)
        arrived.cancel()

    async def stop(self, at: str, holding: Any) -> str:
        self._leave = asyncio.get_running_loop().create_future()
        self.at, self.holding = at, holding
        self._arrived.set()
        try:
            return await self._leave
        finally:
            self.at, self.holding = "", None

    async def let_go(self, how: str) -> None:
        """Lets it leave its stop, and waits for where it comes to next."""
        assert self._leave is not None
        self._arrived.clear()
        self._leave.set_result(how)
        await self.move()

    async def die(self) -> None:
        """Its process is gone."""
        self.task.cancel()
        await asyncio.wait({self.task})


async def stop(at: str, holding: Any, otherwise: str) -> str:
    """A stop of the hand that comes here; work that is no hand's passes it as `otherwise` says."""
    hand = _mine.get()
    return await hand.stop(at, holding) if hand else otherwise


class Pause(Stage[Settings]):
    """A turn stands here before the stages inside have seen it; let go with "fail", it breaks."""

    name = "pause"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        if await stop("turn", turn, "pass") == "fail":
            raise ValueError("the stage broke")
        await call_next()


class Echo(Stage[Settings]):
    """Answers with what it heard, so that an answer shows which texts it covers."""

    name = "echo"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        if turn.texts:
            turn.say("+".join(text.text for text in turn.texts))


class Wire(Channel[ChannelConfig]):
    """A carrier that takes every text at once. Where it `asks`, it does with a text what the test lets it do:

    "take"; "lost": taken, but its answer is lost; "vanish": not taken, and no answer; "later"; "refuse"; "block".
    """

    name = "wire"
    Config: ClassVar[type[Any]] = ChannelConfig
    asks = False
    #: Whether it can be asked what became of a text.
    tells = False

    def __init__(self, config: ChannelConfig, context: ProviderContext) -> None:
        super().__init__(config, context)
        self.taken: list[OutboundText] = []
        #: Looks at each text as it is handed over, taken or not.
        self.witness: Callable[[OutboundText], Awaitable[None]] | None = None

    @property
    def address(self) -> str:
        return NUMBER

    async def send(self, text: OutboundText) -> SendReceipt:
        if self.witness:
            await self.witness(text)
        how = await stop("carrier", text, "take") if self.asks else "take"
        if how in ("take", "lost"):
            self.taken.append(text)
        match how:
            case "take":
                return SendReceipt(f"m-{text.id}", DeliveryStatus.QUEUED, 1)
            case "later":
                raise RetryLater(code="429")
            case "refuse":
                raise Undeliverable(code="40310")
            case "block":
                raise OptedOut(code="40300")
            case _:
                raise OutcomeUnknown()

    async def look_up(self, text: OutboundText) -> SendReceipt | None:
        if not self.tells:
            raise CannotTell
        taken = any(one.id == text.id for one in self.taken)
        return SendReceipt(f"m-{text.id}") if taken else None


# ---- the desk ----------------------------------------------------------------------------------------------------


@dataclass(repr=False)
class Desk:
    """A clinic, its carrier, and the work that goes on."""

    Pause: ClassVar = Pause
    Echo: ClassVar = Echo

    database: Database
    engine: Engine
    clock: ManualClock
    wire: Wire
    live: LiveClinic
    hands: list[Hand] = field(default_factory=list)
    heard: int = 0

    def use(self, *stages: type[Stage[Any]]) -> None:
        """Serves the clinic with these stages from now on."""
        pipeline = Pipeline([stage(stage.Config(), StageContext(CLINIC)) for stage in stages])
        self.live = LiveClinic(self.live.plan, self.live.channels, None, pipeline)
        self.engine.directory.swap({CLINIC.id: self.live})

    async def hear(self, text: str, sender: str = PATIENT, *, text_id: str | None = None) -> None:
        """A text arrives and is stored."""
        self.heard += 1
        event = InboundText(text_id or f"in{self.heard}", sender, NUMBER, text, self.clock.now())
        await self.engine.intake.accept(self.live, self.wire, [event])

    async def receipt(self, text: OutboundText) -> None:
        """The carrier says that it delivered a text."""
        update = DeliveryUpdate(f"m-{text.id}", DeliveryStatus.DELIVERED, self.clock.now(), text_id=text.id)
        await self.engine.intake.accept(self.live, self.wire, [update])

    async def begin(self, work: Coroutine[Any, Any, Any]) -> Hand:
        """Starts a piece of work and waits for its first stop."""
        hand = Hand()
        token = _mine.set(hand)
        try:
            hand.task = asyncio.create_task(work)
        finally:
            _mine.reset(token)
        self.hands.append(hand)
        await hand.move()
        return hand

    def standing(self, at: str) -> list[Hand]:
        """The hands at a stop of this name, oldest first."""
        return [hand for hand in self.hands if hand.at == at]

    async def rows(self, sql: str, *arguments: Any) -> Sequence[Any]:
        async with self.database.connection() as connection:
            return list(await connection.fetch(sql, *arguments))

    async def value(self, sql: str, *arguments: Any) -> Any:
        async with self.database.connection() as connection:
            return await connection.fetchval(sql, *arguments)

    async def clear(self, *, tells: bool = False) -> None:
        """As on the first day: for properties, whose examples share a database."""
        for hand in self.hands:
            if not hand.task.done():
                await hand.die()
        self.hands.clear()
        self.wire.taken.clear()
        self.wire.tells = tells
        async with self.database.connection() as connection:
            await empty(connection)


@pytest.fixture
async def desk(database: Database, clock: ManualClock) -> AsyncIterator[Desk]:
    """A desk with the stages pause and echo, no burst window, and patience with its carrier."""
    engine = Engine(database, clock, ObserverCalls(new_manager()), wall=clock, random=Random(7))
    wire = Wire(ChannelConfig(), ProviderContext("harbor", "harbor-main", "http://127.0.0.1/webhooks/wire/harbor-main"))
    plan = replace(
        bare_plan(),
        burst=Burst.model_validate({"fragment": "0s", "text": "0s", "question": "0s", "cap": "0s"}),
        turns=Turns.model_validate({"deadline": "30s", "attempts": 3}),
        sending=Sending.model_validate(
            {
                "attempts": 100,
                "max_age": "9000h",
                "first_retry": "2s",
                "longest_retry": "1m",
                "unknown_after": "1m",
                "failover": "same_number",
                "failover_after": "30s",
            }
        ),
    )
    desk = Desk(database, engine, clock, wire, LiveClinic(plan, {"harbor-main": wire}, None, Pipeline([])))
    desk.use(Pause, Echo)
    yield desk
    await desk.clear()
    await engine.stop(timedelta(seconds=1))
