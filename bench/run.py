"""One run of the bench: warm-up, rounds in which the parts take turns, and the part that waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from bench.parts import Bench, Desk, Figure, Sample, peak_mb

#: Told what is being done, for whoever waits.
Progress = Callable[[str], None]


@dataclass(frozen=True)
class _Part:
    """Something that is measured once in every round."""

    key: str
    name: str
    desk: Desk
    #: Sends that many texts, each from a sender of its own.
    measure: Callable[[int], Awaitable[Sample]]


async def run(bench: Bench, tell: Progress) -> dict[str, Figure]:
    """All figures, by key."""
    figures = await _side_by_side(bench, tell)
    figures.append(await _waiting(bench, tell))
    return {figure.key: figure for figure in figures}


async def _side_by_side(bench: Bench, tell: Progress) -> list[Figure]:
    """Parts (a) to (c): all their processes are up, and each is measured in turn while the others idle."""
    async with AsyncExitStack() as stack:
        tell("starting (a), (b) and (c)")
        bare, intake, one, modelled, *more = await asyncio.gather(
            stack.enter_async_context(bench.bare()),
            stack.enter_async_context(bench.desk("intake", work=False)),
            stack.enter_async_context(bench.desk("one", work=True)),
            stack.enter_async_context(bench.desk("modelled", work=True, modelled=True)),
            *(
                stack.enter_async_context(bench.desk(f"and_{extra}", work=True, workers=extra))
                for extra in bench.plan.extra_workers
            ),
        )
        parts = [
            _Part("bare", "(a) bare handler, kept alive", bare, partial(bench.intake, bare, keep_alive=True)),
            _Part("intake", "(b) intake, kept alive", intake, partial(bench.intake, intake, keep_alive=True)),
            _Part("bare_fresh", "(a) bare handler, fresh", bare, partial(bench.intake, bare, keep_alive=False)),
            _Part("intake_fresh", "(b) intake, fresh", intake, partial(bench.intake, intake, keep_alive=False)),
            _Part("turns", "(c) whole turns, one process", one, partial(bench.turns, one)),
            *(
                _Part(f"turns_and_{extra}", f"(c) and {extra} worker process more", desk, partial(bench.turns, desk))
                for extra, desk in zip(bench.plan.extra_workers, more, strict=True)
            ),
            _Part("modelled", "(e) whole turns, worded by a model", modelled, partial(bench.turns, modelled)),
        ]
        if fleet := bench.plan.fleet:
            fronts = await stack.enter_async_context(bench.desk("fronts", work=False, webs=fleet))
            whole = await stack.enter_async_context(bench.desk("fleet", work=False, webs=fleet, workers=fleet))
            intake_by_fleet = partial(bench.intake, fronts, keep_alive=True)
            parts += [
                _Part("intake_fleet", f"(b) intake, {fleet} web processes", fronts, intake_by_fleet),
                _Part(
                    "turns_fleet", f"(c) {fleet} web and {fleet} worker processes", whole, partial(bench.turns, whole)
                ),
            ]
        figures = await _rounds(bench, parts, tell)
        return [*figures, *await _calm(bench, one, modelled, tell)]


async def _calm(bench: Bench, one: Desk, modelled: Desk, tell: Progress) -> list[Figure]:
    """Texts one by one: from text to reply, and what of it is a turn's own work."""
    figures = []
    for desk, key, name in ((one, "calm", "(c) by rules"), (modelled, "calm_modelled", "(e) by a model")):
        tell(f"text to reply on a calm machine, {name}")
        calm = await bench.turns(desk, bench.plan.calm, pause=0.05)
        own = await bench.own_work(desk, bench.plan.calm)
        figures.append(Figure(key, f"{name}, one text at a time", [calm]))
        figures.append(Figure(f"{key}_own", f"{name}, the turn's own work", [own]))
    tell("missed call to text back")
    figures.append(Figure("calm_calls", "(f) missed call to text back", [await bench.calls(one, bench.plan.calm)]))
    return figures


async def _rounds(bench: Bench, parts: list[_Part], tell: Progress) -> list[Figure]:
    await _warm_up(bench, parts, tell)
    figures = [Figure(part.key, part.name) for part in parts]
    for number in range(bench.plan.rounds):
        tell(f"round {number + 1} of {bench.plan.rounds}")
        for part, figure in zip(parts, figures, strict=True):
            figure.samples.append(await _measured(bench, part))
    for part, figure in zip(parts, figures, strict=True):
        figure.peak_mb = await peak_mb(part.desk)
    return figures


async def _warm_up(bench: Bench, parts: list[_Part], tell: Progress) -> None:
    """Everything is done once, and every patient known, before anything counts."""
    tell("warm-up")
    databases = {part.desk.database for part in parts}
    for part in parts:
        await part.measure(min(200, bench.plan.texts))
    for database in databases:
        # A database in service has statistics; without any, PostgreSQL settles on plans that read whole tables.
        await bench.server.execute(database, "ANALYZE")
    for part in parts:
        await _measured(bench, part)
    for database in databases:
        await bench.server.execute(database, "VACUUM ANALYZE")


async def _measured(bench: Bench, part: _Part) -> Sample:
    if part.key.startswith("intake"):
        await bench.forget_mail(part.desk)
    return await part.measure(bench.plan.texts)


async def _waiting(bench: Bench, tell: Progress) -> Figure:
    """Part (d): each time in a fresh process, for its memory is a figure too."""
    plan = bench.plan
    figure = Figure("waiting", f"(d) {plan.waiting} conversations waiting {plan.slow_seconds:g} s")
    for number in range(plan.waiting_rounds):
        tell(f"(d) {number + 1} of {plan.waiting_rounds}")
        async with bench.desk(f"waiting{number}", work=True, slow=True) as desk:
            await bench.turns(desk, 1)  # loads what is loaded lazily
            figure.samples.append(await bench.turns(desk, plan.waiting))
            figure.peak_mb = max(figure.peak_mb, await peak_mb(desk))
    return figure
