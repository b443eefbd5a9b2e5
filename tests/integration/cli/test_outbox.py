"""`deskbell outbox`, as an operator runs it: what did not arrive is seen, sent again, or dropped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.store.database import Database
from deskbell import DeliveryStatus, DeliveryUpdate, ManualClock, Undeliverable
from tests.integration.engine.conftest import World, make_world

Run = Callable[..., str]


@pytest.fixture
async def world(database: Database, clock: ManualClock) -> Any:
    """Four texts: one refused, one held, one that the carrier could not deliver, one that arrived."""
    made = make_world(database, clock)
    made.wire.script.append(Undeliverable(code="40310"))
    for number in range(4):
        await made.hear(f"question {number}", f"+121255501{number + 30}")
        await made.settle()
    await made.rows("UPDATE outbox SET status = 'held', reason = 'older than sending.max_age' WHERE id = 2")
    await made.receipt(DeliveryUpdate("m2", DeliveryStatus.FAILED, clock.now(), code="40008"))
    yield made
    await made.engine.stop()


@pytest.fixture
def run(world: World, database_url: str) -> Run:
    environment = {**os.environ, "DESKBELL_DATABASE_URL": database_url, "COLUMNS": "200"}

    def command(*arguments: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "core.cli", "outbox", *arguments], capture_output=True, text=True, env=environment
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    return command


async def test_what_did_not_arrive_is_listed_without_words_and_shown_whole(run: Run) -> None:
    listed = run("list")
    assert all(word in listed for word in ("failed", "40310", "held", "not delivered", "40008", "+1212***0130"))
    assert "question" not in listed
    assert "+12125550130" not in listed
    found = json.loads(run("list", "harbor", "--json"))
    assert [(one["id"], one["standing"]) for one in found] == [(1, "failed"), (2, "held"), (3, "not delivered")]
    assert "question 1" in run("show", "2")
    assert "There is no text 99" in run("show", "99", code=1)


async def test_what_is_sent_again_leaves_once_and_whoever_decided_is_named(run: Run, world: World) -> None:
    before = [row["key"] for row in await world.rows("SELECT key FROM outbox ORDER BY id")]
    for number in ("1", "2", "3"):
        run("resend", number, "--by", "rosa")
    world.clock.set(datetime.now(UTC) + timedelta(minutes=1))  # the command's clock is the machine's
    sent = len(world.wire.taken)
    await world.engine.sweeper.send_due()
    assert sorted(text.text for text in world.wire.taken[sent:]) == ["question 0", "question 1", "question 2"]
    after = [row["key"] for row in await world.rows("SELECT key FROM outbox ORDER BY id")]
    assert after[:2] == before[:2], "what may have left keeps its name"
    assert after[2] != before[2], "and what the carrier has taken once would not be taken for new"
    assert "resend by rosa" in run("show", "2")
    assert "`resend` is for texts that are" in run("resend", "2", code=1)


async def test_nothing_is_sent_again_to_whoever_has_opted_out(run: Run, world: World) -> None:
    await world.rows("UPDATE contact SET opted_out_at = now()")
    assert "opted out" in run("resend", "2", code=1)
    assert await world.value("SELECT status FROM outbox WHERE id = 2") == "held"


async def test_what_is_dropped_never_leaves(run: Run, world: World) -> None:
    run("drop", "2", "--by", "rosa")
    await world.engine.sweeper.send_due()
    assert await world.value("SELECT status FROM outbox WHERE id = 2") == "dropped"
    assert "drop by rosa" in run("show", "2")
    assert "is for texts that are" in run("drop", "4", code=1)
