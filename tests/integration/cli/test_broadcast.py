"""`deskbell broadcast`, as an operator runs it beside a system that is up."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.cli.broadcast import app
from core.engine import events
from core.store import mailbox
from core.store.database import Database
from core.store.mailbox import Arrival, NewEvent, Party
from deskbell import ManualClock

ROOT = Path(__file__).parents[3]
Run = Callable[..., Awaitable[str]]
TEXT = "We have new opening hours."


@pytest.fixture
async def run(database: Database, database_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command where two patients have written, of whom one has opted out, and a third has only called."""
    now = clock.now()
    wrote = [("+12125550111", events.TEXT), ("+12125550112", events.TEXT), ("+12125550113", events.CALL)]
    async with database.transaction() as connection:
        for number, kind in wrote:
            new = NewEvent(kind, number, {"text": "hi"}, now, now, now)
            await mailbox.store(connection, [Arrival(Party("harbor", "sms", number, "harbor-main"), new, now)])
        await connection.execute("UPDATE conversation SET handled = arrived")
        await connection.execute("UPDATE contact SET opted_out_at = $1 WHERE id = 2", now)
    environment = {
        "DESKBELL_DATABASE_URL": database_url,
        "DESKBELL_CLINICS": str(ROOT / "clinics"),
        "COLUMNS": "200",
        "TELNYX_API_KEY": "key",
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "token",
        "SQUARE_ACCESS_TOKEN": "token",
        "SQUARE_WEBHOOK_SIGNATURE_KEY": "signature-key",
        "TELNYX_PUBLIC_KEY": base64.b64encode(bytes(32)).decode(),
    }

    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    async def command(*arguments: str, code: int = 0, answer: str = "") -> str:
        # In a thread of its own, for it runs a loop of its own.
        done = await asyncio.to_thread(CliRunner().invoke, app, arguments, input=answer)
        assert done.exit_code == code, done.output
        return done.output

    return command


async def rows(database: Database, table: str) -> int:
    async with database.connection() as connection:
        found: int = await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - a name of ours
        return found


async def test_a_plan_shows_who_would_get_it_and_why_others_are_left_out_and_sends_nothing(
    run: Run, database: Database, tmp_path: Path
) -> None:
    said = await run("plan", "harbor", TEXT)
    assert '"Harbor Skin Studio: We have new opening hours. Reply STOP to opt out."' in said
    table = {
        line.rsplit(maxsplit=1)[0].strip(): line.split()[-1]
        for line in said.splitlines()
        if line.strip()[-1:].isdigit()
    }
    assert (table["get it"], table["left out: opted out"], table["left out: no consent on record"]) == ("1", "1", "1")
    phones = tmp_path / "phones.csv"
    phones.write_text("phone,name\n(212) 555-0111,Dana\n+12125550199,Nobody\n")
    assert "left out: never wrote to the clinic" in await run("plan", "harbor", TEXT, "--phones", str(phones))
    phones.write_text("phone\n+12125550111\nDana Cole\n")
    assert "phones.csv:3: the first column is no phone number" in await run(
        "plan", "harbor", TEXT, "--phones", str(phones), code=1
    )
    assert "no words" in await run("plan", "harbor", "", code=1)
    assert "'harbour' is none of" in await run("plan", "harbour", TEXT, code=1)
    assert await rows(database, "broadcast") == 0


async def test_it_is_started_with_a_yes_stopped_resumed_and_shown(run: Run, database: Database) -> None:
    await run("start", "harbor", TEXT, answer="n\n", code=1)
    assert await rows(database, "broadcast") == 0
    assert "Broadcast 1 runs." in await run("start", "harbor", TEXT, "--by", "olga", answer="y\n")
    assert "Broadcast 1 is stopped." in await run("stop", "1", "--by", "rosa")
    assert "does not run: it is stopped" in await run("stop", "1", code=1)
    assert "broadcast 1, stopped" in await run("status", "1", "--watch")
    assert "for the 1 who have nothing yet" in await run("resume", "1", "--by", "rosa")
    shown = await run("status", "1")
    assert [line.split(" ", 2)[2] for line in shown.splitlines() if " by " in line] == [
        "start by olga",
        "stop by rosa",
        "resume by rosa",
    ]
    assert "olga" in await run("status")
    assert "There is no broadcast 7" in await run("status", "7", code=1)
