"""Deliveries of notices: an SMS through the clinic's own channels, or an e-mail, each once.

A delivery is marked before a carrier or a mail server is called. Where nobody can say whether it left, it is looked up
with the carrier or held; it is never sent again blindly.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from core import log, metrics
from core.engine.live import Directory, LiveClinic
from core.engine.paging import wording
from core.engine.paging.mail import Mailer
from core.store import notice_deliveries
from core.store.database import Database
from core.store.notice_deliveries import Delivery
from core.store.notices import Means
from deskbell import (
    CannotTell,
    Channel,
    Clock,
    Misconfigured,
    OptedOut,
    OutboundError,
    OutboundText,
    OutcomeUnknown,
    RetryLater,
    Undeliverable,
)

logger = log.get(__name__)

#: First look at a delivery of unknown outcome, and from then on.
_LOOK_AGAIN = timedelta(seconds=30)


class Deliveries:
    """Sends what is due and settles what is in doubt."""

    def __init__(
        self,
        database: Database,
        directory: Directory,
        clock: Clock,
        wall: Clock,
        *,
        mailer: Mailer | None,
        public_url: str,
        lease: timedelta,
        random: Random,
    ) -> None:
        self._database = database
        self._directory = directory
        self._clock = clock
        self._wall = wall
        self._mailer = mailer
        self._public_url = public_url
        self._lease = lease
        self._random = random

    async def send_texts(self) -> int:
        """Sends the texts that are due. Returns how many were tried."""
        return await self._send_due("sms")

    async def send_mails(self) -> int:
        """Sends the e-mails that are due. Returns how many were tried."""
        return await self._send_due("email")

    async def _send_due(self, means: Means) -> int:
        lease_until = self._wall.now() + self._lease
        async with self._database.connection() as connection:
            due = await notice_deliveries.claim(connection, means, self._directory.ids, self._clock.now(), lease_until)
        await asyncio.gather(*(self._send(delivery, lease_until) for delivery in due))
        return len(due)

    async def _send(self, delivery: Delivery, lease_until: datetime) -> None:
        now, live = self._clock.now(), self._directory.clinic(delivery.clinic)
        if live is None or self._wall.now() >= lease_until:
            # It has not left. Who stood still beyond the lease must not send behind others' backs.
            await self._settle(delivery, "queued", "its worker could not send it", due_at=now + _LOOK_AGAIN)
            return
        refused = _refusal(delivery, now - delivery.first_attempt_at > live.plan.sending.max_age)
        if refused:
            await self._settle(delivery, *refused)
            return
        try:
            provider_id = await (
                self._mail(live, delivery) if delivery.means == "email" else self._text(live, delivery)
            )
        except OutboundError as error:
            await self._failed(live, delivery, error)
        else:
            await self._settle(delivery, "sent", provider_id=provider_id)

    async def _text(self, live: LiveClinic, delivery: Delivery) -> str:
        """By SMS. Each attempt goes through the clinic's next channel, so that one carrier's bad day is not ours."""
        channels = [channel for channel in live.channels.values() if channel.kind == "sms"]
        if not channels:
            raise Misconfigured("the clinic has no channel for texts", code="channel")
        channel = channels[(delivery.attempts - 1) % len(channels)]
        async with self._database.connection() as connection:
            await notice_deliveries.through(connection, delivery, channel.context.binding)
        try:
            async with asyncio.timeout(channel.config.deadline_seconds + 1):
                receipt = await channel.send(self._outbound(live, channel, delivery))
        except OutboundError:
            raise
        except Exception as error:
            raise OutcomeUnknown(f"the channel raised {type(error).__name__}", code="plugin") from error
        return receipt.message_id

    async def _mail(self, live: LiveClinic, delivery: Delivery) -> str:
        if self._mailer is None:
            raise Misconfigured("no mail server is set: DESKBELL_SMTP_URL and DESKBELL_MAIL_FROM", code="smtp")
        await self._mailer.send(wording.mail(delivery, live.plan.clinic, self._public_url))
        return str(delivery.key)

    def _outbound(self, live: LiveClinic, channel: Channel[Any], delivery: Delivery) -> OutboundText:
        return OutboundText(
            id=str(delivery.key),
            to=delivery.recipient,
            sender=channel.address,
            text=wording.text(delivery, live.plan.clinic, self._public_url),
            first_attempt_at=delivery.first_attempt_at if delivery.attempts > 1 else None,
        )

    async def _failed(self, live: LiveClinic, delivery: Delivery, error: OutboundError) -> None:
        now, sending = self._clock.now(), live.plan.sending
        reason = f"{type(error).__name__} {error.code or ''}".strip()
        match error:
            case OptedOut() | Undeliverable():
                await self._settle(delivery, "failed", reason)
            case RetryLater() if delivery.attempts >= sending.attempts:
                await self._settle(delivery, "held", f"gave up after sending.attempts tries: {reason}")
            case RetryLater():
                pause = min(sending.first_retry * 2 ** (delivery.attempts - 1), sending.longest_retry)
                due = now + (error.after or pause * self._random.uniform(0.75, 1.25))
                await self._settle(delivery, "queued", reason, due_at=due)
            case Misconfigured():
                # It waits for the operator, who is told each time.
                await self._settle(delivery, "queued", f"{reason}: {error}", due_at=now + sending.longest_retry)
            case _:
                await self._settle(delivery, "unknown", reason, due_at=now + _LOOK_AGAIN)

    async def _settle(
        self,
        delivery: Delivery,
        status: str,
        reason: str | None = None,
        *,
        due_at: datetime | None = None,
        provider_id: str | None = None,
    ) -> None:
        metrics.notice_deliveries.labels(delivery.clinic, delivery.means, status).inc()
        # Told at the first failure and at the end; what lies between is patience.
        if status != "sent" and not (status == "queued" and delivery.attempts > 1):
            tell = logger.error if status in ("held", "failed") else logger.warning
            tell(
                "notice not delivered",
                clinic=delivery.clinic,
                conversation=delivery.conversation,
                kind=delivery.kind,
                means=delivery.means,
                became=status,
                why=reason,
            )
        async with self._database.connection() as connection:
            await notice_deliveries.settle(
                connection,
                delivery,
                status,
                self._clock.now(),
                reason=reason,
                due_at=due_at,
                provider_id=provider_id,
            )

    # ---- deliveries of unknown outcome -----------------------------------------------------------------------------

    async def reconcile(self) -> int:
        """Looks again at deliveries that may or may not have left. Returns how many."""
        now = self._clock.now()
        async with self._database.connection() as connection:
            await notice_deliveries.expire_leases(connection, self._wall.now(), now)
            unknown = await notice_deliveries.take_unknown(connection, self._directory.ids, now, now + _LOOK_AGAIN)
        for delivery in unknown:
            await self._look_up(delivery, now)
        return len(unknown)

    async def _look_up(self, delivery: Delivery, now: datetime) -> None:
        live = self._directory.clinic(delivery.clinic)
        if live is None:
            return
        channel = live.channels.get(delivery.binding or "")
        if delivery.means == "email" or channel is None:
            await self._settle(delivery, "held", "nobody can say whether it left")
            return
        others = frozenset(delivery.others)
        wanted = replace(
            self._outbound(live, channel, delivery), first_attempt_at=delivery.first_attempt_at, others=others
        )
        try:
            async with asyncio.timeout(channel.config.deadline_seconds + 1):
                receipt = await channel.look_up(wanted)
            if receipt and receipt.message_id in others:
                raise CannotTell("The channel took another text for this one.")
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the other deliveries are looked at too
            away = isinstance(error, OutboundError | TimeoutError) and not isinstance(error, CannotTell)
            patience = live.plan.sending.max_age if away else live.plan.sending.unknown_after
            if now - delivery.first_attempt_at >= patience:
                await self._settle(delivery, "held", "nobody can say whether it left")
            return
        if receipt is None:
            await self._settle(delivery, "queued", "looked up: did not leave", due_at=now)
        else:
            await self._settle(delivery, "sent", provider_id=receipt.message_id)


def _refusal(delivery: Delivery, too_old: bool) -> tuple[str, str] | None:
    """Why a delivery must not leave now: what becomes of it, and the reason."""
    if delivery.seen:
        return "dropped", "somebody has acted on it"
    if delivery.opted_out:
        return "failed", "the number has opted out of the clinic's texts"
    if too_old:
        return "held", "older than sending.max_age"
    return None
