"""Broadcasts: one text to many contacts, each at most once, stoppable and resumable."""

from alembic import op

revision = "0009"
down_revision = "0008"

STATEMENTS = (
    # next_at: the moment at which the next text may be put into the outbox; what keeps all workers within a_minute.
    """
    CREATE TABLE broadcast (
        clinic     text        NOT NULL,
        id         bigint      GENERATED ALWAYS AS IDENTITY,
        text       text        NOT NULL,
        segments   smallint    NOT NULL,
        audience   text        NOT NULL,
        a_minute   smallint    NOT NULL CHECK (a_minute > 0),
        status     text        NOT NULL CHECK (status IN ('running', 'stopped', 'done')),
        next_at    timestamptz NOT NULL,
        started_at timestamptz NOT NULL,
        PRIMARY KEY (clinic, id)
    )
    """,
    "CREATE INDEX broadcast_running ON broadcast (next_at) WHERE status = 'running'",
    # Who started, stopped and resumed it.
    """
    CREATE TABLE broadcast_journal (
        clinic    text        NOT NULL,
        id        bigint      GENERATED ALWAYS AS IDENTITY,
        broadcast bigint      NOT NULL,
        act       text        NOT NULL CHECK (act IN ('start', 'stop', 'resume')),
        author    text        NOT NULL,
        at        timestamptz NOT NULL,
        PRIMARY KEY (clinic, id)
    )
    """,
    # The key makes a contact get it at most once: waiting -> put happens in the transaction that writes its text.
    """
    CREATE TABLE broadcast_recipient (
        clinic    text        NOT NULL,
        broadcast bigint      NOT NULL,
        contact   bigint      NOT NULL,
        status    text        NOT NULL CHECK (status IN ('waiting', 'put', 'left_out')),
        reason    text,
        due_at    timestamptz NOT NULL,
        PRIMARY KEY (clinic, broadcast, contact)
    )
    """,
    """
    CREATE INDEX broadcast_recipient_due ON broadcast_recipient (clinic, broadcast, due_at, contact)
     WHERE status = 'waiting'
    """,
    "ALTER TABLE outbox ADD COLUMN broadcast bigint",
    "CREATE INDEX outbox_broadcast ON outbox (clinic, broadcast) WHERE broadcast IS NOT NULL",
    # It adds a line to the transcript outside of any turn.
    """
    CREATE TRIGGER outbox_by_broadcast AFTER INSERT ON outbox FOR EACH ROW
      WHEN (NEW.broadcast IS NOT NULL) EXECUTE FUNCTION conversation_moves_on()
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
