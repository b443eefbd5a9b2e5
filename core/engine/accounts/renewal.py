"""Renewal: tokens are refreshed long before they end, and staff are told in time when they cannot be.

Every worker looks; the database keeps them apart, for some refresh tokens are good for one use only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from core import log, metrics
from core.engine.accounts import telling
from core.engine.accounts.connecting import OpenPayments
from core.engine.accounts.grants import Grants, renew_at, state
from core.receptionist.when import clock_text, weekday_text
from core.store import grants as store
from core.store.database import Database
from core.store.grants import Kept
from deskbell import Clock, Grant, Misconfigured, OutboundError, OutcomeUnknown, Payment, RetryLater, Undeliverable

logger = log.get(__name__)

#: Longer than any provider's deadline may be.
_LEASE = timedelta(seconds=60)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)
#: How long a provider may be away before staff are told.
_PATIENCE = timedelta(days=1)

#: A clinic's time zone.
Zones = Callable[[str], ZoneInfo]


class Renewal:
    """Renews what is due and tells the figures of all."""

    def __init__(
        self,
        database: Database,
        grants: Grants,
        payments: OpenPayments,
        zones: Zones,
        clock: Clock,
        wall: Clock,
        *,
        random: Random | None = None,
    ) -> None:
        self._database = database
        self._grants = grants
        self._payments = payments
        self._zones = zones
        self._clock = clock
        self._wall = wall
        self._random = random or Random()  # noqa: S311 - jitter, no secret

    async def renew_due(self) -> int:
        """Renews the grants that are due and that no other worker is at. Returns how many were tried."""
        open_now = {one: provider for one, provider in self._payments().items() if provider.connects}
        if not open_now:
            return 0
        wall = self._wall.now()
        async with self._database.connection() as connection:
            due = await store.claim(
                connection,
                [(provider.context.clinic, binding) for binding, provider in open_now.items()],
                self._clock.now(),
                wall=wall,
                lease_until=wall + _LEASE,
            )
        await asyncio.gather(*(self._renew(kept, open_now[kept.binding]) for kept in due))
        return len(due)

    async def _renew(self, kept: Kept, provider: Payment[Any]) -> None:
        try:
            old = self._grants.opened(kept)
            if old is None:
                return
            async with asyncio.timeout(provider.config.deadline_seconds + 1):
                fresh = await provider.refresh(old)
        except OutboundError as error:
            await self._failed(kept, error)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything, and its words may hold a token
            await self._failed(kept, OutcomeUnknown(f"the provider raised {type(error).__name__}", code="plugin"))
        else:
            await self._renewed(kept, old, fresh)

    async def _renewed(self, kept: Kept, old: Grant, fresh: Grant) -> None:
        # Providers whose refresh token stays the same may leave it out.
        grant = replace(
            fresh, refresh_token=fresh.refresh_token or old.refresh_token, account=fresh.account or old.account
        )
        now, sealed = self._clock.now(), self._grants.sealed(grant, kept.clinic, kept.binding)
        async with self._database.transaction() as connection:
            ours = await store.renewed(
                connection,
                kept,
                account=grant.account,
                ciphertext=sealed.ciphertext,
                key_id=sealed.key_id,
                expires_at=grant.expires_at,
                refresh_at=renew_at(now, grant.expires_at),
                now=now,
            )
            if ours and kept.told_at:
                await telling.renewed(connection, kept.clinic, kept.binding, now)
        self._grants.forget_near(kept.clinic, kept.binding)
        if ours:
            logger.info("grant renewed", clinic=kept.clinic, binding=kept.binding)

    async def _failed(self, kept: Kept, error: OutboundError) -> None:
        now, why = self._clock.now(), f"{type(error).__name__} {error.code or ''}".strip()
        for_good = isinstance(error, Undeliverable | Misconfigured)
        late = now - (kept.failing_since or now) >= _PATIENCE or now >= kept.expires_at
        told = kept.told_at is None and (for_good or late)
        async with self._database.transaction() as connection:
            ours = await store.failed(connection, kept, why, refresh_at=self._again(kept, error), told=told, now=now)
            if ours and told:
                ends = self._ends(kept, now)
                await telling.failing(connection, kept.clinic, kept.binding, kept.provider, ends, now)
        if ours:
            tell = logger.error if for_good or late else logger.warning
            tell("grant not renewed", clinic=kept.clinic, binding=kept.binding, why=why)

    def _again(self, kept: Kept, error: OutboundError) -> datetime | None:
        """When it is tried again: soon, later, or, where the account refused for good, never."""
        now = self._clock.now()
        match error:
            case Undeliverable():
                return None
            case Misconfigured():
                # It waits for the operator.
                return now + _LONGEST_PAUSE
            case RetryLater() if error.after is not None:
                return now + error.after
            case _:
                pause = min(_FIRST_PAUSE * 2.0 ** min(kept.attempts, 10), _LONGEST_PAUSE)
                return now + pause * self._random.uniform(0.75, 1.25)

    def _ends(self, kept: Kept, now: datetime) -> str:
        if kept.expires_at <= now:
            return "now"
        local = kept.expires_at.astimezone(self._zones(kept.clinic))
        day = weekday_text(local.weekday())[:3]
        return f"{day} {local:%d %b}, {clock_text(local.time())}"

    async def measure(self) -> None:
        """Sets the gauge of connected accounts."""
        clinics = sorted({provider.context.clinic for provider in self._payments().values()})
        now = self._clock.now()
        async with self._database.connection() as connection:
            found = await store.all_of(connection, clinics) if clinics else []
        metrics.grants.clear()
        for kept in found:
            metrics.grants.labels(kept.clinic, state(kept, now)).inc()
