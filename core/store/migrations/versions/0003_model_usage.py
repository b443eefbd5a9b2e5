"""What language models use up is counted by clinic and day, so that a day can have a limit."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE model_usage (
            clinic      text    NOT NULL,
            -- Of the clinic's own calendar.
            day         date    NOT NULL,
            tokens      bigint  NOT NULL DEFAULT 0,
            -- Millionths of a dollar.
            cost_micros bigint  NOT NULL DEFAULT 0,
            texts       integer NOT NULL DEFAULT 0,
            PRIMARY KEY (clinic, day)
        )
        """
    )
