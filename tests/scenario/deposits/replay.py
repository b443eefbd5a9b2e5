"""Many patients pay, each in a way of their own, and every webhook comes once to four times, in any order.

By hand, with a thousand of them: ``python -m tests.scenario.deposits.replay 1000 7`` prints what came of it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from typing import Any

from tests.scenario.serve.conftest import Serving, serving_in, until

#: Numbers that belong to nobody: 555-0100 to 555-0199 of these areas.
_AREAS = (212, 213, 305, 310, 312, 323, 347, 404, 415, 510, 512, 602, 617, 646, 702, 718, 720, 917)
_FIRST = ("Ada", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hana", "Ivo", "June")
_LAST = ("Cole", "Hale", "Moss", "Reed", "Stern", "Vogt", "Winter", "Frost", "Lind", "Berg")
_MOST_AT_ONCE = 20

#: How a patient may pay: what the stand-in is told in order, where the deposit must stand, how often it is confirmed at
#: the most. Where money has gone again, that may be told first, and then nothing is to be confirmed.
_PAID = {"outcome": "paid"}
WAYS: Mapping[str, tuple[Sequence[Mapping[str, Any]], str, int]] = {
    "pays": ([_PAID], "paid", 1),
    "fails and pays": ([{"outcome": "failed"}, _PAID], "paid", 1),
    "pays twice": ([_PAID, _PAID], "paid", 1),
    "pays another amount": ([{"outcome": "paid", "amount_cents": 4321}], "held", 0),
    "gets it back": ([_PAID, {"outcome": "refunded"}], "refunded", 1),
    "gets a part back": ([_PAID, {"outcome": "refunded", "amount_cents": 1234}], "paid", 1),
    "disputes it": ([_PAID, {"outcome": "disputed"}], "disputed", 1),
    "only fails": ([{"outcome": "failed"}], "failed", 0),
    "does nothing": ([], "link_sent", 0),
}


@dataclass(slots=True)
class Patient:
    number: str
    name: str
    way: str
    link: str = ""
    told: int = 0


@dataclass(slots=True)
class Tally:
    """What a replay came to. `wrong` is empty where everything is as it must be."""

    patients: int
    seed: int
    ways: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    told: int = 0
    confirmations: int = 0
    books: Mapping[str, int] = field(default_factory=dict)
    square: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def patients(count: int, random: Random) -> list[Patient]:
    ways = list(WAYS)
    return [
        Patient(
            number=f"+1{_AREAS[place // 100]}55501{place % 100:02}",
            name=f"{random.choice(_FIRST)} {random.choice(_LAST)}",
            way=ways[place % len(ways)] if place < len(ways) else random.choice(ways),
        )
        for place in range(count)
    ]


async def nothing() -> None:
    """What happens meanwhile."""


async def replay(system: Serving, count: int, seed: int, meanwhile: Callable[[], Awaitable[None]] = nothing) -> Tally:
    """Lets `count` patients book and agree, then pay, and holds what stands in the end against what was paid.

    `meanwhile` happens while they pay.
    """
    random, started = Random(seed), perf_counter()
    everybody = patients(count, random)
    await _disturb(system, count)
    places = asyncio.Semaphore(min(_MOST_AT_ONCE, max(4, count // 5)))

    async def each(act: Callable[[Serving, Patient, Random], Awaitable[None]]) -> None:
        async def one(patient: Patient, own: Random) -> None:
            async with places:
                await act(system, patient, own)

        await asyncio.gather(*(one(patient, Random(random.random())) for patient in everybody))

    await each(_agrees)
    await asyncio.gather(each(_pays), meanwhile())
    tally = Tally(count, seed, ways=Counter(patient.way for patient in everybody))
    tally.told = sum(patient.told for patient in everybody)
    with suppress(TimeoutError):
        await until(lambda: _settled(system, everybody), 60)
    # Who died with a turn in hand leaves it to others, who wait a while before they believe it.
    with suppress(TimeoutError):
        await until(lambda: _confirmed(system, everybody), 30)
    await _judge(system, everybody, tally)
    tally.seconds = perf_counter() - started
    return tally


async def _disturb(system: Serving, count: int) -> None:
    """A tenth of the webhooks is held back behind the next one, a tenth is late."""
    for kind, more in (("reorder", {}), ("delay", {"seconds": 0.3})):
        fault = {
            "provider": "square",
            "kind": kind,
            "on": "webhook",
            "event": "any",
            "times": max(1, count // 3),
            **more,
        }
        (await system.http.post("/api/faults", json=fault)).raise_for_status()


async def _agrees(system: Serving, patient: Patient, random: Random) -> None:
    await system.text(f"Hi, {patient.name} here, never been, hydrafacial, mornings are best", patient.number)
    await until(lambda: _heard(system, patient, "$50 deposit ahead"), 120)
    await system.text(random.choice(("yes", "sure", "ok send it", "sounds good")), patient.number)
    await until(lambda: _heard(system, patient, "/pay/"), 120)
    url = next(text for text in await system.answers(patient.number) if "/pay/" in text).split()[-1]
    answer = await system.http.get(url)
    assert answer.status_code == 303, answer.status_code
    patient.link = answer.headers["location"].rsplit("/", 1)[-1]


async def _pays(system: Serving, patient: Patient, random: Random) -> None:
    for outcome in WAYS[patient.way][0]:
        times = random.randint(1, 4)
        patient.told += times
        # Some at once, and some while the one before is still on its way.
        if random.random() < 0.5:
            await asyncio.sleep(random.random() / 5)
        body = {**outcome, "times": times}
        (await system.http.post(f"/api/payments/{patient.link}", json=body)).raise_for_status()


async def _heard(system: Serving, patient: Patient, words: str) -> bool:
    return any(words in text for text in await system.answers(patient.number))


async def _settled(system: Serving, everybody: Sequence[Patient]) -> bool:
    """Whether every deposit stands where its facts put it; what is late comes by itself."""
    found = Counter(
        row["status"] for row in await system.command("deposits", "list", "harbor", "--limit", "1000", "--json")
    )
    return found == Counter(WAYS[patient.way][1] for patient in everybody)


async def _confirmed(system: Serving, everybody: Sequence[Patient]) -> bool:
    paid = [patient for patient in everybody if WAYS[patient.way][1] == "paid"]
    return all([await _heard(system, patient, "received your $50 deposit") for patient in paid])


async def _judge(system: Serving, everybody: Sequence[Patient], tally: Tally) -> None:
    rows = await system.command("deposits", "list", "harbor", "--limit", "1000", "--json")
    tally.statuses = Counter(row["status"] for row in rows)
    wanted = Counter(WAYS[patient.way][1] for patient in everybody)
    if tally.statuses != wanted:
        tally.wrong.append(f"deposits stand at {dict(tally.statuses)}, and should at {dict(wanted)}")
    for patient in everybody:
        texts = await system.answers(patient.number)
        confirmed = sum("received your $50 deposit" in text for text in texts)
        tally.confirmations += confirmed
        _, status, most = WAYS[patient.way]
        least = most if status == "paid" else 0
        if not least <= confirmed <= most:
            tally.wrong.append(f"{patient.way}: confirmed {confirmed} times")
        if sum("/pay/" in text and "did not go through" not in text for text in texts) != 1:
            tally.wrong.append(f"{patient.way}: not one link")
    links = {row["link"]: row for row in (await system.http.get("/api/payments")).json()}
    paid = [one for row in links.values() for one in row["payments"] if one["status"] == "COMPLETED"]
    tally.square = {
        "payments": len(paid),
        "cents": sum(one["amount_cents"] for one in paid),
        "refunded": sum(one["refunded_cents"] for one in paid),
    }
    [sheet] = await system.command("deposits", "books", "harbor", "--json")
    [moved] = sheet["moved"]
    tally.books = {name: moved[name] for name in ("payments", "cents", "refunded")}
    if not sheet["balanced"] or sheet["astray"]:
        tally.wrong.append(f"what deposits hold is not what moved: {sheet['astray']}")
    if tally.books != tally.square:
        tally.wrong.append(f"the books say {tally.books}, Square says {tally.square}")
    parked = await system.command("deposits", "parked", "harbor", "--json")
    strangers = [row["outcome"] for row in parked if row["outcome"] in ("unmatched", "elsewhere")]
    if strangers:
        tally.wrong.append(f"{len(strangers)} payments without a deposit")


async def _by_hand(count: int, seed: int) -> int:
    async with serving_in() as make:
        system = make()
        await system.start()
        tally = await replay(system, count, seed)
    print(json.dumps({name: getattr(tally, name) for name in Tally.__slots__}, indent=2, default=dict))  # noqa: T201
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_by_hand(int(sys.argv[1]), int(sys.argv[2]))))
