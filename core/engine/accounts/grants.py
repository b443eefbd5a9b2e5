"""Grants: the tokens of connected accounts, read, kept and forgotten. The one room where they are in the clear.

Providers ask for them before every call, so they are kept in the process for a moment. What this process changes it
sees at once; what another changes, within `_FRESH`.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from core import log
from core.engine.accounts import telling
from core.store import grants
from core.store.database import Connection, Database
from core.store.grants import Kept
from core.vault import Sealed, Vault
from deskbell import Clock, Grant, Misconfigured

logger = log.get(__name__)

#: How old a grant may be that is handed out without looking.
_FRESH = timedelta(minutes=1)
#: Providers want tokens renewed at least weekly (Square: "every 7 days or less"); a day is left for what goes wrong.
_RENEW_AFTER = timedelta(days=6)
_SOONEST = timedelta(minutes=1)

State = Literal["connected", "failing", "expired", "revoked"]


@dataclass(frozen=True, slots=True)
class _Near:
    grant: Grant = field(repr=False)
    read_at: datetime


def renew_at(got_at: datetime, expires_at: datetime) -> datetime:
    """When tokens of `got_at` are to be renewed: after six days, or when a third of their life is left."""
    return max(got_at + _SOONEST, min(got_at + _RENEW_AFTER, got_at + (expires_at - got_at) * 2 / 3))


def state(kept: Kept, now: datetime) -> State:
    """What an operator should know of a connected account, in a word."""
    if kept.revoked_at:
        return "revoked"
    if kept.expires_at <= now:
        return "expired"
    return "failing" if kept.failing_since else "connected"


class Grants:
    """All grants of one database. Raises `Misconfigured` where tokens are kept that our keys do not open."""

    def __init__(self, database: Database, vault: Vault, clock: Clock) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._near: dict[tuple[str, str], _Near] = {}
        #: Counts what was forgotten of a binding: a look that began before it must not put back what it found.
        self._forgotten: dict[tuple[str, str], int] = {}

    def reader(self, clinic: str, binding: str) -> Callable[[], Awaitable[Grant | None]]:
        """What a binding's provider is given to read its own grant with, and nobody else's."""

        async def grant() -> Grant | None:
            return await self.read(clinic, binding)

        return grant

    async def read(self, clinic: str, binding: str) -> Grant | None:
        """The grant as it is now; None while no account is connected."""
        key, now = (clinic, binding), self._clock.now()
        near = self._near.get(key)
        if near and timedelta() <= now - near.read_at < _FRESH and now < near.grant.expires_at:
            return near.grant
        before = self._forgotten.get(key, 0)
        async with self._database.connection() as connection:
            kept = await grants.of(connection, clinic, binding)
        grant = self.opened(kept) if kept else None
        if self._forgotten.get(key, 0) == before:
            self._near.pop(key, None)
            if grant:
                self._near[key] = _Near(grant, now)
        return grant

    def opened(self, kept: Kept) -> Grant | None:
        """What is kept, in the clear; None when the access is gone."""
        if kept.ciphertext is None:
            return None
        secret = json.loads(self._vault.open(kept.ciphertext, clinic=kept.clinic, binding=kept.binding))
        return Grant(
            access_token=secret["access_token"],
            refresh_token=secret["refresh_token"],
            expires_at=datetime.fromisoformat(secret["expires_at"]),
            account=secret["account"],
        )

    def sealed(self, grant: Grant, clinic: str, binding: str) -> Sealed:
        secret = {
            "access_token": grant.access_token,
            "refresh_token": grant.refresh_token,
            "expires_at": grant.expires_at.isoformat(),
            "account": grant.account,
        }
        return self._vault.seal(json.dumps(secret), clinic=clinic, binding=binding)

    def forget_near(self, clinic: str, binding: str) -> None:
        """The next read asks the database."""
        self._near.pop((clinic, binding), None)
        self._forgotten[clinic, binding] = self._forgotten.get((clinic, binding), 0) + 1

    # ---- what changes them ---------------------------------------------------------------------------------------

    async def keep(self, clinic: str, binding: str, provider: str, grant: Grant, by: str) -> None:
        """Keeps the tokens of an account that was just connected, instead of any before; staff are told."""
        now, sealed = self._clock.now(), self.sealed(grant, clinic, binding)
        async with self._database.transaction() as connection:
            await grants.put(
                connection,
                clinic,
                binding,
                provider=provider,
                account=grant.account,
                ciphertext=sealed.ciphertext,
                key_id=sealed.key_id,
                expires_at=grant.expires_at,
                refresh_at=renew_at(now, grant.expires_at),
                connected_by=by,
                now=now,
            )
            await telling.connected(connection, clinic, binding, provider, grant.account, by, now)
        self.forget_near(clinic, binding)
        logger.info("account connected", clinic=clinic, binding=binding, provider=provider, by=by)

    async def revoked(self, clinic: str, binding: str, at: datetime) -> bool:
        """The account has withdrawn our access, as signed news say: its tokens are forgotten and staff are told.

        False: there was nothing to forget, or the news are older than the connection. May be said any number of times.
        """

        async def tell(connection: Connection, kept: Kept) -> None:
            await telling.revoked(connection, clinic, binding, kept.provider, self._clock.now())

        return await self._revoke(clinic, binding, at, tell)

    async def given_back(self, clinic: str, binding: str, by: str) -> bool:
        """One of us has disconnected the account. False: there was nothing to forget."""
        now = self._clock.now()

        async def tell(connection: Connection, kept: Kept) -> None:
            await telling.given_back(connection, clinic, binding, kept.provider, by, now)

        return await self._revoke(clinic, binding, now, tell)

    async def _revoke(
        self, clinic: str, binding: str, at: datetime, tell: Callable[[Connection, Kept], Awaitable[None]]
    ) -> bool:
        async with self._database.transaction() as connection:
            kept = await grants.revoke(connection, clinic, binding, at)
            if kept:
                await tell(connection, kept)
        self.forget_near(clinic, binding)
        if kept:
            logger.warning("account disconnected", clinic=clinic, binding=binding, provider=kept.provider)
        return kept is not None

    async def rotate(self) -> tuple[int, list[str]]:
        """Encrypts with the first key what another one encrypted.

        Returns how many were, and of each that could not be opened why.
        """
        done, faults = 0, []
        async with self._database.connection() as connection:
            waiting = await grants.sealed_otherwise(connection, self._vault.key_id)
        for clinic, binding in waiting:
            async with self._database.transaction() as connection:
                kept = await grants.lock(connection, clinic, binding)
                if kept is None or kept.key_id in (None, self._vault.key_id):
                    continue
                try:
                    grant = self.opened(kept)
                except Misconfigured as error:
                    faults.append(str(error))
                    continue
                if grant:
                    sealed = self.sealed(grant, clinic, binding)
                    await grants.reseal(connection, kept, sealed.ciphertext, sealed.key_id)
                    done += 1
        return done, faults
