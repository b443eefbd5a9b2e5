"""`deskbell staff correct`, as a member of staff runs it beside a system that is up."""

from __future__ import annotations

import os
import subprocess
import sys
from base64 import b64encode
from pathlib import Path

from core.engine import events
from core.store import mailbox
from core.store.database import Database
from core.store.mailbox import Arrival, NewEvent, Party
from deskbell import InboundText, ManualClock

ROOT = Path(__file__).parents[3]


def correct(database_url: str, *arguments: str) -> tuple[int, str]:
    environment = {
        **os.environ,
        "DESKBELL_DATABASE_URL": database_url,
        "DESKBELL_CLINICS": str(ROOT / "clinics"),
        "COLUMNS": "300",
        "TELNYX_API_KEY": "key",
        "SQUARE_ACCESS_TOKEN": "token",
        "SQUARE_WEBHOOK_SIGNATURE_KEY": "signature-key",
        "TELNYX_PUBLIC_KEY": b64encode(bytes(32)).decode(),
    }
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", "staff", "correct", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout + done.stderr


async def test_a_fact_is_put_right_by_an_event_and_a_wrong_one_is_told_what_could_be(
    database: Database, database_url: str, clock: ManualClock
) -> None:
    now = clock.now()
    heard = InboundText("in1", "+12125550111", "+12125550142", "hi", now)
    new = NewEvent(events.TEXT, "in1", events.text_body(heard), now, now, now)
    async with database.transaction() as connection:
        await mailbox.store(connection, [Arrival(Party("harbor", "sms", heard.sender, "harbor-main"), new, now)])
    code, said = correct(database_url, "c1", "service", "Botux")
    assert (code, "'Botox'" in said) == (1, True)
    assert correct(database_url, "c99", "service", "Botox")[0] == 1
    code, said = correct(database_url, "c1", "service", "botox")
    assert (code, "corrected" in said) == (0, True)
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT seq, body FROM event WHERE kind = 'correction'")
    assert [(row["seq"], row["body"]["name"], row["body"]["value"]) for row in rows] == [(2, "service", "Botox")]
    assert rows[0]["body"]["author"]
