"""`deskbell outbox`, as the clinic's people run it beside a system that is up."""

from __future__ import annotations

import json

import pytest

from core.engine import events
from core.store import mailbox
from core.store.database import Database
from core.store.mailbox import Arrival, NewEvent, Party
from deskbell import InboundText, ManualClock
from tests.integration.cli.test_deposits import run


@pytest.fixture
async def lost(database: Database, clock: ManualClock) -> int:
    """A text that is held, because nobody can say whether it left."""
    now = clock.now()
    heard = InboundText("in1", "+12125550111", "+12125550142", "hi", now)
    new = NewEvent(events.TEXT, "in1", events.text_body(heard), now, now, now)
    async with database.transaction() as connection:
        await mailbox.store(connection, [Arrival(Party("harbor", "sms", heard.sender, "harbor-main"), new, now)])
        number: int = await connection.fetchval(
            """
            INSERT INTO outbox (clinic, conversation, kind, author, epoch, binding, recipient, text, segments, status,
                                reason, attempts, doubtful, due_at, created_at)
            SELECT 'harbor', id, 'reply', 'bot', 0, 'harbor-main', address, 'See you [soon]', 1, 'held',
                   'nobody can say whether it left', 1, true, $1, $1 FROM conversation RETURNING id
            """,
            now,
        )
    return number


async def test_a_lost_text_is_listed_shown_sent_again_and_ended(database_url: str, lost: int) -> None:
    code, said = run(database_url, "list", "harbor", command="outbox")
    assert (code, "held" in said, "See you" in said) == (0, True, False)
    code, said = run(database_url, "show", str(lost), command="outbox")
    assert (code, "See you [soon]" in said, "+12125550111" in said) == (0, True, False)
    code, _ = run(database_url, "resend", str(lost), command="outbox", stdin="n\n")
    assert code == 1
    code, _ = run(database_url, "resend", str(lost), "--yes", "--by", "rosa", command="outbox")
    assert code == 0
    code, _ = run(database_url, "drop", str(lost), "--yes", "--by", "ann", command="outbox")
    assert code == 0
    code, said = run(database_url, "show", str(lost), "--json", command="outbox")
    shown = json.loads(said)
    assert (shown["status"], shown["recipient"]) == ("dropped", "+1212***0111")
    assert [(act["before"], act["after"], act["author"]) for act in shown["journal"]] == [
        ("held", "queued", "rosa"),
        ("queued", "dropped", "ann"),
    ]
    assert run(database_url, "list", "--json", command="outbox") == (0, "[]\n")


async def test_nothing_is_sent_again_to_who_opted_out(database: Database, database_url: str, lost: int) -> None:
    async with database.connection() as connection:
        await connection.execute("UPDATE contact SET opted_out_at = created_at")
    code, said = run(database_url, "resend", str(lost), "--yes", command="outbox")
    assert (code, "opted out" in said) == (1, True)
    assert run(database_url, "show", "99", command="outbox")[0] == 1
