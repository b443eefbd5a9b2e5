"""How much a carrier lets through: what left lately is counted in the outbox itself, across all processes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from core.store.database import Connection

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('throughput ' || $1, 0))"

#: The latest of the texts that fill the window beyond `$4` segments.
_FULL = """
SELECT admitted_at FROM (
    SELECT o.admitted_at, sum(o.segments) OVER (ORDER BY o.admitted_at DESC, o.id DESC) AS segments
      FROM outbox o WHERE o.clinic = $1 AND o.binding = ANY($2) AND o.admitted_at > $3 AND o.id <> $5) AS lately
 WHERE segments > $4 ORDER BY admitted_at DESC LIMIT 1
"""


async def admit(
    connection: Connection,
    clinic: str,
    bindings: Sequence[str],
    text_id: int,
    segments: int,
    limits: Mapping[timedelta, int],
    now: datetime,
) -> datetime | None:
    """Lets a claimed text through, and counts it. Else the moment when there is room for it.

    `limits` are segments in any window of that length, shared by the `bindings`. In a transaction: whoever else wants
    to send by them waits until it ends. A text of more segments than a window holds goes once the window is empty.
    """
    await connection.execute(_LOCK, " ".join([clinic, *sorted(bindings)]))
    waits: list[datetime] = []
    for window, most in limits.items():
        room = max(0, most - segments)
        full = await connection.fetchval(_FULL, clinic, list(bindings), now - window, room, text_id)
        if full is not None:
            waits.append(full + window)
    if waits:
        return max(waits)
    await connection.execute("UPDATE outbox SET admitted_at = $3 WHERE clinic = $1 AND id = $2", clinic, text_id, now)
    return None
