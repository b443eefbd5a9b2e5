"""The consent ledger: append-only, clinic-wide, with where each entry comes from."""

from __future__ import annotations

from datetime import datetime

from core.store import announcements
from core.store.database import Connection


async def carrier_says_opted_out(
    connection: Connection, clinic: str, conversation: int, source: str, now: datetime
) -> bool:
    """Records an opt-out that only the carrier knew of. Returns whether it was news."""
    contact: int | None = await connection.fetchval(
        """
        UPDATE contact p SET opted_out_at = $3
          FROM conversation c
         WHERE c.clinic = $1 AND c.id = $2 AND p.clinic = $1 AND p.id = c.contact AND p.opted_out_at IS NULL
        RETURNING p.id
        """,
        clinic,
        conversation,
        now,
    )
    if contact is None:
        return False
    await connection.execute(
        "INSERT INTO consent (clinic, contact, opted_out, source, at) VALUES ($1, $2, true, $3, $4)",
        clinic,
        contact,
        source,
        now,
    )
    await announcements.put(connection, clinic, conversation, "opt_out", {"source": "carrier"}, now)
    return True
