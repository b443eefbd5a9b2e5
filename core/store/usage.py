"""What language models used up, by clinic and day. Written with the turn that used it; read for budgets."""

from __future__ import annotations

from datetime import date

from core.store.database import Connection
from deskbell import Usage


async def of_day(connection: Connection, clinic: str, day: date) -> Usage:
    """What a clinic used on one of its days."""
    row = await connection.fetchrow(
        "SELECT tokens, cost_micros, texts FROM model_usage WHERE clinic = $1 AND day = $2", clinic, day
    )
    return Usage(**dict(row)) if row else Usage()
