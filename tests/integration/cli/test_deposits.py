"""`deskbell deposits`, as the clinic's people run it beside a system that is up."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from core.engine import events
from core.engine.deposits.books import Books
from core.engine.queue import WakeQueue
from core.store import mailbox
from core.store.database import Database
from core.store.mailbox import Arrival, NewEvent, Party
from core.store.payments import Account
from deskbell import InboundText, ManualClock, Money, PaymentStatus, PaymentUpdate, Unhandled

ROOT = Path(__file__).parents[3]
ACCOUNT = Account("harbor", "harbor-deposits")


@pytest.fixture
def books(database: Database, clock: ManualClock) -> Books:
    return Books(database, WakeQueue(database), clock)


@pytest.fixture
async def asked_for(database: Database, clock: ManualClock) -> int:
    """A deposit of fifty dollars whose link is open."""
    now = clock.now()
    heard = InboundText("in1", "+12125550111", "+12125550142", "hi", now)
    new = NewEvent(events.TEXT, "in1", events.text_body(heard), now, now, now)
    async with database.transaction() as connection:
        await mailbox.store(connection, [Arrival(Party("harbor", "sms", heard.sender, "harbor-main"), new, now)])
        number: int = await connection.fetchval(
            """
            INSERT INTO deposit (clinic, conversation, request, binding, cents, currency, status, link_id, order_id,
                                 link_url, url, created_at, moved_at)
            SELECT 'harbor', id, 1, 'harbor-deposits', 5000, 'USD', 'link_sent', 'L1', 'O1', 'https://checkout.example/1',
                   'https://clinic.example/pay/0', $1, $1 FROM conversation RETURNING id
            """,
            now,
        )
    return number


def run(database_url: str, *arguments: str, stdin: str = "") -> tuple[int, str]:
    environment = {
        **os.environ,
        "DESKBELL_DATABASE_URL": database_url,
        "DESKBELL_CLINICS": str(ROOT / "clinics"),
        "COLUMNS": "300",
        "TELNYX_API_KEY": "key",
        "TELNYX_PUBLIC_KEY": b64encode(bytes(32)).decode(),
        "SQUARE_ACCESS_TOKEN": "token",
        "SQUARE_WEBHOOK_SIGNATURE_KEY": "signature-key",
    }
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", "deposits", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
        check=False,
        input=stdin,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def paid(cents: int = 5000, *, payment: str = "P1", order: str = "O1", reference: str | None = None) -> PaymentUpdate:
    at = datetime(2026, 3, 3, 17, tzinfo=UTC)
    return PaymentUpdate(uuid4().hex, payment, PaymentStatus.PAID, Money(cents), at, order, reference)


async def test_a_deposit_is_listed_shown_and_added_up(database_url: str, books: Books, asked_for: int) -> None:
    await books.enter(ACCOUNT, [paid()])
    code, said = run(database_url, "list", "harbor", "--status", "paid")
    assert (code, "$50" in said, "paid" in said) == (0, True, True)
    assert run(database_url, "list", "--status", "expired", "--json") == (0, "[]\n")
    code, said = run(database_url, "show", str(asked_for), "--json")
    found = json.loads(said)
    assert (code, found["status"], found["payments"][0]["cents"]) == (0, "paid", 5000)
    assert [(line["before"], line["after"], line["cause"]) for line in found["journal"]] == [
        ("link_sent", "paid", "payment")
    ]
    code, said = run(database_url, "show", str(asked_for))
    assert (code, "https://clinic.example/pay/0" in said, "checkout.example" in said) == (0, True, False)
    assert "checkout.example" in run(database_url, "show", str(asked_for), "--link")[1]
    assert json.loads(run(database_url, "books", "harbor", "--json")[1]) == [
        {"currency": "USD", "payments": 1, "cents": 5000, "refunds": 0, "refunded": 0}
    ]


async def test_what_nobody_acted_on_is_shown_unmatched_money_first(
    database_url: str, books: Books, asked_for: int, clock: ManualClock
) -> None:
    news = [Unhandled("u1", "payout.sent", clock.now()), paid(order="O9", payment="P9", reference=str(uuid4()))]
    assert await books.enter(ACCOUNT, news) == ["unhandled", "unmatched"]
    code, said = run(database_url, "parked", "harbor")
    assert code == 0
    assert said.index("unmatched") < said.index("payout.sent")


async def test_a_refund_is_asked_about_first_and_then_on_its_way(
    database: Database, database_url: str, books: Books, asked_for: int
) -> None:
    await books.enter(ACCOUNT, [paid()])
    assert run(database_url, "refund", str(asked_for), stdin="n\n")[0] == 1
    code, said = run(database_url, "refund", str(asked_for), "--cents", "2000", "--by", "Kim", "--yes")
    assert (code, "$20" in said) == (0, True)
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT cents, status, wanted_by FROM refund")
    assert [tuple(row) for row in rows] == [(2000, "wanted", "Kim")]
    code, said = run(database_url, "refund", str(asked_for), "--cents", "4000", "--yes")
    assert (code, "not as much" in said) == (1, True)


async def test_a_held_amount_is_accepted_and_what_is_over_cannot_be_cancelled(
    database: Database, database_url: str, books: Books, asked_for: int
) -> None:
    await books.enter(ACCOUNT, [paid(4000)])
    assert run(database_url, "accept", str(asked_for))[0] == 0
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT status FROM deposit") == "paid"
    code, said = run(database_url, "cancel", str(asked_for))
    assert (code, "only an open one" in said) == (1, True)


async def test_money_in_hand_counts_and_an_unknown_number_is_told(
    database: Database, database_url: str, asked_for: int
) -> None:
    assert run(database_url, "paid", str(asked_for), "--by", "Kim")[0] == 0
    async with database.connection() as connection:
        causes = await connection.fetch("SELECT cause FROM deposit_journal ORDER BY id")
    assert [row["cause"] for row in causes] == ["payment", "marked paid by Kim"]
    code, said = run(database_url, "show", "999")
    assert (code, "no deposit 999" in said) == (1, True)


async def test_only_a_clinic_that_takes_payments_can_be_reconciled(database_url: str) -> None:
    code, said = run(database_url, "reconcile", "sierra")
    assert (code, "takes payments" in said) == (1, True)
