"""Look-ups: what became of texts that may or may not have left. Asked of the provider, else left to staff."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from core import log, metrics
from core.engine.live import Directory, LiveClinic
from core.store import outbox, staff, unknown
from core.store.database import Database
from core.store.unknown import Unknown
from deskbell import CannotTell, Clock, OutboundError, OutboundText

logger = log.get(__name__)

#: First look at a text of unknown outcome; receipts usually settle it earlier.
FIRST_LOOK = timedelta(seconds=5)


class LookUps:
    """Settles texts of unknown outcome. `drain` sends what has waited behind them."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        clock: Clock,
        wall: Clock,
        drain: Callable[[str, int], Awaitable[None]],
    ) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._wall = wall
        self._drain = drain

    async def reconcile(self) -> int:
        """Looks again at texts that may or may not have left. Returns how many were looked at."""
        now = self._clock.now()
        async with self._database.connection() as connection:
            # Whoever held them has had all the time that a call may take: they are looked at at once.
            await unknown.expire_leases(connection, self._wall.now(), now)
            due = await unknown.take_unknown(connection, now, now + FIRST_LOOK)
        # Together: a carrier that hangs keeps only its own waiting.
        await asyncio.gather(*(self._look_up(text, now) for text in due))
        return len(due)

    async def _look_up(self, text: Unknown, now: datetime) -> None:
        live = self._directory.clinic(text.clinic)
        if live is None:
            return
        channel = live.channels.get(text.binding)
        if channel is None:
            await self._give_up(live, text, f"binding '{text.binding}' is no longer configured")
            return
        try:
            async with asyncio.timeout(channel.config.deadline_seconds + 1):
                receipt = await channel.look_up(
                    OutboundText(
                        id=str(text.key),
                        to=text.recipient,
                        sender=channel.address,
                        text=text.text,
                        first_attempt_at=text.first_attempt_at,
                        others=frozenset(text.others),
                    )
                )
            if receipt and receipt.message_id in text.others:
                raise CannotTell("The channel took another text for this one.")
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the other texts are looked at too
            logger.warning("look-up failed", clinic=text.clinic, text=text.id, why=type(error).__name__)
            # A carrier that is away comes back; where there is no way to ask, waiting brings nothing.
            away = isinstance(error, OutboundError | TimeoutError) and not isinstance(error, CannotTell)
            patience = live.plan.sending.max_age if away else live.plan.sending.unknown_after
            if now - text.first_attempt_at >= patience:
                await self._give_up(live, text, "nobody can say whether it left")
            return
        if receipt is None:
            await self._settle(text, "queued", "looked up: did not leave", now)
        else:
            async with self._database.connection() as connection:
                await outbox.sent(connection, text.clinic, text.id, receipt, now)
            if receipt.cost:
                metrics.book_cost(text.clinic, channel.name, receipt.cost.micros, receipt.cost.currency)
        await self._drain(text.clinic, text.conversation)

    async def _give_up(self, live: LiveClinic, text: Unknown, reason: str) -> None:
        """Leaves a text of unknown outcome to staff, so that those behind it may go."""
        await self._settle(text, "held", reason)
        now = self._clock.now()
        async with self._database.connection() as connection:
            summary = "nobody can say whether a text left"
            await staff.notify(connection, live.id, text.conversation, "text_held", summary, False, now)
        await self._drain(text.clinic, text.conversation)

    async def _settle(self, text: Unknown, status: str, reason: str, due_at: datetime | None = None) -> None:
        async with self._database.connection() as connection:
            await outbox.settle(connection, text.clinic, text.id, text.attempts, status, reason=reason, due_at=due_at)
