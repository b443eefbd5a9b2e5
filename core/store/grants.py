"""Grants: the tokens of clinics' connected accounts, as ciphertext only, and what becomes of them.

One row a binding. A renewal is claimed, made, and settled, like a text: the claim is marked before the provider is
called, and who comes late with an old claim changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import asyncpg

from core.store.database import Connection


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of a connected account."""

    clinic: str
    binding: str
    #: The provider's name, e.g. "square".
    provider: str
    #: The provider's id of the account.
    account: str
    #: None once the access is gone.
    ciphertext: str | None = field(repr=False)
    key_id: str | None
    expires_at: datetime
    #: Who asked for the connection.
    connected_by: str
    connected_at: datetime
    refreshed_at: datetime
    #: When it is renewed next; None when asking again would not help.
    refresh_at: datetime | None
    #: Whose renewal is under way.
    claim: UUID | None
    #: Renewals that failed since the last that did not.
    attempts: int
    failing_since: datetime | None
    #: The kind of the last failure and the provider's code, e.g. "Misconfigured invalid_client".
    failing_why: str | None
    #: When staff were told that it fails.
    told_at: datetime | None
    revoked_at: datetime | None


_KEPT = """
g.clinic, g.binding, g.provider, g.account, g.ciphertext, g.key_id, g.expires_at, g.connected_by, g.connected_at,
g.refreshed_at, g.refresh_at, g.claim, g.attempts, g.failing_since, g.failing_why, g.told_at, g.revoked_at
"""


def _kept(row: asyncpg.Record | None) -> Kept | None:
    return Kept(**row) if row else None


async def put(
    connection: Connection,
    clinic: str,
    binding: str,
    *,
    provider: str,
    account: str,
    ciphertext: str,
    key_id: str,
    expires_at: datetime,
    refresh_at: datetime,
    connected_by: str,
    now: datetime,
) -> None:
    """Keeps a fresh grant; whatever the binding had before is gone, and so is the claim on it."""
    await connection.execute(
        """
        INSERT INTO oauth_grant (clinic, binding, provider, account, ciphertext, key_id, expires_at, refresh_at,
                                 connected_by, connected_at, refreshed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
        ON CONFLICT (clinic, binding) DO UPDATE
           SET provider = $3, account = $4, ciphertext = $5, key_id = $6, expires_at = $7, refresh_at = $8,
               connected_by = $9, connected_at = $10, refreshed_at = $10, claim = NULL, lease_until = NULL,
               attempts = 0, failing_since = NULL, failing_why = NULL, told_at = NULL, revoked_at = NULL
        """,
        clinic,
        binding,
        provider,
        account,
        ciphertext,
        key_id,
        expires_at,
        refresh_at,
        connected_by,
        now,
    )


async def of(connection: Connection, clinic: str, binding: str) -> Kept | None:
    """What is kept for a binding; None where no account was ever connected."""
    return _kept(
        await connection.fetchrow(
            f"SELECT {_KEPT} FROM oauth_grant g WHERE g.clinic = $1 AND g.binding = $2",  # noqa: S608 - a constant
            clinic,
            binding,
        )
    )


async def all_of(connection: Connection, clinics: Sequence[str]) -> list[Kept]:
    """What is kept for these clinics, by clinic and binding."""
    rows = await connection.fetch(
        f"SELECT {_KEPT} FROM oauth_grant g WHERE g.clinic = ANY($1) ORDER BY 1, 2",  # noqa: S608 - a constant
        list(clinics),
    )
    return [Kept(**row) for row in rows]


async def claim(
    connection: Connection,
    bindings: Sequence[tuple[str, str]],
    now: datetime,
    *,
    wall: datetime,
    lease_until: datetime,
    limit: int = 10,
) -> list[Kept]:
    """Takes grants whose renewal is due, marked before anybody is called: nobody else renews one until `lease_until`.

    `bindings` are pairs of clinic and binding. `wall` is machine time, for leases are about machines.
    """
    rows = await connection.fetch(
        f"""
        UPDATE oauth_grant g SET claim = gen_random_uuid(), lease_until = $5
         WHERE (g.clinic, g.binding) IN (
            SELECT clinic, binding FROM oauth_grant
             WHERE refresh_at <= $3 AND (lease_until IS NULL OR lease_until < $4) AND revoked_at IS NULL
               AND (clinic, binding) IN (SELECT * FROM unnest($1::text[], $2::text[]))
             ORDER BY refresh_at LIMIT $6 FOR UPDATE SKIP LOCKED)
        RETURNING {_KEPT}
        """,  # noqa: S608 - a constant
        [clinic for clinic, _ in bindings],
        [binding for _, binding in bindings],
        now,
        wall,
        lease_until,
        limit,
    )
    return [Kept(**row) for row in rows]


async def renewed(
    connection: Connection,
    kept: Kept,
    *,
    account: str,
    ciphertext: str,
    key_id: str,
    expires_at: datetime,
    refresh_at: datetime,
    now: datetime,
) -> bool:
    """Settles a claim with fresh tokens. False: the claim is not ours any more, and nothing was written."""
    tag = await connection.execute(
        """
        UPDATE oauth_grant
           SET account = $4, ciphertext = $5, key_id = $6, expires_at = $7, refresh_at = $8, refreshed_at = $9,
               claim = NULL, lease_until = NULL, attempts = 0, failing_since = NULL, failing_why = NULL, told_at = NULL
         WHERE clinic = $1 AND binding = $2 AND claim = $3
        """,
        kept.clinic,
        kept.binding,
        kept.claim,
        account,
        ciphertext,
        key_id,
        expires_at,
        refresh_at,
        now,
    )
    return bool(tag == "UPDATE 1")


async def failed(
    connection: Connection,
    kept: Kept,
    why: str,
    *,
    refresh_at: datetime | None,
    told: bool,
    now: datetime,
) -> bool:
    """Settles a claim that brought nothing; `told`: staff are told with it. False: the claim is not ours any more."""
    tag = await connection.execute(
        """
        UPDATE oauth_grant
           SET failing_why = $4, refresh_at = $5, attempts = least(attempts + 1, 1000), claim = NULL,
               lease_until = NULL, failing_since = coalesce(failing_since, $6),
               told_at = CASE WHEN $7 THEN $6 ELSE told_at END
         WHERE clinic = $1 AND binding = $2 AND claim = $3
        """,
        kept.clinic,
        kept.binding,
        kept.claim,
        why,
        refresh_at,
        now,
        told,
    )
    return bool(tag == "UPDATE 1")


async def revoke(connection: Connection, clinic: str, binding: str, at: datetime) -> Kept | None:
    """The access is gone since `at`: its tokens are forgotten. What was kept; None where there was nothing to forget.

    News of a time before the account was connected is about an earlier connection, and changes nothing.
    """
    return _kept(
        await connection.fetchrow(
            f"""
            UPDATE oauth_grant g
               SET revoked_at = $3, ciphertext = NULL, key_id = NULL, refresh_at = NULL, claim = NULL,
                   lease_until = NULL, attempts = 0, failing_since = NULL, failing_why = NULL, told_at = NULL
             WHERE g.clinic = $1 AND g.binding = $2 AND g.revoked_at IS NULL AND g.connected_at <= $3
            RETURNING {_KEPT}
            """,  # noqa: S608 - a constant
            clinic,
            binding,
            at,
        )
    )


async def sealed_otherwise(connection: Connection, key_id: str) -> list[tuple[str, str]]:
    """Clinic and binding of every grant that another key encrypted."""
    rows = await connection.fetch(
        "SELECT clinic, binding FROM oauth_grant WHERE key_id <> $1 ORDER BY clinic, binding", key_id
    )
    return [(row["clinic"], row["binding"]) for row in rows]


async def lock(connection: Connection, clinic: str, binding: str) -> Kept | None:
    """As `of`, and nobody changes it until the transaction ends."""
    return _kept(
        await connection.fetchrow(
            f"SELECT {_KEPT} FROM oauth_grant g WHERE g.clinic = $1 AND g.binding = $2 FOR UPDATE",  # noqa: S608
            clinic,
            binding,
        )
    )


async def reseal(connection: Connection, kept: Kept, ciphertext: str, key_id: str) -> None:
    """The same tokens under another key."""
    await connection.execute(
        "UPDATE oauth_grant SET ciphertext = $3, key_id = $4 WHERE clinic = $1 AND binding = $2",
        kept.clinic,
        kept.binding,
        ciphertext,
        key_id,
    )
