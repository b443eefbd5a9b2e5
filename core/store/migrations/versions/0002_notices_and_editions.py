"""Notices reach people, and histories know when a conversation has moved on.

A conversation's edition names the state of its transcript: whatever adds a line, changes one or takes one out gives it
a new one. Texts that never left are taken out, and staff write at any time: for these two a trigger sees to it, so that
no statement can forget. A turn's commit does it by itself.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    # Random, and not counted: after a restore, or in a database begun anew, an old number would come again.
    "ALTER TABLE conversation ADD COLUMN edition uuid NOT NULL DEFAULT gen_random_uuid()",
    # What may go further of an event whose words are withheld.
    "ALTER TABLE event ADD COLUMN shown text NOT NULL DEFAULT ''",
    """
    CREATE FUNCTION conversation_moves_on() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE conversation SET edition = gen_random_uuid() WHERE clinic = NEW.clinic AND id = NEW.conversation;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER outbox_by_staff AFTER INSERT ON outbox FOR EACH ROW
      WHEN (NEW.author = 'staff') EXECUTE FUNCTION conversation_moves_on()
    """,
    """
    CREATE TRIGGER outbox_taken_out AFTER UPDATE OF status ON outbox FOR EACH ROW
      WHEN ((NEW.status IN ('dropped', 'failed')) <> (OLD.status IN ('dropped', 'failed')))
      EXECUTE FUNCTION conversation_moves_on()
    """,
    # token stands in the link that staff are sent, and says nothing by itself. told_at: deliveries were made of it.
    # handed_over: a person must act, so it is raised again until one does.
    """
    ALTER TABLE notice
        ADD COLUMN token       text        NOT NULL DEFAULT substr(replace(gen_random_uuid()::text, '-', ''), 1, 12),
        ADD COLUMN handed_over boolean     NOT NULL DEFAULT false,
        ADD COLUMN told_at     timestamptz,
        ADD COLUMN raised      smallint    NOT NULL DEFAULT 0,
        ADD COLUMN raise_at    timestamptz
    """,
    # What was noticed before anybody could be told is not told now.
    "UPDATE notice SET told_at = at",
    "CREATE INDEX notice_untold ON notice (id) WHERE told_at IS NULL",
    "CREATE INDEX notice_raised ON notice (raise_at) WHERE raise_at IS NOT NULL AND seen_at IS NULL",
    "CREATE UNIQUE INDEX notice_token ON notice (clinic, token)",
    # key is the idempotency key that a carrier sees, as in outbox.
    """
    CREATE TABLE notice_delivery (
        clinic           text        NOT NULL,
        id               bigint      GENERATED ALWAYS AS IDENTITY,
        key              uuid        NOT NULL DEFAULT gen_random_uuid(),
        notice           bigint      NOT NULL,
        round            smallint    NOT NULL,
        means            text        NOT NULL CHECK (means IN ('sms', 'email')),
        recipient        text        NOT NULL,
        status           text        NOT NULL DEFAULT 'queued' CHECK (status IN
                         ('queued', 'sending', 'unknown', 'sent', 'failed', 'dropped', 'held')),
        reason           text,
        attempts         smallint    NOT NULL DEFAULT 0,
        binding          text,
        provider_id      text,
        due_at           timestamptz NOT NULL,
        lease_until      timestamptz,
        first_attempt_at timestamptz,
        created_at       timestamptz NOT NULL,
        sent_at          timestamptz,
        PRIMARY KEY (clinic, id),
        UNIQUE (clinic, notice, round, means, recipient)
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX notice_delivery_due ON notice_delivery (due_at) WHERE status IN ('queued', 'unknown')",
    "CREATE INDEX notice_delivery_leased ON notice_delivery (lease_until) WHERE status = 'sending'",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
