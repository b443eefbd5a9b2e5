"""The mailbox under any interleaving: no wake is lost, no turn overlaps, every event is dealt with exactly once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

if TYPE_CHECKING:
    from tests.scenario.conftest import Desk, Hand

PATIENTS = ("+12125550111", "+12125550112")

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.sampled_from(PATIENTS)),
        st.tuples(st.just("hear again"), st.integers(0, 9)),
        st.tuples(st.just("wake for nothing"), st.sampled_from(PATIENTS)),
        st.tuples(st.just("staff"), st.sampled_from(PATIENTS)),
        st.tuples(st.just("claim"), st.integers(0, 9)),
        st.tuples(st.just("claim"), st.integers(0, 9)),
        st.tuples(st.just("finish"), st.integers(0, 9)),
        st.tuples(st.just("finish"), st.integers(0, 9)),
        st.tuples(st.just("fail"), st.integers(0, 9)),
        st.tuples(st.just("die"), st.integers(0, 9)),
        st.tuples(st.just("all at once"), st.sampled_from(PATIENTS)),
    ),
    min_size=5,
    max_size=30,
)


@dataclass
class Workers:
    """Plays the queue: hands out the jobs that really stand in its table, one worker to each, and retries them."""

    desk: Desk
    attempts: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    claimed: dict[int, Hand] = field(default_factory=dict)
    heard: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    async def step(self, what: str, which: Any) -> None:
        match what:
            case "hear":
                await self.hear(which)
            case "hear again" if known := sorted((text, who) for who, texts in self.heard.items() for text in texts):
                text, patient = known[which % len(known)]
                await self.desk.hear(text, patient, text_id=text)
            case "wake for nothing" if conversation := await self.conversation(which):
                async with self.desk.database.connection() as connection:
                    await self.desk.engine.queue.wake(connection, "harbor", conversation, timedelta())
            case "staff" if conversation := await self.conversation(which):
                await self.desk.engine.takeover.release("harbor", conversation, "rosa")
            case "claim" if jobs := await self.free():
                await self.claim(*jobs[which % len(jobs)])
            case "finish" | "fail" if standing := self.desk.standing("turn"):
                await standing[which % len(standing)].let_go(what)
            case "die" if standing := self.desk.standing("turn"):
                await standing[which % len(standing)].die()
            case "all at once":
                # Real concurrency for once: the intake, the commits and fresh turns of several workers race.
                await asyncio.gather(
                    *(self.hear(which) for _ in range(2)),
                    *(hand.let_go("finish") for hand in self.desk.standing("turn")),
                    *(self.claim(*job) for job in await self.free()),
                )
        await self.report()

    async def hear(self, patient: str) -> None:
        text = f"{patient[-2:]} says {len(self.heard[patient]) + 1}"
        self.heard[patient].append(text)
        await self.desk.hear(text, patient, text_id=text)

    async def conversation(self, patient: str) -> int | None:
        found: int | None = await self.desk.value("SELECT id FROM conversation WHERE address = $1", patient)
        return found

    async def free(self) -> list[tuple[int, int]]:
        """The jobs that no worker is at, each with its conversation."""
        rows = await self.desk.rows(
            "SELECT id, (convert_from(payload, 'UTF8')::jsonb ->> 1)::bigint AS conversation FROM pgqueuer ORDER BY id"
        )
        return [(row["id"], row["conversation"]) for row in rows if row["id"] not in self.claimed]

    async def claim(self, job: int, conversation: int) -> None:
        self.claimed[job] = await self.desk.begin(
            self.desk.engine.turns.handle("harbor", conversation, self.attempts[job])
        )

    async def report(self) -> None:
        """What the queue does as workers come back: a job that is done goes, one that failed stays for its retry."""
        for job, hand in list(self.claimed.items()):
            if not hand.task.done():
                continue
            del self.claimed[job]
            if hand.task.cancelled():
                continue  # its worker died: the job is free again
            if hand.task.result() is None:
                await self.desk.rows("DELETE FROM pgqueuer WHERE id = $1", job)
            else:
                self.attempts[job] += 1

    async def run_dry(self) -> None:
        for hand in self.desk.standing("turn"):
            await hand.let_go("finish")
        await self.report()
        while jobs := await self.free():
            await self.claim(*jobs[0])
            for hand in self.desk.standing("turn"):
                await hand.let_go("finish")
            await self.report()


async def nothing_is_lost(workers: Workers) -> None:
    """What holds after every step."""
    desk = workers.desk
    asleep = await desk.rows(
        """
        SELECT id, arrived, handled FROM conversation c
         WHERE arrived > handled
           AND NOT EXISTS (SELECT FROM pgqueuer q WHERE (convert_from(q.payload, 'UTF8')::jsonb ->> 1)::bigint = c.id)
        """
    )
    assert asleep == [], "mail lies in a mailbox that nobody will look into"
    rows = await desk.rows(
        """
        SELECT c.arrived, c.handled, c.version,
               array(SELECT e.seq FROM event e WHERE e.conversation = c.id ORDER BY e.seq) AS seqs,
               array(SELECT array[t.first_seq, t.last_seq] FROM turn t
                      WHERE t.conversation = c.id ORDER BY t.id) AS turns
          FROM conversation c
        """
    )
    for row in rows:
        assert row["seqs"] == list(range(1, row["arrived"] + 1)), "the events of a mailbox are numbered without a gap"
        assert row["version"] == len(row["turns"]), "a version for each turn"
        covered = [seq for first, last in row["turns"] for seq in range(first, last + 1)]
        assert covered == list(range(1, row["handled"] + 1)), "turns take the events in order, each once"


async def every_text_was_dealt_with_once(workers: Workers) -> None:
    """What holds in the end."""
    desk = workers.desk
    assert await desk.rows("SELECT FROM conversation WHERE arrived > handled") == []
    for patient, texts in workers.heard.items():
        rows = await desk.rows(
            """
            SELECT e.body ->> 'text' AS text, e.parked FROM event e JOIN conversation c ON c.id = e.conversation
             WHERE c.address = $1 AND e.kind = 'text' ORDER BY e.seq
            """,
            patient,
        )
        assert sorted(row["text"] for row in rows) == sorted(texts)
        answered = [part for text in desk.wire.taken if text.to == patient for part in text.text.split("+")]
        assert answered == [row["text"] for row in rows if not row["parked"]]


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
async def test_no_wake_is_lost_and_every_event_is_dealt_with_once(desk: Desk, steps: list[tuple[str, Any]]) -> None:
    await desk.clear()
    workers = Workers(desk)
    for what, which in steps:
        note(f"{what} {which}")
        await workers.step(what, which)
        await nothing_is_lost(workers)
    await workers.run_dry()
    await nothing_is_lost(workers)
    await every_text_was_dealt_with_once(workers)
