"""`deskbell deposits`, as the clinic's people run it beside a system that is up."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from base64 import b64encode
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from core.config.catalogue import new_manager
from core.engine import events
from core.engine.deposits.books import Books
from core.engine.engine import Engine
from core.engine.live import LiveClinic
from core.engine.pipeline import Pipeline
from core.engine.queue import WakeQueue
from core.observers import ObserverCalls
from core.store import mailbox
from core.store.database import Database
from core.store.mailbox import Arrival, NewEvent, Party
from core.store.payments import Account
from deskbell import (
    InboundText,
    ManualClock,
    Money,
    PaymentStatus,
    PaymentUpdate,
    SystemClock,
    Undeliverable,
    Unhandled,
)
from deskbell.testing import Answer
from deskbell.testing.server import ProviderServer
from plugins.payments.square import testing as square
from tests.conftest import bare_plan
from tests.integration.engine.bank import Bank

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


def run(
    database_url: str, *arguments: str, stdin: str = "", clinics: Path = ROOT / "clinics", command: str = "deposits"
) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "core.cli", command, *arguments],
        capture_output=True,
        text=True,
        env=surroundings(database_url, clinics),
        timeout=120,
        check=False,
        input=stdin,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout


def surroundings(database_url: str, clinics: Path) -> dict[str, str]:
    return {
        **os.environ,
        "DESKBELL_DATABASE_URL": database_url,
        "DESKBELL_CLINICS": str(clinics),
        "DESKBELL_HOME": str(clinics.parent / ".deskbell"),
        "COLUMNS": "300",
        "TELNYX_API_KEY": "key",
        "TELNYX_PUBLIC_KEY": b64encode(bytes(32)).decode(),
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
        "TWILIO_AUTH_TOKEN": "0" * 32,
        "SQUARE_ACCESS_TOKEN": "token",
        "SQUARE_WEBHOOK_SIGNATURE_KEY": "signature-key",
    }


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


async def test_what_moved_is_added_up_and_a_status_that_money_denies_is_named(
    database: Database, database_url: str, books: Books, asked_for: int
) -> None:
    await books.enter(ACCOUNT, [paid(4000)])
    code, said = run(database_url, "books", "--json")
    [sheet] = json.loads(said)
    assert (code, sheet["clinic"], sheet["balanced"], sheet["astray"]) == (0, "harbor", True, [])
    assert sheet["moved"] == [{"currency": "USD", "payments": 1, "cents": 4000, "refunds": 0, "refunded": 0}]
    assert sheet["held"] == [{"currency": "USD", "status": "held", "deposits": 1, "cents": 4000}]
    async with database.connection() as connection:
        await connection.execute("UPDATE deposit SET status = 'paid'")
    code, said = run(database_url, "books", "harbor")
    assert (code, f"deposit {asked_for} is not" in said, "Not balanced" in said) == (1, True, True)


async def test_what_nobody_acted_on_is_shown_unmatched_money_first(
    database_url: str, books: Books, asked_for: int, clock: ManualClock
) -> None:
    assert await books.enter(ACCOUNT, [paid(order="O9", payment="P9", reference=str(uuid4()))]) == ["unmatched"]
    clock.advance(60)
    assert await books.enter(ACCOUNT, [Unhandled("u1", "payout.sent", clock.now())]) == ["unhandled"]
    code, said = run(database_url, "parked", "harbor")
    assert code == 0
    assert said.index("unmatched") < said.index("payout.sent")
    assert [row["outcome"] for row in json.loads(run(database_url, "parked", "--limit", "1", "--json")[1])] == [
        "unmatched"
    ]


async def test_a_refund_is_said_and_asked_about_first_and_waits_for_a_worker(
    database: Database, database_url: str, books: Books, asked_for: int
) -> None:
    await books.enter(ACCOUNT, [paid()])
    code, said = run(database_url, "refund", str(asked_for), stdin="n\n")
    assert (code, "$50 goes back" in said, "Wanted" in said) == (1, True, False)
    given = ("--cents", "2000", "--by", "Kim", "--yes", "--wait", "0")
    code, said = run(database_url, "refund", str(asked_for), *given)
    assert (code, "$20 of the $50" in said, "No worker has asked for it yet" in said) == (0, True, True)
    async with database.connection() as connection:
        rows = await connection.fetch("SELECT cents, status, wanted_by FROM refund")
    assert [tuple(row) for row in rows] == [(2000, "wanted", "Kim")]
    code, said = run(database_url, "refund", str(asked_for), "--cents", "4000", "--yes")
    assert (code, "not as much" in said) == (1, True)


@pytest.mark.parametrize(
    ("error", "code", "said"), [(None, 0, "given back"), (Undeliverable("no", code="NO"), 1, "refused (Undeliverable")]
)
async def test_what_a_worker_hears_of_a_refund_is_told(
    database: Database, database_url: str, books: Books, asked_for: int, error: Exception | None, code: int, said: str
) -> None:
    await books.enter(ACCOUNT, [paid()])
    bank = Bank()
    bank.script.append(error)
    worker = Engine(database, SystemClock(), ObserverCalls(new_manager()))
    worker.directory.swap({"harbor": LiveClinic(bare_plan(), {}, None, Pipeline([]), payments={ACCOUNT.binding: bank})})
    asking = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "core.cli", "deposits", "refund", str(asked_for), "--yes", "--wait", "100"),
        env=surroundings(database_url, ROOT / "clinics"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert asking.stdout
    while b"Wanted" not in (line := await asking.stdout.readline()):
        assert line, "it ended before it wanted anything"
    assert await worker.refunds.sweep() == 1
    rest = (await asking.stdout.read()).decode()
    assert (await asking.wait(), said in rest) == (code, True)


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


async def test_other_money_in_hand_than_was_asked_for_says_how_to_accept_it(database_url: str, asked_for: int) -> None:
    code, said = run(database_url, "paid", str(asked_for), "--cents", "3000")
    assert (code, "held" in said, f"deposits accept {asked_for}" in said) == (0, True, True)


@pytest.mark.parametrize("number", ["999", "99999999999999999999"])
async def test_an_unknown_number_is_told(database_url: str, number: str) -> None:
    for command in (["show", number], ["refund", number, "--yes"], ["cancel", number]):
        code, said = run(database_url, *command)
        assert (code, f"no deposit {number}" in said) == (1, True)


async def test_a_conversation_is_shown_with_its_deposits(database_url: str, books: Books, asked_for: int) -> None:
    await books.enter(ACCOUNT, [paid(4000)])
    code, said = run(database_url, "show", "c1", command="staff")
    assert (code, f"{asked_for}: $50, held" in said) == (0, True)


@pytest.fixture
def clinics(tmp_path: Path, provider_server: ProviderServer) -> Path:
    """Harbor, whose Square is the loopback's, and Sierra, which takes no payments."""
    folder = tmp_path / "clinics"
    for name in ("harbor", "sierra"):
        shutil.copytree(ROOT / "clinics" / name, folder / name)
    file = folder / "harbor" / "clinic.yml"
    assert "{use: square, " in file.read_text()
    told = f'{{use: square, location_id: L88917AVBK2S5, base_url: "{provider_server.url}", '
    file.write_text(file.read_text().replace("{use: square, ", told))
    return folder


async def test_what_a_provider_did_not_tell_is_asked_for_and_entered(
    database: Database, database_url: str, asked_for: int, clinics: Path, provider_server: ProviderServer
) -> None:
    at = datetime(2026, 3, 3, 17, tzinfo=UTC)
    payment = square.payment("P1", "COMPLETED", Money(5000), order_id="O1", at=at)
    provider_server.script(square.order("O1", ["P1"]), Answer(200, {"payment": payment}))
    code, said = run(database_url, "reconcile", "--days", "366", clinics=clinics)
    assert (code, "harbor: 1 link asked about, 1 new." in said) == (0, True)
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT status FROM deposit") == "paid"


async def test_a_provider_that_cannot_be_asked_is_told_and_is_no_success(
    database_url: str, asked_for: int, clinics: Path, provider_server: ProviderServer
) -> None:
    provider_server.otherwise = square.refused(503, "SERVICE_UNAVAILABLE")
    code, said = run(database_url, "reconcile", "harbor", "--days", "366", clinics=clinics)
    assert (code, "1 could not be asked about" in said) == (1, True)


async def test_a_clinic_that_cannot_be_loaded_is_named_and_the_others_are_asked(
    database_url: str, asked_for: int, clinics: Path
) -> None:
    (clinics / "sierra" / "clinic.yml").write_text("name: [")
    code, said = run(database_url, "reconcile", clinics=clinics)
    assert (code, "harbor: 0 links asked about" in said, "'sierra' cannot be loaded" in said) == (1, True, True)


async def test_only_a_clinic_that_takes_payments_can_be_reconciled(database_url: str, clinics: Path) -> None:
    code, said = run(database_url, "reconcile", "sierra", clinics=clinics)
    assert (code, "takes no payments" in said) == (1, True)
    code, said = run(database_url, "reconcile", "harbr", clinics=clinics)
    assert (code, "Did you mean 'harbor'?" in said) == (1, True)
