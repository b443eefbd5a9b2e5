"""Connecting an account: a link for somebody, their browser, the provider's consent, and back with a code.

    invite ─▶ /connect/<link> ─▶ begin: a cookie and a state that belong together ─▶ the provider's page
                                                       /oauth/callback ─▶ complete: the same browser, once, in time

Whoever is to connect a stranger's account to a clinic needs the link before its owner opens it. A stolen address of
the provider's page comes back without the cookie; a made-up callback has no state that fits the cookie. Links, states
and cookies are random and only their hashes are stored.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any

from core import log
from core.engine.accounts.grants import Grants
from core.store import oauth_states
from core.store.database import Database
from core.store.oauth_states import Way
from deskbell import Clock, Misconfigured, OutboundError, Payment

logger = log.get(__name__)

#: How long all of it may take, from the link to the callback.
LIFE = timedelta(minutes=10)
START, CALLBACK = "/connect", "/oauth/callback"

#: The payment providers that are open in this process, by binding id, as they are now.
OpenPayments = Callable[[], Mapping[str, Payment[Any]]]


class Outcome(StrEnum):
    """How a connection ended, for the person in front of the browser."""

    CONNECTED = "connected"
    #: The person, or the provider in their stead, said no.
    DENIED = "denied"
    #: Old, used, unknown, or of another browser: nothing was asked of the provider.
    STALE = "stale"
    #: The provider would not give tokens for the code, or could not be reached.
    REFUSED = "refused"
    #: Something of ours failed.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Begun:
    """A browser is sent to the provider."""

    url: str = field(repr=False)
    #: What only this browser has.
    cookie: str = field(repr=False)


def _token() -> str:
    return secrets.token_urlsafe(32)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class Connecting:
    """The way of one account to one binding."""

    def __init__(
        self,
        database: Database,
        grants: Grants,
        payments: OpenPayments,
        clock: Clock,
        public_url: str,
        *,
        token: Callable[[], str] = _token,
    ) -> None:
        self._database = database
        self._grants = grants
        self._payments = payments
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._token = token

    @property
    def redirect_uri(self) -> str:
        """Where providers send browsers back to; it has to be registered with them."""
        return f"{self._public_url}{CALLBACK}"

    @property
    def secure(self) -> bool:
        """Whether browsers reach us over https."""
        return self._public_url.startswith("https:")

    async def invite(self, clinic: str, binding: str, asked_by: str) -> str:
        """A one-time address for whoever may sign in at the provider; good for `LIFE`."""
        link = self._token()
        expires_at = self._clock.now() + LIFE
        async with self._database.connection() as connection:
            await oauth_states.invite(connection, Way(clinic, binding, asked_by), _hash(link), expires_at)
        logger.info("connection asked for", clinic=clinic, binding=binding, by=asked_by)
        return f"{self._public_url}{START}/{link}"

    async def begin(self, link: str) -> Begun | None:
        """The link was opened: from here on it is of no use to anybody else. None: it was of none before.

        Raises `Misconfigured` when the binding is not open here or not connected this way; the link stays good.
        """
        state, cookie = self._token(), self._token()
        async with self._database.transaction() as connection:
            way = await oauth_states.begin(connection, _hash(link), _hash(state), _hash(cookie), self._clock.now())
            if way is None:
                return None
            url = self._provider(way).authorize_url(state, self.redirect_uri)
        logger.info("connection begun", clinic=way.clinic, binding=way.binding)
        return Begun(url, cookie)

    async def complete(self, state: str, cookie: str, code: str) -> Outcome:
        """The browser came back; without a `code` the person has said no. Never raises for what a provider does."""
        async with self._database.connection() as connection:
            way = await oauth_states.complete(connection, _hash(state), _hash(cookie), self._clock.now())
        if way is None:
            logger.warning("connection refused", why="no such state in this browser")
            return Outcome.STALE
        if not code:
            logger.info("connection denied", clinic=way.clinic, binding=way.binding)
            return Outcome.DENIED
        try:
            provider = self._provider(way)
            async with asyncio.timeout(provider.config.deadline_seconds + 1):
                grant = await provider.exchange(code, self.redirect_uri)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; its words may hold the code
            of_theirs = error.code if isinstance(error, OutboundError) else None
            why = f"{type(error).__name__} {of_theirs or ''}".strip()
            logger.error("no tokens for the code", clinic=way.clinic, binding=way.binding, why=why)
            return Outcome.REFUSED
        await self._grants.keep(way.clinic, way.binding, provider.name, grant, way.asked_by)
        return Outcome.CONNECTED

    def _provider(self, way: Way) -> Payment[Any]:
        provider = self._payments().get(way.binding)
        if provider is None or provider.context.clinic != way.clinic or not provider.connects:
            raise Misconfigured(
                f"clinic '{way.clinic}', binding '{way.binding}': no open payment provider that is connected through"
                " OAuth. `deskbell connections list` names those that are.",
                code="binding",
            )
        return provider

    async def forget_old(self) -> None:
        """Removes ways that ended a day ago."""
        async with self._database.connection() as connection:
            await oauth_states.forget_before(connection, self._clock.now() - timedelta(days=1))
