"""Intake: what a webhook brought is stored and the mailbox woken, in one transaction, before the 200 goes out."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from core import log, metrics
from core.engine import events
from core.engine.burst import window
from core.engine.deposits.books import Books
from core.engine.gathering import Gathering
from core.engine.live import LiveClinic
from core.engine.queue import Wake, WakeQueue
from core.engine.steps import OnStep, Step, pass_by
from core.receptionist.senders import can_be_texted
from core.store import mailbox, notice_deliveries, outbox
from core.store.consent import carrier_says_opted_out
from core.store.database import Connection, Database
from core.store.mailbox import Arrival, NewEvent, Party, Stored
from core.store.payments import Account
from deskbell import (
    AccessRevoked,
    Channel,
    ChannelEvent,
    Clock,
    DeliveryStatus,
    DeliveryUpdate,
    InboundText,
    MissedCall,
    Payment,
    PaymentEvent,
)

logger = log.get(__name__)

#: How far from our clock a carrier's date of a text may be: it repeats a delivery for days, not for months.
_BELIEVED = timedelta(days=30)
#: How long a caller whom nobody answered may take to text instead. They are texted back within five seconds.
_AFTER_A_CALL = timedelta(seconds=2)


#: An account behind a binding has withdrawn its access, at a moment; says whether there was any.
Revoked = Callable[[str, str, datetime], Awaitable[bool]]


class Intake:
    """Stores events. A failure raises: the webhook is then answered with a 5xx and the provider comes again."""

    def __init__(
        self,
        database: Database,
        queue: WakeQueue,
        books: Books,
        clock: Clock,
        on_step: OnStep = pass_by,
        *,
        revoked: Revoked | None = None,
    ) -> None:
        self._database = database
        self._books = books
        self._revoked = revoked
        self._queue = queue
        self._clock = clock
        self._on_step = on_step
        self._gathering = Gathering(self._store)

    async def accept(self, live: LiveClinic, channel: Channel[Any], heard: Sequence[ChannelEvent]) -> list[str]:
        """Stores everything one webhook brought. Returns after the commit, with what became of each event."""
        outcomes = []
        for event in heard:
            if isinstance(event, InboundText):
                outcome = await self._text(live, channel, event)
            elif isinstance(event, MissedCall):
                outcome = await self._call(live, channel, event)
            else:
                outcome = await self._receipt(live, channel, event)
            metrics.events.labels(live.id, channel.name, outcome).inc()
            outcomes.append(outcome)
        if heard:
            self._on_step(Step.INTAKE_COMMITTED)
        return outcomes

    async def accept_payments(
        self, live: LiveClinic, provider: Payment[Any], heard: Sequence[PaymentEvent]
    ) -> list[str]:
        """Enters what a payment provider reported. Returns after the commit, with what became of each event."""
        account = Account(live.id, provider.context.binding)
        for event in heard:
            # First, and however often: what is entered is passed over the next time.
            if isinstance(event, AccessRevoked) and self._revoked is not None:
                await self._revoked(live.id, account.binding, event.at)
        outcomes = await self._books.enter(account, heard, front=True)
        for outcome in outcomes:
            metrics.events.labels(live.id, provider.name, outcome).inc()
        return outcomes

    async def _text(self, live: LiveClinic, channel: Channel[Any], event: InboundText) -> str:
        now = self._clock.now()
        burst = live.plan.burst
        binding = channel.context.binding
        new = NewEvent(
            kind=events.TEXT,
            dedupe=f"{binding}:{event.id}",
            body=events.text_body(event),
            # A date that cannot be is no reason to lose a text, and would stand in the wrong place for ever.
            at=event.at if abs(event.at - now) < _BELIEVED else now,
            settles_at=now + window(event.text, burst),
            settles_by=now + burst.cap,
        )
        return await self._put(Arrival(Party(live.id, channel.kind, event.sender, binding), new, now))

    async def _call(self, live: LiveClinic, channel: Channel[Any], event: MissedCall) -> str:
        if channel.kind == "sms" and not can_be_texted(event.caller):
            # Nobody to talk with, and no conversation: the next caller without a number is somebody else.
            return "withheld"
        now = self._clock.now()
        burst = live.plan.burst
        binding = channel.context.binding
        new = NewEvent(
            kind=events.CALL,
            dedupe=f"{binding}:call:{event.id}",
            body={},
            at=now,
            # Some text as soon as they have hung up, and get the answer to that; nobody waits longer for a text back.
            settles_at=now + min(burst.fragment, _AFTER_A_CALL),
            settles_by=now + burst.cap,
        )
        return await self._put(Arrival(Party(live.id, channel.kind, event.caller, binding), new, now))

    async def _put(self, arrival: Arrival) -> str:
        try:
            stored = await self._gathering.add(arrival)
        except asyncpg.UniqueViolationError as error:
            if not mailbox.is_duplicate(error):
                raise
            return "duplicate"
        return "stored" if stored else "duplicate"

    async def _store(self, arrivals: Sequence[Arrival]) -> list[Stored | None]:
        """Stores events and wakes their conversations, in one transaction."""
        async with self._database.transaction(front=True) as connection:
            stored = await mailbox.store(connection, arrivals)
            wakes = [
                Wake(arrival.party.clinic, found.conversation, arrival.event.settles_at - arrival.now)
                for arrival, found in zip(arrivals, stored, strict=True)
                if found and found.woke
            ]
            if wakes:
                await self._queue.wake_all(connection, wakes)
        return stored

    async def _receipt(self, live: LiveClinic, channel: Channel[Any], event: DeliveryUpdate) -> str:
        now = self._clock.now()
        async with self._database.transaction(front=True) as connection:
            found = await outbox.receipt(
                connection, live.id, channel.context.binding, event, _as_uuid(event.text_id), now
            )
            if found is None:
                return await self._of_a_notice(connection, live, channel, event)
            conversation, priced = found
            if event.opted_out:
                await carrier_says_opted_out(connection, live.id, conversation, f"carrier {event.code}", now)
        if priced and event.cost:
            metrics.book_cost(live.id, channel.name, event.cost.micros, event.cost.currency)
        return "receipt"

    async def _of_a_notice(
        self, connection: Connection, live: LiveClinic, channel: Channel[Any], event: DeliveryUpdate
    ) -> str:
        """A receipt of what was sent to staff."""
        failed = event.status is DeliveryStatus.FAILED
        found = await notice_deliveries.receipt(
            connection,
            live.id,
            channel.context.binding,
            event.message_id,
            _as_uuid(event.text_id),
            failed,
            self._clock.now(),
        )
        if found and failed:
            logger.error("notice not delivered", clinic=live.id, means="sms", became="failed", why=event.code)
        return "receipt" if found else "unmatched"


def _as_uuid(value: str | None) -> UUID | None:
    """Our text's key as a receipt names it; a foreign or damaged one counts as none."""
    try:
        return UUID(value) if value else None
    except ValueError:
        return None
