"""What happened is announced to systems outside: once written, delivered until it is taken or given up."""

from alembic import op

revision = "0006"
down_revision = "0005"

STATEMENTS = (
    # key is what receivers know it by: random, for they remember longer than a database that was begun anew. told_at:
    # observers were told and deliveries made of it; what nobody subscribes to is taken out then.
    """
    CREATE TABLE announcement (
        clinic       text        NOT NULL,
        id           bigint      GENERATED ALWAYS AS IDENTITY,
        key          uuid        NOT NULL DEFAULT gen_random_uuid(),
        conversation bigint      NOT NULL,
        type         text        NOT NULL,
        data         jsonb       NOT NULL,
        at           timestamptz NOT NULL,
        told_at      timestamptz,
        PRIMARY KEY (clinic, id)
    )
    """,
    "CREATE INDEX announcement_untold ON announcement (id) WHERE told_at IS NULL",
    "CREATE INDEX announcement_at ON announcement (clinic, at)",
    """
    CREATE TABLE announcement_delivery (
        clinic       text        NOT NULL,
        announcement bigint      NOT NULL,
        subscriber   text        NOT NULL,
        status       text        NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sending', 'sent', 'dead')),
        reason       text,
        attempts     smallint    NOT NULL DEFAULT 0,
        due_at       timestamptz NOT NULL,
        lease_until  timestamptz,
        settled_at   timestamptz,
        PRIMARY KEY (clinic, announcement, subscriber)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE INDEX announcement_delivery_due ON announcement_delivery (clinic, subscriber, due_at) WHERE status = 'queued'
    """,
    "CREATE INDEX announcement_delivery_leased ON announcement_delivery (lease_until) WHERE status = 'sending'",
    "CREATE INDEX announcement_delivery_dead ON announcement_delivery (clinic, subscriber) WHERE status = 'dead'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
