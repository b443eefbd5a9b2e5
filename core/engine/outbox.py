"""Sending: one conversation's texts, in order, each exactly once.

A text is marked before the provider is called. When nobody can say whether it left, it is looked up with the
provider, settled by its receipt, or held for staff; it is never sent again blindly.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from time import perf_counter
from typing import Any

from core import log, metrics
from core.engine import pace
from core.engine.encodings import Encodings
from core.engine.gate import refusal
from core.engine.live import Directory, LiveClinic
from core.engine.lookups import FIRST_LOOK, LookUps
from core.engine.pace import Mark
from core.engine.routes import Routes, Wait
from core.engine.steps import OnStep, Step, pass_by
from core.receptionist.sms import count
from core.store import outbox, send_pace, staff
from core.store.consent import carrier_says_opted_out
from core.store.database import Database
from core.store.outbox import Claimed, Hold
from deskbell import (
    Channel,
    Clock,
    Misconfigured,
    OptedOut,
    OutboundError,
    OutboundText,
    OutcomeUnknown,
    RetryLater,
    SendReceipt,
    SentText,
    Undeliverable,
)

logger = log.get(__name__)

#: How late a text may come to its place under a carrier's limit. Beyond that it asks for another: after an hour in
#: which nobody worked all who wait have had their turn, and must not go at once.
_PUNCTUAL = timedelta(seconds=10)

#: What a channel that keeps its deadline may take longer than it.
_LATE = timedelta(seconds=1)

#: Told of every text that a carrier took.
OnSent = Callable[[SentText], Awaitable[None]]


class Outbox:
    """Sends what turns and staff have committed."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        clock: Clock,
        wall: Clock,
        *,
        on_sent: OnSent,
        margin: timedelta = timedelta(seconds=6),
        lease: timedelta = timedelta(seconds=45),
        worker: int | None = None,
        random: Random | None = None,
        on_step: OnStep = pass_by,
    ) -> None:
        """`margin` is what a process may take beside the carrier's own deadline. After both its text is looked up if it
        is gone, and after `lease` in any case. `worker` is its number as one that is there.
        """
        self._database = database
        self._directory = directory
        self._clock = clock
        self._wall = wall
        self._on_sent = on_sent
        self._margin = margin
        self._lease = lease
        self._worker = worker
        self._random = random or Random()  # noqa: S311 - jitter, no secret
        self._on_step = on_step
        self._routes = Routes(clock)
        self._encodings = Encodings()
        self._lookups = LookUps(database, directory, clock, wall, self.drain)

    async def drain(self, clinic: str, conversation: int) -> None:
        """Sends a conversation's queued texts until none is due or one must wait."""
        live = self._directory.clinic(clinic)
        if live is None:
            return
        while True:
            hold = self._hold(live)
            async with self._database.connection() as connection:
                text = await outbox.claim(connection, clinic, conversation, self._clock.now(), hold)
            if text is None or not await self._send(live, conversation, text, hold):
                return

    def _hold(self, live: LiveClinic) -> Hold:
        now = self._wall.now()
        call = max(map(_longest_call, live.channels.values()), default=timedelta()) + self._margin
        return Hold(now + call, now + max(call, self._lease), self._worker)

    async def _send(self, live: LiveClinic, conversation: int, text: Claimed, hold: Hold) -> bool:
        """Sends one claimed text. Returns whether the next one may follow."""
        refused = refusal(text, live.plan, self._clock.now())
        if refused:
            await self._settle(live.id, text, refused.status, refused.reason, due_at=refused.due_at, called=False)
            if refused.status == "held":
                await self._tell_staff(live.id, conversation, "text_held", refused.reason)
            return True
        channel = live.channels.get(text.binding)
        if channel is None:
            await self._settle(live.id, text, "held", f"binding '{text.binding}' is no longer configured")
            await self._tell_staff(live.id, conversation, "text_held", "its channel is no longer configured")
            return True
        route = self._routes.choose(live, channel, text)
        if isinstance(route, Wait):
            due = self._clock.now() + route.pause
            await self._settle(live.id, text, "queued", "its carrier is down", due_at=due, called=False)
            return False
        if route is not channel and not await self._step_over(live, text, route):
            return False
        if route.config.limits and not await self._paced(live, route, text):
            return False
        if self._wall.now() + _longest_call(route) > hold.call_until:
            # We stood still so long that others might take the text for lost while it is with the carrier. It has not
            # left, and must not leave behind their backs.
            now = self._clock.now()
            await self._settle(live.id, text, "queued", "its worker stood still", due_at=now, called=False)
            return False
        return await self._hand_over(live, conversation, route, text)

    async def _paced(self, live: LiveClinic, channel: Channel[Any], text: Claimed) -> bool:
        """Takes a text's place in line under its channel's limits. Returns whether its turn is now."""
        binding, now = channel.context.binding, self._clock.now()
        if text.slot == binding and now - text.due_at <= _PUNCTUAL:
            return True
        limits = pace.named(channel.config.limits, binding)
        async with self._database.transaction() as connection:
            marks = {
                row["name"]: Mark(row["free_at"], row["used"])
                for row in await send_pace.lock(connection, live.id, list(limits))
            }
            place = pace.reserve(limits, marks, count(text.text).segments, now)
            kept = {name: (mark.free_at, mark.used) for name, mark in place.marks.items()}
            await send_pace.keep(connection, live.id, kept)
            if place.at > now:
                slot = binding if place.reserved else None
                reason = "waits for its carrier's pace"
                await outbox.settle(
                    connection,
                    live.id,
                    text.id,
                    text.attempts,
                    "queued",
                    reason=reason,
                    due_at=place.at,
                    slot=slot,
                    called=False,
                )
        return place.at <= now

    async def _hand_over(self, live: LiveClinic, conversation: int, channel: Channel[Any], text: Claimed) -> bool:
        """Calls the carrier and books what comes of it. Returns whether the next text may follow."""
        self._on_step(Step.BEFORE_SEND)
        started = perf_counter()
        try:
            receipt = await self._call(channel, text)
        except OutboundError as error:
            self._routes.told(live, channel, error)
            outcome, go_on = await self._failed(live, conversation, channel, text, error), False
        else:
            self._on_step(Step.AFTER_SEND)
            self._routes.told(live, channel, None)
            outcome, go_on = "sent", await self._taken(live, conversation, channel, text, receipt)
        metrics.send_seconds.labels(live.id, channel.name).observe(perf_counter() - started)
        metrics.sends.labels(live.id, channel.name, outcome).inc()
        return go_on or outcome in ("failed", "opted out")

    async def _call(self, channel: Channel[Any], text: Claimed) -> SendReceipt:
        """One call to the provider, bounded. Whatever breaks in a plugin may have broken after the text left."""
        try:
            async with asyncio.timeout(_longest_call(channel).total_seconds()):
                return await channel.send(
                    OutboundText(id=str(text.key), to=text.recipient, sender=channel.address, text=text.text)
                )
        except OutboundError:
            raise
        except TimeoutError:
            raise OutcomeUnknown("the channel did not keep its deadline", code="deadline") from None
        except Exception as error:
            logger.error("channel broke its contract", binding=channel.context.binding, error=type(error).__name__)
            raise OutcomeUnknown(f"the channel raised {type(error).__name__}", code="plugin") from error

    async def _taken(
        self, live: LiveClinic, conversation: int, channel: Channel[Any], text: Claimed, receipt: SendReceipt
    ) -> bool:
        """Books a receipt. Returns whether another text waits, so that nobody need look for one."""
        now = self._clock.now()
        async with self._database.connection() as connection:
            more = await outbox.sent(connection, live.id, text.id, receipt, now)
        if receipt.cost:
            metrics.book_cost(live.id, channel.name, receipt.cost.micros, receipt.cost.currency)
        self._encodings.note(live.id, channel.name, text.id, count(text.text).encoding, now)
        metrics.answer_seconds.labels(live.id).observe(max(0.0, (now - text.created_at).total_seconds()))
        await self._on_sent(
            SentText(live.id, conversation, str(text.key), channel.name, text.author, receipt.segments, now)
        )
        return more

    async def _step_over(self, live: LiveClinic, text: Claimed, channel: Channel[Any]) -> bool:
        """Sends a text by another binding than its own. Returns whether it is still ours to send."""
        binding, now = channel.context.binding, self._clock.now()
        async with self._database.connection() as connection:
            ours = await outbox.step_over(connection, live.id, text.id, text.attempts, binding, now)
        if ours:
            logger.warning("text goes by another binding", clinic=live.id, text=text.id, to=binding)
            metrics.failovers.labels(live.id, binding).inc()
        return ours

    async def _failed(
        self, live: LiveClinic, conversation: int, channel: Channel[Any], text: Claimed, error: OutboundError
    ) -> str:
        """Gives the text the fate that its error asks for; returns that fate's name."""
        now = self._clock.now()
        sending = live.plan.sending
        reason = type(error).__name__
        doubtful = isinstance(error, RetryLater) and not error.certain
        goes_elsewhere = self._routes.leads_elsewhere(live, channel)
        logger.warning(
            "send failed", clinic=live.id, conversation=conversation, text=text.id, why=reason, code=error.code
        )
        match error:
            case OptedOut():
                async with self._database.transaction() as connection:
                    await outbox.settle(
                        connection, live.id, text.id, text.attempts, "failed", reason=reason, code=error.code
                    )
                    await carrier_says_opted_out(connection, live.id, conversation, f"carrier {error.code}", now)
                return "opted out"
            case Undeliverable():
                await self._settle(live.id, text, "failed", reason, error.code)
                await self._tell_staff(live.id, conversation, "text_failed", f"the carrier refused it ({error.code})")
                return "failed"
            case RetryLater() if text.calls >= sending.attempts:
                await self._settle(live.id, text, "held", "gave up after sending.attempts tries", error.code)
                await self._tell_staff(live.id, conversation, "text_held", "the carrier did not take it")
                return "held"
            case RetryLater() | Misconfigured() if goes_elsewhere and not doubtful:
                await self._settle(live.id, text, "queued", reason, error.code, now)
                return "retry"
            case RetryLater():
                due = now + (error.after or self._back_off(text.calls, sending.first_retry, sending.longest_retry))
                await self._settle(live.id, text, "queued", reason, error.code, due, doubtful=doubtful)
                return "retry"
            case Misconfigured():
                # Retrying soon would not help and dropping would lose it: it waits for the operator.
                await self._settle(live.id, text, "queued", reason, error.code, now + sending.longest_retry)
                return "misconfigured"
            case _:
                await self._settle(live.id, text, "unknown", reason, error.code, now + FIRST_LOOK)
                return "unknown"

    def _back_off(self, attempts: int, first: timedelta, longest: timedelta) -> timedelta:
        """Doubling, with jitter of a quarter either way."""
        delay: timedelta = min(first * 2 ** (attempts - 1), longest)
        return delay * self._random.uniform(0.75, 1.25)

    async def _settle(
        self,
        clinic: str,
        text: Claimed,
        status: str,
        reason: str,
        code: str | None = None,
        due_at: datetime | None = None,
        called: bool = True,
        doubtful: bool = False,
    ) -> None:
        async with self._database.connection() as connection:
            await outbox.settle(
                connection,
                clinic,
                text.id,
                text.attempts,
                status,
                reason=reason,
                code=code,
                due_at=due_at,
                called=called,
                doubtful=doubtful,
            )

    async def _tell_staff(self, clinic: str, conversation: int, kind: str, summary: str) -> None:
        async with self._database.connection() as connection:
            await staff.notify(connection, clinic, conversation, kind, summary, False, self._clock.now())

    async def reconcile(self) -> int:
        """Looks again at texts that may or may not have left. Returns how many were looked at."""
        return await self._lookups.reconcile()


def _longest_call(channel: Channel[Any]) -> timedelta:
    return timedelta(seconds=channel.config.deadline_seconds) + _LATE
