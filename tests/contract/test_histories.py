"""Every history that ships, through the same door as everybody's: PostgreSQL itself, and Redis beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import SecretStr

from core.engine.history import PostgresHistory
from core.store.database import Database
from deskbell import History, Line, Page, ProviderContext
from deskbell.testing import HistoryContract
from plugins.history.redis import RedisHistory, RedisHistoryConfig
from tests.redis_server import PASSWORD, RedisServer, _redis, needs_redis, redis_server  # noqa: F401 - fixtures


@needs_redis
class TestRedis(HistoryContract):
    secrets = (PASSWORD,)

    @pytest.fixture(autouse=True)
    def _server(self, redis_server: RedisServer) -> None:  # noqa: F811 - the fixture
        self.server = redis_server

    async def made(self) -> History[Any]:
        config = RedisHistoryConfig(url=SecretStr(self.server.url), deadline_seconds=5)
        return RedisHistory(config, ProviderContext("", "history"))


class TestPostgres(HistoryContract):
    @pytest.fixture(autouse=True)
    def _database(self, database: Database) -> None:
        self.database = database

    async def made(self) -> History[Any]:
        return PostgresHistory(self.database)

    async def begun(self, history: History[Any], clinic: str, lines: Sequence[Line], limit: int = 10) -> Page:
        async with self.database.transaction() as connection:
            conversation = await connection.fetchval(
                """
                WITH who AS (INSERT INTO contact (clinic, created_at) VALUES ($1, now()) RETURNING id)
                INSERT INTO conversation (clinic, contact, kind, address, binding, created_at, touched_at)
                SELECT $1, who.id, 'sms', '+12125550111', 'main', now(), now() FROM who RETURNING id
                """,
                clinic,
            )
        return await self.moved(history, Page(clinic, conversation, ""), lines)

    async def moved(self, history: History[Any], page: Page, lines: Sequence[Line]) -> Page:
        async with self.database.transaction() as connection:
            for line in lines:
                await connection.execute(_HEARD if line.author == "patient" else _SAID, *_row(page, line))
            edition = await connection.fetchval(
                "SELECT edition FROM conversation WHERE clinic = $1 AND id = $2", page.clinic, page.conversation
            )
        return Page(page.clinic, page.conversation, str(edition))


def _row(page: Page, line: Line) -> tuple[Any, ...]:
    if line.author != "patient":
        return (page.clinic, page.conversation, line.author, line.text, line.at)
    body = {"text": "all that was written" if line.withheld else line.text}
    withheld = "health" if line.withheld else None
    return (page.clinic, page.conversation, body, withheld, line.text if line.withheld else "", line.at)


_HEARD = """
WITH hit AS (
    UPDATE conversation SET arrived = arrived + 1, handled = handled + 1, edition = gen_random_uuid()
     WHERE clinic = $1 AND id = $2 RETURNING arrived)
INSERT INTO event (clinic, conversation, seq, kind, dedupe, body, withheld, shown, at, stored_at)
SELECT $1, $2, hit.arrived, 'text', gen_random_uuid(), $3, $4, $5, $6, $6 FROM hit
"""
_SAID = """
WITH hit AS (UPDATE conversation SET edition = gen_random_uuid() WHERE clinic = $1 AND id = $2 RETURNING id)
INSERT INTO outbox (clinic, conversation, kind, author, epoch, binding, recipient, text, segments, due_at, created_at)
SELECT $1, hit.id, 'reply', $3, 0, 'main', '+12125550111', $4, 1, $5, $5 FROM hit
"""
