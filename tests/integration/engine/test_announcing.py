"""Systems outside are told what happened: signed, at least once, until they take it or are given up."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from structlog.testing import capture_logs

from core import metrics
from core.config.catalogue import new_manager
from core.config.subscribers import Subscriber
from core.engine.announcing.announcer import ATTEMPTS
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.observers import ObserverCalls
from core.store import announcement_deliveries, announcements, mailbox
from core.store.announcement_deliveries import Subscription, Which
from core.store.consent import carrier_says_opted_out
from core.store.database import Database
from deskbell import (
    ANNOUNCEMENT_TYPES,
    Announcement,
    CallNext,
    ChannelConfig,
    Fact,
    HandOver,
    Learn,
    ManualClock,
    ProviderContext,
    RecordConsent,
    Settings,
    Stage,
    StageContext,
    Turn,
    hookimpl,
)
from deskbell.testing.server import Answer, Call, ProviderServer, provider_server
from tests.conftest import CLINIC, bare_plan
from tests.integration.engine.conftest import PATIENT, Wire, World

NEW = "whsec_" + base64.b64encode(b"n" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()
CRM = Subscription("harbor", "crm")


class Doing(Stage[Settings]):
    """Learns a service, and does what the text says; "break" breaks the turn."""

    name = "doing"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        for text in turn.texts:
            if text.text == "break":
                raise RuntimeError
            if text.text == "person":
                turn.add(HandOver("Asked for a person: Dana Cole", kind="person"))
            if text.text == "stop":
                turn.add(RecordConsent(True, text.seq, "keyword"))
            turn.add(Learn(Fact("service", "Botox", text.seq, text.at)))


class Watcher:
    plugin_name = "watcher"

    def __init__(self) -> None:
        self.saw: list[Announcement] = []

    @hookimpl
    async def on_announcement(self, announcement: Announcement) -> None:
        self.saw.append(announcement)


class Outside(World):
    """A world whose clinic has subscribers."""

    def tells(self, **subscribers: dict[str, Any]) -> None:
        """The clinic's subscribers from now on."""
        made = {key: Subscriber.model_validate({"secret": NEW} | given) for key, given in subscribers.items()}
        self.live = LiveClinic(
            replace(self.live.plan, subscribers=made),
            self.live.channels,
            None,
            Pipeline([Doing(Settings(), StageContext(CLINIC))]),
        )
        self.engine.directory.swap({CLINIC.id: self.live})

    async def happens(self, text: str = "hi", sender: str = PATIENT) -> None:
        await self.hear(text, sender)
        await self.settle()

    async def announce(self, after: timedelta = timedelta()) -> None:
        """Time passes, and a worker looks once and has called whoever was waiting."""
        self.clock.advance(after.total_seconds())
        announcer = self.engine.announcer
        await announcer.take_back()
        await announcer.tell()
        for whose in self.engine.announcer._audience.subscriptions:
            await announcer.drain(whose)

    async def states(self, subscriber: str = "crm") -> list[tuple[str, int]]:
        rows = await self.rows(
            "SELECT status, attempts FROM announcement_delivery WHERE subscriber = $1 ORDER BY announcement", subscriber
        )
        return [(row["status"], row["attempts"]) for row in rows]

    async def due(self) -> list[datetime]:
        return [row["due_at"] for row in await self.rows("SELECT due_at FROM announcement_delivery")]


def make_outside(database: Database, clock: ManualClock, *plugins: object) -> Outside:
    manager = new_manager()
    for plugin in plugins:
        manager.register(plugin)
    engine = Engine(database, clock, ObserverCalls(manager), wall=clock, random=Random(7))
    wire = Wire(ChannelConfig(), ProviderContext("harbor", "harbor-main", "http://127.0.0.1/"))
    outside = Outside(database, engine, clock, wire, LiveClinic(bare_plan(), {"harbor-main": wire}, None, Pipeline([])))
    outside.tells()
    return outside


@pytest.fixture
async def outside(database: Database, clock: ManualClock) -> AsyncIterator[Outside]:
    made = make_outside(database, clock)
    yield made
    await made.engine.stop(timedelta(seconds=1))


@pytest.fixture
def crm() -> Iterator[ProviderServer]:
    with provider_server() as server:
        server.otherwise = Answer(204)
        yield server


def types(server: ProviderServer) -> list[str]:
    return [call.json["type"] for call in server.calls]


def verified(call: Call, secret: str) -> bool:
    """As a receiver would, with nothing of ours."""
    headers, key = call.headers, base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + call.body
    expected = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return expected in headers["webhook-signature"].split(" ")


async def test_what_a_turn_did_reaches_the_subscriber_signed(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": f"{crm.url}/deskbell?clinic=harbor"})
    await outside.happens("person")
    await outside.announce()
    assert sorted(types(crm)) == ["conversation.started", "fact.learned", "handoff.requested", "request.moved"]
    assert {call.path for call in crm.calls} == {"/deskbell?clinic=harbor"}
    assert all(verified(call, NEW) and not verified(call, OLD) for call in crm.calls)
    assert {call.headers["webhook-timestamp"] for call in crm.calls} == {str(int(outside.clock.now().timestamp()))}
    assert {(call.json["clinic"], call.json["conversation"], call.json["contact"]) for call in crm.calls} == {
        ("harbor", 1, 1)
    }
    assert not any(PATIENT in call.plain or "Dana" in call.plain for call in crm.calls)
    assert await outside.states() == [("sent", 1)] * 4


async def test_the_phone_number_goes_where_it_is_wanted(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url, "phone": True, "types": ["conversation.started"]})
    await outside.happens()
    await outside.announce()
    assert [call.json["phone"] for call in crm.calls] == [PATIENT]


async def test_where_nobody_listens_nothing_is_written(outside: Outside) -> None:
    await outside.happens("person")
    assert await outside.value("SELECT count(*) FROM announcement") == 0


async def test_only_what_somebody_wants_is_written_and_each_is_told_what_it_wants(
    outside: Outside, crm: ProviderServer
) -> None:
    outside.tells(
        crm={"url": f"{crm.url}/crm", "types": ["opt_out", "fact.learned"]},
        books={"url": f"{crm.url}/books", "types": ["opt_out"]},
    )
    await outside.happens("stop")
    assert await outside.value("SELECT count(*) FROM announcement") == 2
    await outside.announce()
    told = sorted((call.path, call.json["type"]) for call in crm.calls)
    assert told == [("/books", "opt_out"), ("/crm", "fact.learned"), ("/crm", "opt_out")]


async def test_a_turn_that_is_discarded_announces_nothing(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url})
    await outside.hear("person")
    async with outside.database.connection() as connection:
        stale = await mailbox.load(connection, "harbor", 1)
    assert stale is not None
    await outside.settle()
    written = await outside.value("SELECT count(*) FROM announcement")
    assert await outside.engine.turns.run(outside.live, stale) is None
    assert await outside.value("SELECT count(*) FROM announcement") == written == 4


async def test_a_conversation_whose_first_text_breaks_the_turn_has_begun_all_the_same(
    outside: Outside, crm: ProviderServer
) -> None:
    outside.tells(crm={"url": crm.url})
    await outside.happens("break")
    await outside.happens("hi")
    await outside.announce()
    assert sorted(types(crm)) == ["conversation.started", "fact.learned", "request.moved"]


async def test_an_opt_out_that_only_the_carrier_knew_of_is_announced_once(
    outside: Outside, crm: ProviderServer
) -> None:
    outside.tells(crm={"url": crm.url, "types": ["opt_out"]})
    await outside.happens()
    async with outside.database.transaction() as connection:
        for _ in range(2):
            await carrier_says_opted_out(connection, "harbor", 1, "carrier 21610", outside.clock.now())
    await outside.announce()
    assert [call.json["data"] for call in crm.calls] == [{"source": "carrier"}]


async def test_what_others_put_goes_out_with_their_transaction_or_not_at_all(
    outside: Outside, crm: ProviderServer
) -> None:
    outside.tells(crm={"url": crm.url, "types": ["deposit.paid"]})
    await outside.happens()
    now = outside.clock.now()
    for data in ({"cents": 5000}, {"cents": 1}):
        try:
            async with outside.database.transaction() as connection:
                await announcements.put(connection, "harbor", 1, "deposit.paid", data, now)
                if data["cents"] == 1:
                    raise RuntimeError
        except RuntimeError:
            continue
    await outside.announce()
    assert [(call.json["type"], call.json["data"]) for call in crm.calls] == [("deposit.paid", {"cents": 5000})]


async def test_what_nobody_subscribes_to_is_taken_out_when_it_is_looked_at(outside: Outside) -> None:
    await outside.happens()
    async with outside.database.transaction() as connection:
        await announcements.put(connection, "harbor", 1, "deposit.paid", {}, outside.clock.now())
    await outside.announce()
    assert await outside.value("SELECT count(*) FROM announcement") == 0
    assert await outside.value("SELECT count(*) FROM announcement_delivery") == 0


# ---- when it is not taken ------------------------------------------------------------------------------------------


async def test_it_is_told_again_with_growing_pauses_under_the_same_id(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    crm.script(Answer(500), Answer(404), Answer(301, headers={"location": "/"}), Answer(429))
    await outside.happens()
    began, pauses = outside.clock.now(), []
    for attempts in range(1, 5):
        await outside.announce()
        assert await outside.states() == [("queued", attempts)]
        await outside.announce()  # too early: nobody is called
        [due] = await outside.due()
        pauses.append((due - outside.clock.now()).total_seconds())
        outside.clock.set(due)
    await outside.announce()
    assert await outside.states() == [("sent", 5)]
    assert len({call.headers["webhook-id"] for call in crm.calls}) == 1
    assert len({call.headers["webhook-timestamp"] for call in crm.calls}) == len(crm.calls) == 5
    assert len({call.body for call in crm.calls}) == 1
    assert all(verified(call, NEW) for call in crm.calls)
    assert all(0.8 * 4 * 5**nth <= pause <= 1.2 * 4 * 5**nth for nth, pause in enumerate(pauses))
    assert crm.calls[0].json["timestamp"] == began.isoformat().replace("+00:00", "Z")


async def test_after_most_of_a_day_it_is_dead_and_a_line_in_the_log(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    crm.otherwise = Answer(503)
    await outside.happens()
    began = outside.clock.now()
    with capture_logs() as logs:
        await outside.announce()
        while (await outside.states())[0][0] == "queued":
            outside.clock.set((await outside.due())[0])
            await outside.announce()
    assert await outside.states() == [("dead", ATTEMPTS)]
    assert len(crm.calls) == ATTEMPTS
    assert timedelta(hours=14) < outside.clock.now() - began < timedelta(hours=30)
    told = [entry for entry in logs if entry["event"] == "announcement not taken"]
    assert [(entry["log_level"], entry["why"]) for entry in told] == [
        ("warning", "answered 503"),
        ("error", "answered 503"),
    ]
    await outside.engine.announcer.measure()
    assert metrics.announcements_dead.labels("harbor", "crm")._value.get() == 1


async def test_who_wants_no_more_is_not_asked_again(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    crm.script(Answer(410))
    await outside.happens()
    await outside.announce()
    assert await outside.states() == [("dead", 1)]


async def test_who_asks_for_time_gets_it(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    crm.script(Answer(503, headers={"retry-after": "600"}))
    await outside.happens()
    await outside.announce()
    assert await outside.due() == [outside.clock.now() + timedelta(minutes=10)]


async def test_one_that_is_away_is_not_called_for_everything_that_waits(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url})
    crm.otherwise = Answer(500)
    for nth in range(4):
        await outside.happens(sender=f"+1212555010{nth}")
    await outside.announce()
    assert len(crm.calls) < await outside.value("SELECT count(*) FROM announcement") == 12


async def test_a_crash_between_the_call_and_its_booking_tells_it_again_under_the_same_id(
    outside: Outside, crm: ProviderServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    await outside.happens()

    async def killed(*arguments: Any, **named: Any) -> bool:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(announcement_deliveries, "settle", killed)
        with pytest.raises(asyncio.CancelledError):
            await outside.announce()
    assert await outside.states() == [("sending", 1)]
    await outside.announce(timedelta(seconds=59))
    assert len(crm.calls) == 1
    await outside.announce(timedelta(seconds=2))
    assert await outside.states() == [("sent", 2)]
    first, second = crm.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


async def test_who_comes_back_after_the_lease_has_no_say(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    await outside.happens()
    await outside.engine.announcer.tell()
    async with outside.database.connection() as connection:
        now = outside.clock.now()
        [late] = await announcement_deliveries.claim(connection, CRM, now, now + timedelta(seconds=60), 4)
    outside.clock.advance(61)
    await outside.engine.announcer.take_back()
    await outside.engine.announcer._call(late)
    assert await outside.states() == [("queued", 1)]
    assert crm.calls == []
    async with outside.database.connection() as connection:
        now = outside.clock.now()
        [ours] = await announcement_deliveries.claim(connection, CRM, now, now + timedelta(seconds=60), 4)
        booked = [
            await announcement_deliveries.settle(connection, one, "sent", now, reason="answered 204", due_at=now)
            for one in (late, ours)
        ]
    assert booked == [False, True]


async def test_one_that_kills_its_worker_each_time_is_dead_in_the_end(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    await outside.happens()
    await outside.engine.announcer.tell()
    for _ in range(ATTEMPTS):
        async with outside.database.connection() as connection:
            now = outside.clock.now()
            await announcement_deliveries.claim(connection, CRM, now, now + timedelta(seconds=60), 4)
        outside.clock.advance(61)
        await outside.engine.announcer.take_back()
    assert await outside.states() == [("dead", ATTEMPTS)]


async def test_a_slow_subscriber_holds_up_nobody_but_itself(outside: Outside, crm: ProviderServer) -> None:
    with provider_server() as slow:
        slow.otherwise = Answer(silent=True)
        outside.tells(slow={"url": slow.url}, crm={"url": crm.url})
        outside.engine.announcer._every = timedelta(milliseconds=5)
        running = asyncio.create_task(outside.engine.announcer.run(asyncio.Event()))
        async with asyncio.timeout(30):
            for nth in range(3):
                await outside.happens(sender=f"+1212555010{nth}")
                while len(crm.calls) < 3 * (nth + 1):  # noqa: ASYNC110 - the server runs in threads of its own
                    await asyncio.sleep(0.005)
        # All this time the first calls were out, and no further ones.
        assert {call.json["conversation"] for call in slow.calls} == {1}
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await outside.engine.announcer.close()
    assert {status for status, _ in await outside.states("slow")} == {"sending", "queued"}


async def test_two_workers_tell_everything_once(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url})
    other = make_outside(outside.database, outside.clock)
    other.live = outside.live
    other.engine.directory.swap({"harbor": outside.live})
    for nth in range(8):
        await outside.happens(sender=f"+1212555010{nth}")
    await asyncio.gather(outside.announce(), other.announce(), outside.announce(), other.announce())
    await outside.announce()
    told = [call.headers["webhook-id"] for call in crm.calls]
    assert len(told) == len(set(told)) == 24
    await other.engine.stop(timedelta(seconds=1))


async def test_while_a_secret_changes_either_verifies(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url, "secret": NEW, "former_secret": OLD, "types": ["conversation.started"]})
    await outside.happens()
    await outside.announce()
    [call] = crm.calls
    assert verified(call, NEW)
    assert verified(call, OLD)
    assert len(call.headers["webhook-signature"].split(" ")) == 2


async def test_one_that_was_taken_out_of_the_file_is_not_called_until_it_is_back(
    outside: Outside, crm: ProviderServer
) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    await outside.happens()
    await outside.engine.announcer.tell()
    outside.tells()
    await outside.announce()
    assert (crm.calls, await outside.states()) == ([], [("queued", 0)])
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    await outside.announce()
    assert await outside.states() == [("sent", 1)]


async def test_outside_of_a_sandbox_this_machine_is_not_called(
    database: Database, clock: ManualClock, crm: ProviderServer
) -> None:
    outside = make_outside(database, clock)
    outside.engine = Engine(
        database, clock, ObserverCalls(new_manager()), wall=clock, random=Random(7), subscribers_at="public"
    )
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    await outside.happens()
    await outside.announce()
    assert (crm.calls, await outside.states()) == ([], [("queued", 1)])
    assert await outside.value("SELECT reason FROM announcement_delivery") == "its address is not a public one"
    await outside.engine.stop(timedelta(seconds=1))


# ---- again, on purpose ---------------------------------------------------------------------------------------------


async def replay(outside: Outside, **which: Any) -> int:
    async with outside.database.transaction() as connection:
        types = sorted(ANNOUNCEMENT_TYPES)
        return await announcement_deliveries.replay(connection, CRM, types, Which(**which), outside.clock.now())


async def test_the_dead_are_replayed_with_all_their_attempts_and_under_their_ids(
    outside: Outside, crm: ProviderServer
) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started", "fact.learned"]})
    await outside.happens()
    crm.script(Answer(410))
    await outside.announce()
    assert sorted(await outside.states()) == [("dead", 1), ("sent", 1)]
    gone = crm.calls[0].headers["webhook-id"]
    assert await replay(outside) == 1
    crm.script(Answer(500))
    await outside.announce()
    assert sorted(await outside.states()) == [("queued", 1), ("sent", 1)]
    await outside.announce(timedelta(minutes=1))
    assert sorted(await outside.states()) == [("sent", 1), ("sent", 2)]
    assert [call.headers["webhook-id"] for call in crm.calls].count(gone) == 3


async def test_everything_is_replayed_to_a_subscriber_that_came_later_within_numbers_and_moments(
    outside: Outside, crm: ProviderServer
) -> None:
    outside.tells(books={"url": f"{crm.url}/books", "types": ["conversation.started"]})
    moments = []
    for nth in range(4):
        await outside.happens(sender=f"+1212555010{nth}")
        moments.append(await outside.value("SELECT max(at) FROM announcement"))
        await outside.announce(timedelta(hours=1))
    outside.tells(crm={"url": crm.url})
    assert await replay(outside) == 0
    assert await replay(outside, first=2, last=2, everything=True) == 1
    assert await replay(outside, since=moments[2], until=moments[2], everything=True) == 1
    assert await replay(outside, first=2, until=moments[2], everything=True) == 0  # on their way already
    crm.calls.clear()
    await outside.announce()
    assert sorted(call.json["conversation"] for call in crm.calls) == [2, 3]
    assert await replay(outside, everything=True) == 4


async def test_nothing_of_another_clinic_or_subscriber_is_replayed(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(books={"url": crm.url, "types": ["conversation.started"]})
    crm.script(Answer(410))
    await outside.happens()
    await outside.announce()
    assert await replay(outside) == 0
    async with outside.database.transaction() as connection:
        whose, types = Subscription("sierra", "books"), sorted(ANNOUNCEMENT_TYPES)
        assert await announcement_deliveries.replay(connection, whose, types, Which(), outside.clock.now()) == 0
    assert await outside.states("books") == [("dead", 1)]


# ---- observers -----------------------------------------------------------------------------------------------------


async def test_plugins_are_told_too_and_what_only_they_hear_is_not_kept(database: Database, clock: ManualClock) -> None:
    watcher = Watcher()
    outside = make_outside(database, clock, watcher)
    await outside.happens("person")
    assert await outside.value("SELECT count(*) FROM announcement") == 4
    await outside.announce()
    await outside.engine.stop(timedelta(seconds=1))
    assert [one.type for one in watcher.saw] == [
        "conversation.started",
        "fact.learned",
        "request.moved",
        "handoff.requested",
    ]
    assert {(one.clinic, one.conversation, one.contact) for one in watcher.saw} == {("harbor", 1, 1)}
    assert watcher.saw[-1].data == {"kind": "person", "urgent": False}
    assert await outside.value("SELECT count(*) FROM announcement") == 0


async def test_a_running_engine_announces_by_itself(outside: Outside, crm: ProviderServer) -> None:
    outside.tells(crm={"url": crm.url, "types": ["conversation.started"]})
    await outside.happens()
    outside.engine.work()
    async with asyncio.timeout(30):
        while not crm.calls:  # noqa: ASYNC110 - the server runs in threads of its own
            await asyncio.sleep(0.01)
    await outside.engine.stop(timedelta(seconds=10))
    assert await outside.states() == [("sent", 1)]
