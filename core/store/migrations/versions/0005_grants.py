"""Accounts are connected through OAuth: their tokens, encrypted, and the ways there that somebody has begun.

A notice may be about something that is no conversation: conversation 0 holds what belongs to none, as request 0 holds
what outlives requests, and `subject` says what it is about then.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

STATEMENTS = (
    # ciphertext is NULL once the access was given back or withdrawn: the row stays, to say so. refresh_at: when the
    # tokens are renewed next, NULL when asking again would not help. claim: whose renewal is under way; every claim is
    # a new one, so that who comes late writes nothing.
    """
    CREATE TABLE oauth_grant (
        clinic        text        NOT NULL,
        binding       text        NOT NULL,
        provider      text        NOT NULL,
        account       text        NOT NULL,
        ciphertext    text,
        key_id        text,
        expires_at    timestamptz NOT NULL,
        connected_by  text        NOT NULL,
        connected_at  timestamptz NOT NULL,
        refreshed_at  timestamptz NOT NULL,
        refresh_at    timestamptz,
        claim         uuid,
        lease_until   timestamptz,
        attempts      smallint    NOT NULL DEFAULT 0,
        failing_since timestamptz,
        failing_why   text,
        told_at       timestamptz,
        revoked_at    timestamptz,
        PRIMARY KEY (clinic, binding),
        CHECK ((ciphertext IS NULL) = (revoked_at IS NOT NULL) AND (ciphertext IS NULL) = (key_id IS NULL))
    )
    """,
    "CREATE INDEX oauth_grant_refresh ON oauth_grant (refresh_at) WHERE refresh_at IS NOT NULL",
    # Hashes only: who reads this table can neither open a link nor answer for a browser.
    """
    CREATE TABLE oauth_state (
        clinic      text        NOT NULL,
        id          bigint      GENERATED ALWAYS AS IDENTITY,
        binding     text        NOT NULL,
        asked_by    text        NOT NULL,
        link_hash   text        NOT NULL,
        state_hash  text,
        cookie_hash text,
        expires_at  timestamptz NOT NULL,
        used_at     timestamptz,
        PRIMARY KEY (clinic, id)
    )
    """,
    "CREATE UNIQUE INDEX oauth_state_link ON oauth_state (link_hash)",
    "CREATE UNIQUE INDEX oauth_state_state ON oauth_state (state_hash)",
    "ALTER TABLE notice ADD COLUMN subject text NOT NULL DEFAULT ''",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
