"""Delivery: texts that staff send again or end, failover, throughput, and what texts cost."""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    # doubtful: an attempt may have left, and nobody could say. spared: claims that were given back before any call.
    # queued_at: when staff queued it again; its age counts from there. slot: the binding whose pace it has waited for.
    """
    ALTER TABLE outbox
        ADD COLUMN doubtful    boolean     NOT NULL DEFAULT false,
        ADD COLUMN spared      smallint    NOT NULL DEFAULT 0,
        ADD COLUMN queued_at   timestamptz,
        ADD COLUMN slot        text,
        ADD COLUMN cost_micros bigint,
        ADD COLUMN currency    text
    """,
    """
    CREATE TABLE outbox_journal (
        clinic text        NOT NULL,
        id     bigint      GENERATED ALWAYS AS IDENTITY,
        text   bigint      NOT NULL,
        before text        NOT NULL,
        after  text        NOT NULL,
        why    text,
        author text        NOT NULL,
        at     timestamptz NOT NULL,
        PRIMARY KEY (clinic, id)
    )
    """,
    "CREATE INDEX outbox_journal_text ON outbox_journal (clinic, text, id)",
    "CREATE INDEX outbox_dead ON outbox (clinic, id) WHERE status IN ('held', 'failed') OR receipt = 40",
    # One row a limit: free_at is when the next may go, used is what a day has taken.
    """
    CREATE TABLE send_pace (
        clinic  text        NOT NULL,
        name    text        NOT NULL,
        free_at timestamptz NOT NULL,
        used    integer     NOT NULL,
        PRIMARY KEY (clinic, name)
    ) WITH (fillfactor = 50)
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
