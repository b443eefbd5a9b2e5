"""Texts know when they were let through to their carrier, what they cost, and what staff did about them.

What was let through is itself the log that carriers' limits are counted in: there is no counter to fall out of step.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

STATEMENTS = (
    # cost_micros: millionths of a unit of cost_currency, as the carrier said; a text costs a fraction of a cent.
    """
    ALTER TABLE outbox
        ADD COLUMN resent_at timestamptz,
        ADD COLUMN admitted_at timestamptz,
        ADD COLUMN cost_micros bigint,
        ADD COLUMN cost_currency text
    """,
    "CREATE INDEX outbox_admitted ON outbox (clinic, binding, admitted_at) WHERE admitted_at IS NOT NULL",
    """
    CREATE TABLE outbox_journal (
        clinic text        NOT NULL,
        id     bigint      GENERATED ALWAYS AS IDENTITY,
        text   bigint      NOT NULL,
        act    text        NOT NULL CHECK (act IN ('resend', 'drop')),
        was    text        NOT NULL,
        author text        NOT NULL,
        at     timestamptz NOT NULL,
        PRIMARY KEY (clinic, id),
        FOREIGN KEY (clinic, text) REFERENCES outbox (clinic, id)
    )
    """,
    "CREATE INDEX outbox_journal_text ON outbox_journal (clinic, text)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
