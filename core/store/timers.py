"""Timers: rows that wake a conversation when business time has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.store.database import Connection


@dataclass(frozen=True, slots=True)
class Due:
    clinic: str
    conversation: int
    name: str
    due_at: datetime
    data: Mapping[str, Any] = field(repr=False)


async def take_due(connection: Connection, now: datetime, limit: int = 100) -> list[Due]:
    """Removes due timers and returns them; the caller turns each into an event in the same transaction."""
    rows = await connection.fetch(
        """
        DELETE FROM timer WHERE (clinic, conversation, name) IN (
            SELECT clinic, conversation, name FROM timer WHERE due_at <= $1
             ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED)
        RETURNING clinic, conversation, name, due_at, data
        """,
        now,
        limit,
    )
    return [Due(**row) for row in rows]


async def settle(connection: Connection, clinic: str, conversation: int, names: Sequence[str], prefix: str) -> None:
    """Takes timers away that nothing is left to do for: those of these names, and all that begin with `prefix`."""
    await connection.execute(
        "DELETE FROM timer WHERE clinic = $1 AND conversation = $2 AND (name = ANY($3) OR starts_with(name, $4))",
        clinic,
        conversation,
        list(names),
        prefix,
    )
