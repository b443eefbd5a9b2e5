"""What all tests share: no network but loopback, a clean environment, and a real PostgreSQL.

One embedded server serves the whole run, however many processes it has; every test that asks for a database gets
its own, copied from a migrated template.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from pytest_socket import socket_allow_hosts

from core.config.clinic import ClinicPlan
from core.config.schema import Burst, PaymentLinks, QuietHours, Sending, Turns
from core.store.database import Database
from core.store.embedded import EmbeddedServer
from core.store.migrate import migrate
from deskbell import Clinic, ManualClock, Service

#: A clinic that no file describes, for tests that need only some clinic.
CLINIC = Clinic(
    id="harbor",
    name="Harbor",
    timezone=ZoneInfo("America/New_York"),
    phone="+12125550134",
    services=(Service(name="Botox"),),
)


def bare_plan() -> ClinicPlan:
    """That clinic's plan, without bindings and stages."""
    return ClinicPlan(
        clinic=CLINIC,
        folder=Path(),
        channels={},
        payments={},
        models={},
        knowledge=None,
        pipeline=(),
        burst=Burst.model_validate({"fragment": "4s", "text": "2s", "question": "1s", "cap": "10s"}),
        turns=Turns.model_validate({"deadline": "5s", "attempts": 3}),
        sending=Sending.model_validate(
            {
                "attempts": 4,
                "max_age": "24h",
                "first_retry": "2s",
                "longest_retry": "5m",
                "unknown_after": "2m",
                "failover": "same_number",
                "failover_after": "30s",
            }
        ),
        quiet_hours=QuietHours.model_validate({"begin": "20:00", "end": "08:00", "then": "defer"}),
        payment_links=PaymentLinks.model_validate(
            {"remind_after": "4h", "expire_after": "48h", "look_up_after": "15m", "attempts": 4}
        ),
        digest="",
    )


_HOME = "DESKBELL_TEST_HOME"
_PREFIXES = ("DESKBELL_", "TELNYX_", "TWILIO_", "AWS_", "ANTHROPIC_", "SQUARE_", "PGQUEUER_")


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """With `-n auto`. Much of what tests wait for are other processes: more of us than cores keep those busy."""
    return (os.cpu_count() or 1) * 3 // 2


def pytest_configure(config: pytest.Config) -> None:
    for name in list(os.environ):
        if name.startswith(_PREFIXES) and name != _HOME:
            del os.environ[name]
    if not hasattr(config, "workerinput"):
        os.environ[_HOME] = tempfile.mkdtemp(prefix="deskbell-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(_HOME), ignore_errors=True)


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


@pytest.fixture
def clock() -> ManualClock:
    """A Monday morning in New York, before the clinic opens there."""
    return ManualClock(datetime(2026, 3, 2, 15, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A running PostgreSQL with a migrated database named ``template``; shared by the processes of a run."""
    home = Path(os.environ[_HOME])
    server = EmbeddedServer(home)
    url = server.start()
    with (home / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        asyncio.run(_make_template(url))
    yield url
    server.stop()


async def _make_template(url: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        if await connection.fetchval("SELECT count(*) FROM pg_database WHERE datname = 'template'"):
            return
        # Nothing here outlives the run, so nothing need reach the disk.
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 300"):
            await connection.execute(f"ALTER SYSTEM SET {setting}")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.execute("CREATE DATABASE template")
        await migrate(database_named(url, "template"))
    finally:
        await connection.close()


def database_named(url: str, name: str) -> str:
    """The same server's address with another database."""
    return url.replace("/postgres?", f"/{name}?")


@pytest.fixture
async def database_url(server_url: str) -> AsyncIterator[str]:
    """An empty, migrated database of the test's own."""
    name = f"t{uuid4().hex}"
    admin = await asyncpg.connect(server_url)
    try:
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE template")
        yield database_named(server_url, name)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await admin.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = await Database.connect(database_url, size=5)
    try:
        yield database
    finally:
        await database.close()
