"""`deskbell announcements`, as an operator runs it beside a system that is up."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.engine import events
from core.store import announcement_deliveries, announcements, mailbox
from core.store.announcement_deliveries import Subscription
from core.store.database import Database
from core.store.mailbox import Arrival, NewEvent, Party
from deskbell import InboundText, ManualClock

ROOT = Path(__file__).parents[3]
SECRET = "whsec_" + base64.b64encode(bytes(32)).decode()
SUBSCRIBERS = """
subscribers:
  crm: {url: "https://crm.example/deskbell", secret: "${env:CRM_SECRET}", types: [fact.learned, deposit.paid]}
  all: {url: "https://all.example/deskbell", secret: "${env:CRM_SECRET}"}
"""
Run = Callable[..., str]


@pytest.fixture
async def run(database: Database, database_url: str, clock: ManualClock, tmp_path: Path) -> Run:
    """Runs the command in a system with three announcements, of which `crm` did not take two."""
    shutil.copytree(ROOT / "clinics" / "harbor", tmp_path / "harbor")
    file = tmp_path / "harbor" / "clinic.yml"
    file.write_text(file.read_text() + SUBSCRIBERS)
    now = clock.now()
    heard = InboundText("in1", "+12125550111", "+12125550142", "hi", now)
    new = NewEvent(events.TEXT, "in1", events.text_body(heard), now, now, now)
    async with database.transaction() as connection:
        await mailbox.store(connection, [Arrival(Party("harbor", "sms", heard.sender, "harbor-main"), new, now)])
        await announcements.put(connection, "harbor", 1, "fact.learned", {"field": "first_name", "value": "Dana"}, now)
        await announcements.put(connection, "harbor", 1, "deposit.paid", {"cents": 5000}, now)
        await announcements.put(connection, "harbor", 1, "opt_out", {"source": "carrier"}, now)
        fresh = await announcements.untold(connection, ["harbor"])
        told = [(one, ["crm", "all"] if one.type != "opt_out" else ["all"]) for one in fresh]
        await announcements.tell(connection, told, now, now)
        due = await announcement_deliveries.claim(connection, Subscription("harbor", "crm"), now, now, 4)
        for delivery in due:
            await announcement_deliveries.settle(connection, delivery, "dead", now, reason="answered 410", due_at=now)

    environment = {
        **os.environ,
        "DESKBELL_DATABASE_URL": database_url,
        "DESKBELL_CLINICS": str(tmp_path),
        "COLUMNS": "200",
        "TELNYX_API_KEY": "key",
        "SQUARE_ACCESS_TOKEN": "token",
        "SQUARE_WEBHOOK_SIGNATURE_KEY": "signature-key",
        "TELNYX_PUBLIC_KEY": base64.b64encode(bytes(32)).decode(),
        "CRM_SECRET": SECRET,
    }

    def command(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", "announcements", *arguments],
            capture_output=True,
            text=True,
            env=environment,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    return command


async def test_the_dead_are_listed_shown_and_replayed(run: Run, database: Database) -> None:
    listed = run("list", "harbor", "--status", "dead")
    assert [line.split()[-6:] for line in listed.splitlines()[1:]] == [
        ["c1", kind, "all", "queued,", "crm", "dead"] for kind in ("fact.learned", "deposit.paid")
    ]
    assert "Dana" not in run("list")
    shown = run("show", "1")
    assert '{"field": "first_name", "value": "Dana"}' in shown
    assert "answered 410" in shown

    assert "1 announcement queued for crm" in run("replay", "harbor", "crm", "--from", "2")
    assert "1 announcement queued for crm" in run("replay", "harbor", "crm")
    assert "0 announcements queued" in run("replay", "harbor", "crm", "--all")
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT status, attempts FROM announcement_delivery WHERE subscriber = 'crm'")
    assert [(row["status"], row["attempts"]) for row in rows] == [("queued", 0)] * 2


async def test_days_bound_a_replay(run: Run) -> None:
    assert "0 announcements" in run("replay", "harbor", "crm", "--until", "2026-03-01")
    assert "0 announcements" in run("replay", "harbor", "crm", "--since", "2026-03-02T15:01")
    said = run("replay", "harbor", "crm", "--since", "2026-03-02", "--until", "2026-03-02T15:00:00")
    assert "2 announcements" in said


async def test_what_is_misspelt_is_told_with_the_nearest(run: Run) -> None:
    assert "Did you mean 'crm'?" in run("replay", "harbor", "crn", code=1)
    assert "Did you mean 'harbor'?" in run("replay", "harbour", "crm", code=1)
    assert "no announcement 99" in run("show", "99", code=1)
    assert run("list", "--status", "sent").splitlines()[1:] == []
