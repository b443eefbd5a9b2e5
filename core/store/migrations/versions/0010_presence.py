"""Presence: which worker has a text, and until when its call to the carrier may last."""

from alembic import op

revision = "0010"
down_revision = "0009"

STATEMENTS = (
    # worker: the number under which a process holds a lock for as long as it is connected.
    "ALTER TABLE outbox ADD COLUMN worker integer",
    "ALTER TABLE outbox ADD COLUMN call_until timestamptz",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
