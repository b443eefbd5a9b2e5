"""Windows of conversations in Redis: one key a conversation, which forgets itself.

A key holds one edition of one conversation, and whoever asks for another finds nothing. So neither a flush nor a
restart, nor a database that was restored or begun anew, nor two workers at once can make a window wrong: at worst it is
missing, and the runtime reads PostgreSQL.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, ClassVar, TypeVar

from pydantic import Field, SecretStr

from deskbell import Health, History, HistoryConfig, Line, Misconfigured, Page, RetryLater
from plugins.history.redis.window import Window, decode, encode

Answer = TypeVar("Answer")

#: How long a check may take, in seconds.
_PATIENCE = 3.0


class RedisHistoryConfig(HistoryConfig):
    """Settings of the `redis` history."""

    url: SecretStr = Field(description="Address of the server: rediss://user:password@host:6379/0.")
    keep_seconds: int = Field(
        default=6 * 3600, ge=1, le=30 * 86400, description="How long an untouched window is kept, in seconds."
    )
    connections: int = Field(default=20, ge=1, le=500, description="Most connections of one process.")


class RedisHistory(History[RedisHistoryConfig]):
    """Keeps the newest window of each conversation. Opens without a server: one that is away may come back."""

    name: ClassVar[str] = "redis"
    Config = RedisHistoryConfig

    _client: Any = None

    async def open(self) -> None:
        self._client = await asyncio.to_thread(self._connect, self.config.deadline_seconds)

    def _connect(self, seconds: float) -> Any:
        from redis.asyncio import BlockingConnectionPool, Redis
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff

        pool = BlockingConnectionPool.from_url(
            self.config.url.get_secret_value(),
            max_connections=self.config.connections,
            timeout=seconds,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
            client_name="deskbell",
        )
        return Redis.from_pool(pool)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def check(self) -> Health:
        """Asks on a connection of its own, with more patience than a turn has."""
        patient = await asyncio.to_thread(self._connect, _PATIENCE)
        try:
            await self._answer(patient.ping(), _PATIENCE)
        except RetryLater:
            return Health(ok=False, detail="Redis does not answer; until it does, PostgreSQL is read.")
        except Misconfigured as error:
            return Health(ok=False, detail=f"Redis refuses us ({error.code}): look at the user, password and database.")
        finally:
            await patient.aclose()
        return Health(ok=True, detail="Redis answers")

    async def window(self, page: Page, limit: int) -> Sequence[Line] | None:
        kept = await self._read(page)
        return kept.last(limit) if kept else None

    async def keep(self, page: Page, lines: Sequence[Line], limit: int) -> None:
        await self._write(page, Window(page.edition, limit, lines[-limit:] if limit else ()))

    async def advance(self, page: Page, edition: str, lines: Sequence[Line]) -> None:
        kept = await self._read(page)
        if kept:
            await self._write(page, kept.advanced(edition, lines))

    async def _read(self, page: Page) -> Window | None:
        kept = decode(await self._answer(self._client.get(_key(page))))
        return kept if kept and kept.edition == page.edition else None

    async def _write(self, page: Page, window: Window) -> None:
        await self._answer(self._client.set(_key(page), encode(window), ex=self.config.keep_seconds))

    async def _answer(self, call: Awaitable[Answer], seconds: float = 0) -> Answer:
        """What Redis answers, its errors in our words: theirs may hold its address."""
        from redis import exceptions

        try:
            async with asyncio.timeout(seconds or self.config.deadline_seconds):
                return await call
        except (exceptions.RedisError, TimeoutError, OSError) as error:
            # A login that is refused comes as a lost connection, with the reason behind it.
            told = error.__cause__ if isinstance(error.__cause__, exceptions.RedisError) else error
        away = isinstance(told, exceptions.ConnectionError | exceptions.TimeoutError | TimeoutError | OSError)
        if away and not isinstance(told, exceptions.AuthenticationError):
            raise RetryLater("Redis does not answer", code=type(told).__name__)
        raise Misconfigured("Redis refuses us", code=type(told).__name__)


def _key(page: Page) -> str:
    return f"deskbell:history:{page.clinic}:{page.conversation}"
