"""The consent ledger: it only grows, the newest word is the law, and it can be entered again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from core.engine import events
from core.store import consent, mailbox
from core.store.consent import Entered, Entry
from core.store.database import Database
from core.store.mailbox import Arrival, NewEvent, Party
from deskbell import InboundText, ManualClock

DANA, OMAR = "+12125550111", "+12125550112"


@pytest.fixture
def said(clock: ManualClock) -> Any:
    """An entry of so many days ago."""

    def make(phone: str, opted_out: bool, days: float) -> Entry:
        return Entry(phone, opted_out, clock.now() - timedelta(days=days), "import")

    return make


async def enter(database: Database, clock: ManualClock, *entries: Entry) -> Entered:
    async with database.transaction() as connection:
        return await consent.enter(connection, "harbor", "harbor-main", entries, clock.now())


async def law(database: Database) -> dict[str, bool]:
    async with database.connection() as connection:
        rows = await connection.fetch(
            "SELECT a.address, p.opted_out_at IS NOT NULL AS out FROM address a JOIN contact p ON p.id = a.contact"
        )
    return {row["address"]: row["out"] for row in rows}


async def texts(database: Database, clock: ManualClock, phone: str) -> Sequence[Any]:
    now = clock.now()
    heard = InboundText(f"in-{phone}", phone, "+12125550142", "hi", now)
    new = NewEvent(events.TEXT, heard.id, events.text_body(heard), now, now, now)
    async with database.transaction() as connection:
        return await mailbox.store(connection, [Arrival(Party("harbor", "sms", phone, "harbor-main"), new, now)])


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent SET opted_out = false",
        "DELETE FROM consent",
        "TRUNCATE consent",
        "UPDATE consent SET words = ''",
    ],
)
async def test_no_statement_changes_or_removes_an_entry(
    database: Database, clock: ManualClock, said: Any, statement: str
) -> None:
    await enter(database, clock, said(DANA, True, 1))
    async with database.connection() as connection:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="append-only"):
            await connection.execute(statement)
        assert await connection.fetchval("SELECT opted_out FROM consent")


async def test_numbers_never_seen_become_contacts_who_are_met_again_when_they_text(
    database: Database, clock: ManualClock, said: Any
) -> None:
    assert await enter(database, clock, said(DANA, False, 3), said(OMAR, True, 2)) == Entered(2, 2, 1, 0)
    [stored] = await texts(database, clock, DANA)
    assert stored
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM contact") == 2
        assert await connection.fetchval("SELECT count(*) FROM conversation") == 2
    assert await law(database) == {DANA: False, OMAR: True}


async def test_the_same_entries_again_change_nothing(database: Database, clock: ManualClock, said: Any) -> None:
    entries = said(DANA, False, 3), said(DANA, True, 2), said(OMAR, True, 1)
    await enter(database, clock, *entries)
    clock.advance(3600)
    assert await enter(database, clock, *entries) == Entered()


@pytest.mark.parametrize(
    ("first", "then", "out"),
    [
        ((True, 1), (False, 2), True),
        ((True, 2), (False, 1), False),
        ((False, 1), (True, 2), False),
        ((False, 2), (True, 1), True),
        ((True, 1), (False, 1), True),
        ((False, 1), (True, 1), True),
    ],
)
async def test_what_was_said_last_holds_however_it_is_entered_and_of_two_at_once_the_opt_out(
    database: Database, clock: ManualClock, said: Any, first: Any, then: Any, out: bool
) -> None:
    await enter(database, clock, said(DANA, *first))
    await enter(database, clock, said(DANA, *then))
    assert await law(database) == {DANA: out}
    other = said(OMAR, *first), said(OMAR, *then)
    await enter(database, clock, *other)
    assert (await law(database))[OMAR] is out


async def test_an_older_opt_in_from_a_file_does_not_lift_a_stop_that_was_texted(
    database: Database, clock: ManualClock, said: Any
) -> None:
    [stored] = await texts(database, clock, DANA)
    async with database.transaction() as connection:
        await consent.carrier_says_opted_out(connection, "harbor", stored.conversation, "carrier 40300", clock.now())
    clock.advance(60)
    assert await enter(database, clock, said(DANA, False, 1)) == Entered(0, 1, 0, 0)
    assert await law(database) == {DANA: True}


async def test_one_clinics_entries_are_not_anothers(database: Database, clock: ManualClock, said: Any) -> None:
    await enter(database, clock, said(DANA, True, 1))
    async with database.transaction() as connection:
        await consent.enter(connection, "sierra", "sierra-main", [said(DANA, False, 2)], clock.now())
    async with database.connection() as connection:
        found = await connection.fetch("SELECT clinic, opted_out_at IS NOT NULL AS out FROM contact ORDER BY clinic")
        assert [tuple(row) for row in found] == [("harbor", True), ("sierra", False)]


async def test_a_number_that_texts_while_it_is_entered_is_one_contact(
    database: Database, clock: ManualClock, said: Any
) -> None:
    many = [f"+1212555{n:04}" for n in range(100, 140)]
    await asyncio.gather(
        enter(database, clock, *(said(phone, True, 1) for phone in many)),
        *(texts(database, clock, phone) for phone in many[::5]),
    )
    async with database.connection() as connection:
        assert await connection.fetchval("SELECT count(*) FROM contact") == len(many)
        assert await connection.fetchval("SELECT count(*) FROM event") == len(many[::5])


async def test_a_stop_that_is_recorded_while_a_file_is_entered_is_not_lost(
    database: Database, clock: ManualClock, said: Any
) -> None:
    await enter(database, clock, said(DANA, False, 3))
    async with database.transaction() as connection:
        conversation = await connection.fetchval("SELECT id FROM conversation")
        await consent.carrier_says_opted_out(connection, "harbor", conversation, "carrier 40300", clock.now())
        # It waits for the lock, and sees what was written meanwhile.
        entering = asyncio.create_task(enter(database, clock, said(DANA, False, 2)))
        for _ in range(1000):
            if await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"):
                break
    await entering
    assert await law(database) == {DANA: True}
