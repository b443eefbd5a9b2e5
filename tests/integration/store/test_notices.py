"""Notices in a database that was there before anybody could be told of them, and the editions of its transcripts."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_file_location
from typing import Any
from uuid import uuid4

import asyncpg

from core.store import notices
from core.store.database import Database
from core.store.migrate import migrate
from tests.conftest import database_named

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


def step(name: str) -> Any:
    """A step of the migrations, as a module."""
    file = files("core.store") / "migrations" / "versions" / f"{name}.py"
    spec = spec_from_file_location(f"step_{name}", str(file))
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def test_what_was_noticed_before_anybody_could_be_told_is_not_told_afterwards(server_url: str) -> None:
    name = f"old{uuid4().hex}"
    admin = await asyncpg.connect(server_url)
    await admin.execute(f"CREATE DATABASE {name}")
    url = database_named(server_url, name)
    try:
        connection = await asyncpg.connect(url)
        for statement in step("0001_runtime").STATEMENTS:
            await connection.execute(statement)
        await connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        await connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        for number in (1, 2):
            await connection.execute("INSERT INTO contact (clinic, created_at) VALUES ('harbor', $1)", NOW)
            await connection.execute(_CONVERSATION, number, NOW)
            await connection.execute(_NOTICE, number, NOW)
        await connection.close()
        assert await migrate(url)
        database = await Database.connect(url, size=2)
        async with database.transaction() as connection:
            assert await notices.untold(connection, ["harbor"]) == []
            assert await notices.unanswered(connection, ["harbor"], NOW) == []
            editions = await connection.fetch("SELECT DISTINCT edition FROM conversation")
            tokens = await connection.fetch("SELECT DISTINCT token FROM notice")
        assert (len(editions), len(tokens)) == (2, 2)
        await database.close()
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


_CONVERSATION = """
INSERT INTO conversation (clinic, contact, kind, address, binding, created_at, touched_at)
VALUES ('harbor', $1, 'sms', '+12125550111', 'harbor-main', $2, $2)
"""
_NOTICE = """
INSERT INTO notice (clinic, conversation, kind, summary, urgent, at) VALUES ('harbor', $1, 'lead', 'Dana', true, $2)
"""


async def test_a_clinics_notices_are_never_another_clinics(database: Database) -> None:
    async with database.transaction() as connection:
        for clinic in ("harbor", "sierra"):
            await connection.execute(_NOTICE.replace("'harbor'", f"'{clinic}'"), 7, NOW)
        told = await notices.untold(connection, ["harbor"])
        assert [notice.clinic for notice in told] == ["harbor"]
        assert await notices.see(connection, "harbor", 7, NOW) == 1
        assert await connection.fetchval("SELECT seen_at FROM notice WHERE clinic = 'sierra'") is None
