"""A flood of texts through faulty carriers, while workers are killed every few seconds: does any of it do harm?

    python -m tests.scenario.flood.run 10000 7

sends 10,000 texts with seed 7, prints what came of it, and exits with 1 where the judge found anything wrong. Where it
did, the database and the logs of all processes are kept for a look, and their folders are named.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import asyncpg

from core.store.embedded import EmbeddedServer
from tests.scenario.flood.judge import Diary, Row, Verdict, judge
from tests.scenario.flood.patients import Exchange, Patient, crowd
from tests.scenario.flood.system import System, system
from tests.scenario.serve.conftest import until

_CLINICS = {"+12125550142": "botox", "+13105550177": "teeth whitening"}
_AT_ONCE = 40
#: A patient waits so long for an answer: a dead worker's turns go to another after its heartbeat, and a text whose
#: outcome nobody knows is held after `sending.unknown_after`.
_PATIENCE = 150.0
#: And looks so often whether theirs is held: then it never comes.
_GLANCE = 10.0
#: (kind, on, chance) of what befalls each carrier's traffic.
FAULTS = (
    ("duplicate", "webhook", 0.05),
    ("reorder", "webhook", 0.02),
    ("drop_response", "webhook", 0.02),
    ("status", "api", 0.05),
    ("drop_response", "api", 0.02),
)


#: What happens while patients text, until they have done so. Returns how many processes it has killed.
Mischief = Callable[["asyncio.Future[Any]"], Awaitable[int]]


@dataclass(slots=True)
class Tally:
    texts: int
    seed: int
    patients: int = 0
    seconds: float = 0.0
    killed: int = 0
    outbound: int = 0
    statuses: dict[str, int] = field(default_factory=dict)
    held: dict[str, int] = field(default_factory=dict)
    answered: int = 0
    held_answers: int = 0
    opted_out: int = 0
    #: Seconds that patients waited for an answer that came.
    waited: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    #: Folders left for a look, where anything is wrong.
    kept: list[str] = field(default_factory=list)


async def flood(made: System, texts: int, seed: int, meanwhile: Mischief, *, faults: bool = True) -> Tally:
    """Lets the crowd text through faulty carriers, waits until all is at its end, and judges.

    `meanwhile` happens while they text; what it returns counts as killed.
    """
    random, started = Random(seed), perf_counter()
    patients = list(crowd(texts, _CLINICS, random))
    for provider in ("telnyx", "twilio") if faults else ():
        for kind, place, chance in FAULTS:
            fault = {"provider": provider, "kind": kind, "on": place, "event": "any", "chance": chance, "times": 10_000}
            more = {"times": 1, "deliveries": 10_000} if kind == "duplicate" else {}
            (await made.http.post("/api/faults", json={**fault, **more})).raise_for_status()
    diaries = [Diary(patient) for patient in patients]
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(diary: Diary, own: Random) -> None:
        async with places:
            await _live(made, diary, own)

    tally = Tally(texts=sum(patient.texts for patient in patients), seed=seed, patients=len(patients))
    texting = asyncio.gather(*(one(diary, Random(random.random())) for diary in diaries))
    tally.killed = await meanwhile(texting)
    await texting
    await made.http.delete("/api/faults")
    connection = await asyncpg.connect(made.database_url)
    try:
        with suppress(TimeoutError):
            await until(lambda: _all_done(connection), 240)
        await asyncio.sleep(2)  # receipts on their way
        await _sum_up(made, connection, diaries, tally)
    finally:
        await connection.close()
    tally.seconds = round(perf_counter() - started, 1)
    return tally


def reaper(made: System, random: Random, every: float) -> Mischief:
    """Kills a worker every few seconds, whichever is up, as long as anybody texts."""

    async def reap(texting: asyncio.Future[Any]) -> int:
        killed = 0
        while not texting.done():
            name = random.choice(list(made.workers))
            await until(lambda name=name: made.ready(name))
            await asyncio.wait([texting], timeout=every * random.uniform(0.5, 1.5))
            if not texting.done():
                await made.kill(name)
                killed += 1
        return killed

    return reap


async def _live(made: System, diary: Diary, random: Random) -> None:
    """One patient's conversation: texts, waits for what has to come, texts on."""
    for exchange in diary.patient.exchanges:
        started = perf_counter()
        diary.spans.append(await _exchange(made, diary.patient, exchange, random))
        before, after = diary.spans[-1]
        if exchange.wanted == "answer" and after > before + len(exchange.texts):
            diary.waits.append(perf_counter() - started)


async def _exchange(made: System, patient: Patient, exchange: Exchange, random: Random) -> tuple[int, int]:
    """How many lines stood on the phone before and after it."""
    before = len(await made.lines(patient.number))
    for text in exchange.texts:
        body = {"from": patient.number, "to": patient.clinic, "text": text}
        (await made.http.post("/api/texts", json=body)).raise_for_status()
    if exchange.wanted == "answer":
        await _hears(made, patient, before, "clinic")
    elif exchange.wanted == "goodbye":
        # Ours or the carrier's; where the carrier's comes, ours must not come at all.
        await _hears(made, patient, before, "clinic", "carrier")
    if exchange.wanted != "answer":
        await asyncio.sleep(1 + random.random())
    return before, len(await made.lines(patient.number))


async def _hears(made: System, patient: Patient, before: int, *authors: str) -> None:
    """Waits until one of them has written, or there is nothing to wait for."""
    held = await made.held(patient.number)
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE):
            while await made.held(patient.number) == held:
                try:
                    await until(lambda: _written_to(made, patient, before, *authors), _GLANCE, every=0.3)
                except TimeoutError:
                    continue
                return


async def _written_to(made: System, patient: Patient, before: int, *authors: str) -> bool:
    return any(line.author in authors for line in (await made.lines(patient.number))[before:])


_WAITING = """
SELECT (SELECT count(*) FROM outbox WHERE status IN ('queued', 'sending', 'unknown')) AS "texts neither sent nor ended",
       (SELECT count(*) FROM conversation WHERE arrived > handled) AS "mailboxes that nobody emptied",
       (SELECT count(*) FROM event WHERE parked) AS "events that no turn survived"
"""


async def _waiting(connection: Any) -> dict[str, int]:
    return dict(await connection.fetchrow(_WAITING))


async def _all_done(connection: Any) -> bool:
    return not any((await _waiting(connection)).values())


async def _sum_up(made: System, connection: Any, diaries: Sequence[Diary], tally: Tally) -> None:
    # What came late belongs to the last exchange.
    phones = {diary.patient.number: await made.lines(diary.patient.number) for diary in diaries}
    for diary in diaries:
        whole = len(phones[diary.patient.number])
        ends = [before for before, _ in diary.spans[1:]] + [whole]
        diary.spans = [(before, end) for (before, _), end in zip(diary.spans, ends, strict=True)]
    rows = await connection.fetch(
        "SELECT id, recipient, status, provider_id, coalesce(reason, '') AS reason, text FROM outbox ORDER BY id"
    )
    outbox = [
        Row(row["id"], row["recipient"], row["status"], row["provider_id"], row["reason"], row["text"]) for row in rows
    ]
    verdict: Verdict = judge(diaries, phones, outbox, await _waiting(connection))
    tally.answered, tally.held_answers, tally.wrong = verdict.answered, verdict.held, verdict.wrong
    waits = sorted(wait for diary in diaries for wait in diary.waits)
    tally.waited = {f"p{part}": round(waits[len(waits) * part // 100], 1) for part in (50, 90, 99)}
    tally.waited["longest"] = round(waits[-1], 1)
    tally.outbound = sum(line.author == "clinic" for lines in phones.values() for line in lines)
    tally.statuses = dict(Counter(row.status for row in outbox))
    tally.held = dict(Counter(row.reason for row in outbox if row.status == "held"))
    tally.opted_out = await connection.fetchval("SELECT count(*) FROM consent WHERE opted_out")
    heard = await connection.fetchval("SELECT count(*) FROM event WHERE kind = 'text'")
    if heard != tally.texts:
        tally.wrong.append(f"{heard} texts are stored of {tally.texts}")
    if tally.wrong:
        tally.kept.append(str(made.keep()))


async def by_hand(play: Callable[[str], Awaitable[Tally]]) -> int:
    """On a PostgreSQL of its own; prints what came of it. Returns the exit code."""
    home = Path(tempfile.mkdtemp(prefix="deskbell-flood-db-"))
    server = EmbeddedServer(home)
    url = await asyncio.to_thread(server.start)
    try:
        tally = await play(url)
    finally:
        await asyncio.to_thread(server.stop)
    if tally.wrong:
        tally.kept.append(str(home))
    else:
        shutil.rmtree(home, ignore_errors=True)
    print(json.dumps(asdict(tally), indent=2, ensure_ascii=False))  # noqa: T201 - what it is for
    return 1 if tally.wrong else 0


async def _flood(url: str, texts: int, seed: int) -> Tally:
    async with system(url) as made:
        return await flood(made, texts, seed, reaper(made, Random(seed), 5.0))


if __name__ == "__main__":
    sys.exit(asyncio.run(by_hand(lambda url: _flood(url, int(sys.argv[1]), int(sys.argv[2])))))
