"""What turns are shown of their conversation: always what PostgreSQL says, whatever is kept near at hand."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import structlog
from pydantic import SecretStr

from core import metrics
from core.engine.history import PostgresHistory, Windows
from core.store.database import Database
from deskbell import (
    CallNext,
    History,
    HistoryConfig,
    Line,
    ManualClock,
    Page,
    ProviderContext,
    RecordConsent,
    Settings,
    Stage,
    StageContext,
    Turn,
    Undeliverable,
    Withhold,
)
from plugins.history.redis import RedisHistory, RedisHistoryConfig
from tests.integration.engine.conftest import make_world
from tests.redis_server import RedisServer, _redis, needs_redis, redis_server  # noqa: F401 - fixtures

if TYPE_CHECKING:
    from tests.integration.engine.conftest import World

LIMIT = 6


class Reader(Stage[Settings]):
    """Reads its history and answers; withholds texts that speak of blood, and opts out who says so."""

    name = "reader"
    seen: ClassVar[list[tuple[Turn, Sequence[Line]]]] = []

    def __init__(self, config: Settings, context: StageContext) -> None:
        super().__init__(config, context)
        self.seen.clear()

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        for text in turn.texts:
            if "blood" in text.text:
                turn.add(Withhold(text.seq, "health", shown="I would like Botox."))
        if turn.texts:
            self.seen.append((turn, await self.context.transcript(turn, LIMIT)))
            if turn.texts[-1].text != "no answer please":
                turn.say(f"answer {turn.texts[-1].seq}")
        if any(text.text == "stop" for text in turn.texts):
            turn.add(RecordConsent(True, turn.texts[-1].seq, "keyword"))


def told(world: World) -> list[str]:
    """The words of the last window that a turn was shown."""
    return [line.text for line in Reader.seen[-1][1]]


async def settle(world: World) -> None:
    await world.settle()
    await asyncio.gather(*world.engine._watching)


def near(url: str, deadline: float = 5) -> RedisHistory:
    config = RedisHistoryConfig(url=SecretStr(url), deadline_seconds=deadline)
    return RedisHistory(config, ProviderContext("", "history"))


@pytest.fixture(params=["postgres", pytest.param("redis", marks=needs_redis)])
async def talk(request: pytest.FixtureRequest, database: Database, clock: ManualClock) -> AsyncIterator[World]:
    """A world whose one stage reads its history, with Redis and without."""
    history = None
    if request.param == "redis":
        history = near(request.getfixturevalue("redis_server").url)
        await history.open()
    world = make_world(database, clock, history=history)
    world.use(Reader)
    yield world
    await world.engine.stop()
    if history:
        await history.close()


@pytest.fixture
async def redis_talk(
    redis_server: RedisServer,  # noqa: F811 - the fixture
    database: Database,
    clock: ManualClock,
) -> AsyncIterator[World]:
    history = near(redis_server.url)
    await history.open()
    world = make_world(database, clock, history=history)
    world.use(Reader)
    yield world
    await world.engine.stop()
    await history.close()


def count(outcome: str) -> float:
    return metrics.history_windows.labels("redis", outcome)._value.get()


async def test_a_turn_sees_what_was_said_before_it_and_none_of_its_own_texts(talk: World) -> None:
    await talk.hear("one of mine")
    await settle(talk)
    assert told(talk) == []
    await talk.hear("two of mine")
    await talk.hear("and three")
    await settle(talk)
    assert told(talk) == ["one of mine", "answer 1"]


async def test_withheld_words_never_come_back_and_what_may_be_shown_of_them_does(talk: World) -> None:
    await talk.hear("there is blood and I would like Botox")
    await settle(talk)
    await talk.hear("hello again there")
    await settle(talk)
    assert told(talk) == ["I would like Botox.", "answer 1"]
    assert [line.withheld for line in Reader.seen[-1][1]] == [True, False]


async def test_what_staff_write_between_two_turns_is_seen_by_the_next(talk: World) -> None:
    await talk.hear("one of mine")
    await settle(talk)
    conversation = await talk.value("SELECT id FROM conversation")
    await talk.engine.takeover.reply("harbor", conversation, "rosa", "Rosa here")
    await settle(talk)
    await talk.engine.takeover.release("harbor", conversation, "rosa")
    await settle(talk)
    await talk.hear("thank you Rosa")
    await settle(talk)
    assert told(talk) == ["one of mine", "answer 1", "Rosa here"]


async def test_what_staff_write_while_a_turn_runs_is_seen_by_the_next(talk: World) -> None:
    class Interrupted(Reader):
        name = "interrupted"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            await super().__call__(turn, call_next)
            if turn.texts and turn.texts[0].seq == 1:
                await talk.engine.takeover.reply("harbor", turn.conversation, "rosa", "Rosa here")

    talk.use(Interrupted)
    await talk.hear("no answer please")
    talk.clock.advance(60)
    await talk.engine.turns.handle("harbor", await talk.value("SELECT id FROM conversation"), 0)
    await asyncio.gather(*talk.engine._watching)
    await settle(talk)
    await talk.hear("thank you Rosa")
    await settle(talk)
    assert "Rosa here" in told(talk)


async def test_a_text_that_never_left_is_taken_out_again(talk: World) -> None:
    talk.wire.script.append(Undeliverable(code="40310"))
    await talk.hear("one of mine")
    await settle(talk)
    await talk.hear("two of mine")
    await settle(talk)
    assert told(talk) == ["one of mine"]


@needs_redis
async def test_the_second_turn_reads_no_transcript_from_postgres(redis_talk: World) -> None:
    for text in ("one of mine", "two of mine", "three of mine"):
        await redis_talk.hear(text)
        await settle(redis_talk)
        before = count("hit"), count("miss")
    await redis_talk.hear("four of mine")
    await settle(redis_talk)
    assert (count("hit"), count("miss")) == (before[0] + 1, before[1])
    assert told(redis_talk) == ["one of mine", "answer 1", "two of mine", "answer 2", "three of mine", "answer 3"]


@needs_redis
async def test_a_window_forgets_itself_and_holds_no_withheld_word_and_no_number(
    redis_talk: World,
    redis_server: RedisServer,  # noqa: F811 - the fixture
) -> None:
    from redis.asyncio import Redis

    await redis_talk.hear("there is blood and I would like Botox")
    await settle(redis_talk)
    async with Redis.from_url(redis_server.url) as redis:
        conversation = await redis_talk.value("SELECT id FROM conversation")
        key = f"deskbell:history:harbor:{conversation}"
        assert 0 < await redis.ttl(key) <= 6 * 3600
        kept = (await redis.get(key)).decode()
    assert "Botox" in kept
    assert "blood" not in kept
    assert "1555" not in kept
    assert "+1" not in kept


@needs_redis
async def test_a_flushed_redis_is_filled_again(
    redis_talk: World,
    redis_server: RedisServer,  # noqa: F811 - the fixture
) -> None:
    from redis.asyncio import Redis

    await redis_talk.hear("one of mine")
    await settle(redis_talk)
    async with Redis.from_url(redis_server.url) as redis:
        await redis.flushall()
    await redis_talk.hear("two of mine")
    await settle(redis_talk)
    assert told(redis_talk) == ["one of mine", "answer 1"]
    hits = count("hit")
    await redis_talk.hear("three of mine")
    await settle(redis_talk)
    assert count("hit") == hits + 1


@needs_redis
async def test_what_stands_under_our_key_and_is_not_ours_is_not_read(
    redis_talk: World,
    redis_server: RedisServer,  # noqa: F811 - the fixture
) -> None:
    from redis.asyncio import Redis

    await redis_talk.hear("one of mine")
    await settle(redis_talk)
    conversation = await redis_talk.value("SELECT id FROM conversation")
    edition = str(await redis_talk.value("SELECT edition FROM conversation"))
    lines = [["2026-03-02T15:00:00+00:00", "oracle", "believe me", False]]
    async with Redis.from_url(redis_server.url) as redis:
        for foreign in ("{", "[]", "null", json.dumps([1, edition, 6, lines]), json.dumps([2, edition, 6, []])):
            await redis.set(f"deskbell:history:harbor:{conversation}", foreign)
            await redis_talk.hear("what did I say")
            await settle(redis_talk)
            assert "one of mine" in told(redis_talk)
            edition = str(await redis_talk.value("SELECT edition FROM conversation"))
            Reader.seen.clear()
            await redis_talk.rows("DELETE FROM event WHERE seq > 1")
            await redis_talk.rows("DELETE FROM outbox WHERE text <> 'answer 1'")


@needs_redis
@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_redis_and_postgres_tell_the_same(
    redis_talk: World,
    redis_server: RedisServer,  # noqa: F811 - the fixture
    seed: int,
) -> None:
    random, truth = Random(seed), PostgresHistory(redis_talk.database)
    compared = 0

    class Compared(Reader):
        name = "compared"

        async def __call__(self, turn: Turn, call_next: CallNext) -> None:
            nonlocal compared
            await super().__call__(turn, call_next)
            if turn.texts:
                page = Page("harbor", turn.conversation, turn.edition)
                assert list(self.seen[-1][1]) == list(await truth.window(page, LIMIT))
                compared += 1

    redis_talk.use(Compared)
    hits = count("hit")
    for step in range(40):
        conversation = await redis_talk.value("SELECT id FROM conversation ORDER BY random() LIMIT 1")
        match random.choice(["text", "text", "text", "blood", "refused", "staff", "release", "flush"]):
            case "text" | "blood" as word:
                await redis_talk.hear(f"{word} number {step}", random.choice(["+12125550111", "+12125550112"]))
            case "refused":
                redis_talk.wire.script.append(Undeliverable(code="40310"))
            case "staff" if conversation:
                await redis_talk.engine.takeover.reply("harbor", conversation, "rosa", f"Rosa {step}")
            case "release" if conversation:
                await redis_talk.engine.takeover.release("harbor", conversation, "rosa")
            case "flush" if step % 3 == 0:
                from redis.asyncio import Redis

                async with Redis.from_url(redis_server.url) as redis:
                    await redis.flushall()
        redis_talk.clock.advance(random.choice([1, 60]))
        if random.random() < 0.7:
            await settle(redis_talk)
    await settle(redis_talk)
    assert compared >= 10
    assert count("hit") > hits


# ---- a history that is away --------------------------------------------------------------------------------------


@pytest.fixture
def lines() -> list[str]:
    return []


@needs_redis
async def test_a_redis_that_goes_away_and_comes_back_costs_no_line_and_is_told_once(
    redis_talk: World,
    redis_server: RedisServer,  # noqa: F811 - the fixture
) -> None:
    now = 0.0
    windows = Windows(redis_talk.database, redis_talk.engine.windows._near, time=lambda: now)
    redis_talk.engine.windows = windows
    redis_talk.use(Reader)
    await redis_talk.hear("one of mine")
    await settle(redis_talk)
    redis_server.stop()
    with structlog.testing.capture_logs() as logs:
        for text in ("two of mine", "three of mine"):
            now += 6
            await redis_talk.hear(text)
            await settle(redis_talk)
    assert told(redis_talk) == ["one of mine", "answer 1", "two of mine", "answer 2"]
    assert [(log["event"], log["history"]) for log in logs if "history" in log] == [("history away", "redis")]
    redis_server.start()
    with structlog.testing.capture_logs() as logs:
        now += 6
        await redis_talk.hear("four of mine")
        await settle(redis_talk)
    assert told(redis_talk)[-2:] == ["three of mine", "answer 3"]
    assert [log["event"] for log in logs if "history" in log] == ["history back"]


async def test_a_redis_that_takes_the_call_and_never_answers_is_left_alone_after_one_deadline(
    database: Database, clock: ManualClock
) -> None:
    silent = socket.create_server(("127.0.0.1", 0))
    silent.setblocking(False)
    asked = 0

    class Counted(RedisHistory):
        async def window(self, page: Page, limit: int) -> Sequence[Line] | None:
            nonlocal asked
            asked += 1
            return await super().window(page, limit)

    config = RedisHistoryConfig(url=SecretStr(f"redis://127.0.0.1:{silent.getsockname()[1]}"), deadline_seconds=0.05)
    history = Counted(config, ProviderContext("", "history"))
    await history.open()
    world = make_world(database, clock, history=history)
    world.engine.windows = Windows(database, history, time=lambda: 0.0)
    world.use(Reader)
    for text in ("one of mine", "two of mine", "three of mine"):
        await world.hear(text)
        await settle(world)
    assert asked == 1
    assert told(world) == ["one of mine", "answer 1", "two of mine", "answer 2"]
    assert not (await history.check()).ok
    await world.engine.stop()
    await history.close()
    silent.close()


async def test_a_history_that_breaks_in_any_way_costs_no_line(database: Database, clock: ManualClock) -> None:
    class Broken(History[HistoryConfig]):
        name = "broken"
        Config = HistoryConfig

        async def window(self, page: Page, limit: int) -> Sequence[Line] | None:
            raise ZeroDivisionError("one of mine")

        async def keep(self, page: Page, lines: Sequence[Line], limit: int) -> None:
            raise KeyError(page)

        async def advance(self, page: Page, edition: str, lines: Sequence[Line]) -> None:
            raise KeyError(page)

    world = make_world(database, clock, history=Broken(HistoryConfig(), ProviderContext("", "history")))
    world.use(Reader)
    for text in ("one of mine", "two of mine"):
        await world.hear(text)
        await settle(world)
    assert told(world) == ["one of mine", "answer 1"]
    await world.engine.stop()


async def test_the_window_of_a_conversation_of_thousands_of_lines_reads_only_the_last(talk: World) -> None:
    await talk.hear("one of mine")
    await settle(talk)
    conversation: Any = await talk.value("SELECT id FROM conversation")
    await talk.rows(
        """
        INSERT INTO event (clinic, conversation, seq, kind, dedupe, body, at, stored_at)
        SELECT 'harbor', $1, n, 'text', 'old' || n, '{"text": "old"}', $2, $2 FROM generate_series(2, 5001) n
        """,
        conversation,
        talk.clock.now(),
    )
    await talk.rows(
        "UPDATE conversation SET arrived = 5001, handled = 5001, edition = gen_random_uuid() WHERE id = $1",
        conversation,
    )
    await talk.rows("ANALYZE")
    from core.store.history import _WINDOW

    plan = await talk.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {_WINDOW}", "harbor", conversation, LIMIT)
    assert _rows_read(plan[0]["QUERY PLAN"]) < 100


def _rows_read(plan: Any) -> float:
    """The most rows that any step of a plan read."""
    node = json.loads(plan)[0]["Plan"] if isinstance(plan, str) else plan
    own = node["Actual Rows"] * node["Actual Loops"] + node.get("Rows Removed by Filter", 0)
    return max([own, *(_rows_read(child) for child in node.get("Plans", []))])
