"""`deskbell replay-webhook`, as an operator runs it after an outage: what was lost is stored, and nothing twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from core.server.kept import Kept, Recorded
from core.store.database import Database
from core.vault import Vault
from deskbell import ManualClock, Money, RawRequest
from plugins.channels.telnyx import testing as telnyx
from plugins.channels.twilio import testing as twilio
from plugins.payments.square import testing as square

ROOT = Path(__file__).parents[3]
PUBLIC = "https://texts.example.com/webhooks"
HARBOR, SIERRA, PATIENT = "+12125550142", "+13105550177", "+12125550111"
KEY = Fernet.generate_key().decode()
SIGNER = telnyx.Signer()


class Operator:
    """A shell in an installation."""

    def __init__(self, folder: Path, database_url: str, clock: ManualClock) -> None:
        self.folder = folder
        self.at = clock.now()
        self.kept = Kept(folder / "home" / "webhooks", Vault([KEY]))
        self.environment = {
            **os.environ,
            "DESKBELL_DATABASE_URL": database_url,
            "DESKBELL_CLINICS": str(folder / "clinics"),
            "DESKBELL_HOME": str(folder / "home"),
            "DESKBELL_SECRET_KEYS": KEY,
            "COLUMNS": "200",
            "TELNYX_API_KEY": "key",
            "TELNYX_PUBLIC_KEY": SIGNER.public_key,
            "TWILIO_ACCOUNT_SID": twilio.ACCOUNT_SID,
            "TWILIO_AUTH_TOKEN": "token",
            "SQUARE_ACCESS_TOKEN": "token",
            "SQUARE_WEBHOOK_SIGNATURE_KEY": "signature-key",
        }

    def run(self, *arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", "replay-webhook", *arguments],
            capture_output=True,
            text=True,
            env=self.environment,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout + done.stderr

    def keep(self, clinic: str, provider: str, binding: str, request: RawRequest) -> None:
        assert self.kept.keep(Recorded(self.at, clinic, provider, binding, "unstored", request))

    def text(self, message_id: str = "m1") -> RawRequest:
        body = telnyx.received(message_id=message_id, sender=PATIENT, to=[HARBOR], text="lip filler?", at=self.at)
        return SIGNER.sign(f"{PUBLIC}/telnyx/harbor-main", body, self.at)


@pytest.fixture
def operator(database_url: str, clock: ManualClock, tmp_path: Path) -> Operator:
    """The clock stands months before the machine's: signatures are long stale by now."""
    for clinic in ("harbor", "sierra"):
        shutil.copytree(ROOT / "clinics" / clinic, tmp_path / "clinics" / clinic)
    return Operator(tmp_path, database_url, clock)


async def stored(database: Database) -> list[tuple[str, str]]:
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT clinic, kind FROM event ORDER BY clinic")
        payments = await connection.fetch("SELECT clinic FROM payment_event")
    return [(row["clinic"], row["kind"]) for row in rows] + [(row["clinic"], "money") for row in payments]


async def test_what_was_kept_of_each_provider_is_stored_once_and_forgotten(
    operator: Operator, database: Database
) -> None:
    body = twilio.received(message_sid="SM" + "1" * 32, sender=PATIENT, to=SIERRA, text="hi there")
    url = f"{PUBLIC}/twilio/sierra-main"
    operator.keep("harbor", "telnyx", "harbor-main", operator.text())
    operator.keep("sierra", "twilio", "sierra-main", twilio.sign(url, body, "token"))
    url = f"{PUBLIC}/square/harbor-deposits"
    paid = square.payment("p1", "COMPLETED", Money(5000), order_id="o1", at=operator.at)
    news = square.event("payment.updated", "payment", paid, at=operator.at)
    operator.keep("harbor", "square", "harbor-deposits", square.sign(url, news, "signature-key"))

    listed = operator.run("--list")
    assert [line.split()[3] for line in listed.splitlines()[1:]] == [
        "/webhooks/square/harbor-deposits",
        "/webhooks/telnyx/harbor-main",
        "/webhooks/twilio/sierra-main",
    ]
    assert not any(word in listed for word in ("filler", "hi there", PATIENT))
    said = operator.run()
    assert said.count("stored (") == 3
    assert await stored(database) == [("harbor", "text"), ("sierra", "text"), ("harbor", "money")]
    assert operator.kept.files() == []
    assert "No webhook is kept" in operator.run()

    operator.keep("harbor", "telnyx", "harbor-main", operator.text())
    assert "nothing new" in operator.run()
    assert len(await stored(database)) == 3


async def test_a_file_recorded_elsewhere_is_taken_if_its_signature_was_good_as_it_came(
    operator: Operator, database: Database, tmp_path: Path
) -> None:
    good, late, forged = (tmp_path / f"{name}.json" for name in ("good", "late", "forged"))
    request = operator.text()
    record(good, operator, request)
    record(late, operator, request, at=(operator.at + timedelta(hours=1)).isoformat())
    record(forged, operator, RawRequest("POST", request.url, request.headers, request.body.replace(b"lip", b"hip")))
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    broken.chmod(0o644)

    said = operator.run(*map(str, (late, forged, broken)), code=1)
    assert said.count("refused: Telnyx") == 2
    assert "not of the form" in said
    assert f"Others may read {broken}" in said.replace("\n", "")
    assert await stored(database) == []

    assert "hold what patients wrote" in operator.run(str(good))
    assert await stored(database) == [("harbor", "text")]
    assert good.exists(), "what the operator brought is the operator's"


def record(file: Path, operator: Operator, request: RawRequest, **changes: Any) -> None:
    told = {
        "at": operator.at.isoformat(),
        "clinic": "harbor",
        "provider": "telnyx",
        "binding": "harbor-main",
        "request": {
            "method": "POST",
            "url": request.url,
            "headers": dict(request.headers),
            "body": request.body.decode(),
        },
    }
    file.write_text(json.dumps(told | changes))
    file.chmod(0o600)
