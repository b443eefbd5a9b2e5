"""What staff do to a conversation: taking it, writing in it, giving it back; and what they are told."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from core.store.database import Connection


async def take(connection: Connection, clinic: str, conversation: int) -> int | None:
    """Makes staff the owner and opens a new epoch: bot texts of older epochs will not leave any more.

    Returns the new epoch; None when there is no such conversation.
    """
    epoch: int | None = await connection.fetchval(
        "UPDATE conversation SET owner = 'staff', epoch = epoch + 1 WHERE clinic = $1 AND id = $2 RETURNING epoch",
        clinic,
        conversation,
    )
    return epoch


async def opted_out(connection: Connection, clinic: str, conversation: int) -> bool:
    """Whether the contact has opted out: nothing may be sent then, not even by a person."""
    found: bool | None = await connection.fetchval(
        """
        SELECT p.opted_out_at IS NOT NULL FROM conversation c
          JOIN contact p ON p.clinic = c.clinic AND p.id = c.contact
         WHERE c.clinic = $1 AND c.id = $2
        """,
        clinic,
        conversation,
    )
    return bool(found)


async def release(connection: Connection, clinic: str, conversation: int) -> int | None:
    """Gives the conversation back to the bot. Returns the epoch; None when there is no such conversation.

    The epoch stays: what the bot said before staff came is fenced by theirs, and where they never came, an answer
    that is on its way must not be lost to a release too many.
    """
    epoch: int | None = await connection.fetchval(
        "UPDATE conversation SET owner = 'bot' WHERE clinic = $1 AND id = $2 RETURNING epoch",
        clinic,
        conversation,
    )
    return epoch


async def notify(
    connection: Connection,
    clinic: str,
    conversation: int,
    kind: str,
    summary: str,
    urgent: bool,
    now: datetime,
    *,
    subject: str = "",
    handed_over: bool = False,
) -> None:
    """Writes a notice that comes from the engine itself, outside any turn.

    What belongs to no conversation (`notices.NO_CONVERSATION`) names its `subject`. `handed_over`: a person must act.
    """
    await connection.execute(
        """
        INSERT INTO notice (clinic, conversation, kind, summary, urgent, at, subject, handed_over)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        clinic,
        conversation,
        kind,
        summary,
        urgent,
        now,
        subject,
        handed_over,
    )


async def notify_once(
    connection: Connection, clinic: str, conversation: int, kind: str, summary: str, urgent: bool, now: datetime
) -> None:
    """The same, unless a notice of this kind still waits to be seen."""
    waits = await connection.fetchval(
        """
        SELECT EXISTS (SELECT FROM notice
                        WHERE clinic = $1 AND conversation = $2 AND kind = $3 AND seen_at IS NULL)
        """,
        clinic,
        conversation,
        kind,
    )
    if not waits:
        await notify(connection, clinic, conversation, kind, summary, urgent, now)


async def notices(connection: Connection, clinic: str, conversation: int | None = None) -> list[asyncpg.Record]:
    """A clinic's notices, newest last; of one conversation when given. `told` is what became of them by each means."""
    return list(
        await connection.fetch(
            """
            SELECT n.id, n.conversation, n.subject, n.kind, n.summary, n.urgent, n.at, n.seen_at,
                   (SELECT string_agg(DISTINCT d.means || ' ' || d.status, ', ') FROM notice_delivery d
                     WHERE d.clinic = n.clinic AND d.notice = n.id) AS told
              FROM notice n
             WHERE n.clinic = $1 AND ($2::bigint IS NULL OR n.conversation = $2) ORDER BY n.id
            """,
            clinic,
            conversation,
        )
    )


async def conversations(connection: Connection, clinic: str | None, limit: int = 50) -> list[asyncpg.Record]:
    """The conversations touched last, newest first."""
    return list(
        await connection.fetch(
            """
            SELECT c.clinic, c.id, c.address, c.owner, c.epoch, c.arrived, c.handled, c.touched_at,
                   r.status AS request, p.opted_out_at
              FROM conversation c
              JOIN contact p ON p.clinic = c.clinic AND p.id = c.contact
              LEFT JOIN request r ON r.clinic = c.clinic AND r.conversation = c.id AND r.number = c.requests
             WHERE $1::text IS NULL OR c.clinic = $1
             ORDER BY c.touched_at DESC LIMIT $2
            """,
            clinic,
            limit,
        )
    )


async def clinic_of(connection: Connection, conversation: int) -> str | None:
    """Whose conversation this is; numbers are unique over all clinics of a database."""
    clinic: str | None = await connection.fetchval("SELECT clinic FROM conversation WHERE id = $1", conversation)
    return clinic
