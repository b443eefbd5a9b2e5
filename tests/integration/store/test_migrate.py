"""Migrations: from nothing to the newest step, once, however many processes start at the same time."""

import asyncio
from importlib.resources import files

import asyncpg
import pytest

from core.store.database import Database
from core.store.migrate import HEAD, NewerDatabase, current, migrate


async def test_an_empty_database_is_brought_to_the_newest_step(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        assert await current(connection) == HEAD
    finally:
        await connection.close()


async def test_a_second_run_has_nothing_to_do(database_url: str) -> None:
    assert await migrate(database_url) is False


async def test_the_newest_step_is_the_last_file_in_versions() -> None:
    steps = sorted(file.name for file in (files("core.store") / "migrations" / "versions").iterdir())
    assert [name for name in steps if name.endswith(".py")][-1].startswith(f"{HEAD}_")


async def test_several_processes_may_migrate_at_once(server_url: str, database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute("CREATE DATABASE bare")
    url = server_url.replace("/postgres?", "/bare?")
    try:
        assert sorted(await asyncio.gather(*(migrate(url) for _ in range(4)))) == [False, False, False, True]
    finally:
        async with database.connection() as connection:
            await connection.execute("DROP DATABASE bare WITH (FORCE)")


async def test_a_database_of_a_newer_version_is_left_alone_and_the_error_says_which(
    database: Database, database_url: str
) -> None:
    async with database.connection() as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match=f"step 9999.*up to {HEAD}"):
        await migrate(database_url)
    async with database.connection() as connection:
        assert await current(connection) == "9999"


async def test_every_table_of_ours_begins_its_key_with_the_clinic(database: Database) -> None:
    async with database.connection() as connection:
        rows = await connection.fetch(
            """
            SELECT c.relname, (SELECT a.attname FROM pg_attribute a
                                WHERE a.attrelid = c.oid AND a.attnum = i.indkey[0]) AS first
              FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
              JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE i.indisprimary AND n.nspname = 'public'
               AND c.relname NOT LIKE 'pgqueuer%' AND c.relname <> 'alembic_version'
            """
        )
    assert len(rows) >= 10
    assert {row["relname"] for row in rows if row["first"] != "clinic"} == set()
