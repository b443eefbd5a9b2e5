"""The ways to a provider's consent that somebody has begun: a link, then a state with a cookie, then it is used up.

Only hashes are stored. Each step is one statement that takes what it needs, so that two browsers cannot both have it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.store.database import Connection


@dataclass(frozen=True, slots=True)
class Way:
    """Which binding is to be connected, and who asked for it."""

    clinic: str
    binding: str
    asked_by: str


async def invite(connection: Connection, way: Way, link_hash: str, expires_at: datetime) -> None:
    """A link was made for somebody."""
    await connection.execute(
        "INSERT INTO oauth_state (clinic, binding, asked_by, link_hash, expires_at) VALUES ($1, $2, $3, $4, $5)",
        way.clinic,
        way.binding,
        way.asked_by,
        link_hash,
        expires_at,
    )


async def begin(connection: Connection, link_hash: str, state_hash: str, cookie_hash: str, now: datetime) -> Way | None:
    """A browser opened the link: state and cookie belong together from here on. None: no such link, old, or used."""
    row = await connection.fetchrow(
        """
        UPDATE oauth_state SET state_hash = $2, cookie_hash = $3
         WHERE link_hash = $1 AND state_hash IS NULL AND expires_at > $4
        RETURNING clinic, binding, asked_by
        """,
        link_hash,
        state_hash,
        cookie_hash,
        now,
    )
    return Way(**row) if row else None


async def complete(connection: Connection, state_hash: str, cookie_hash: str, now: datetime) -> Way | None:
    """The browser came back. None: another browser, another way, too late, or for the second time."""
    row = await connection.fetchrow(
        """
        UPDATE oauth_state SET used_at = $3
         WHERE state_hash = $1 AND cookie_hash = $2 AND used_at IS NULL AND expires_at > $3
        RETURNING clinic, binding, asked_by
        """,
        state_hash,
        cookie_hash,
        now,
    )
    return Way(**row) if row else None


async def forget_before(connection: Connection, moment: datetime) -> None:
    """Removes what expired before `moment`."""
    await connection.execute("DELETE FROM oauth_state WHERE expires_at < $1", moment)
