"""The consent ledger keeps words and is never rewritten; a text knows which stage wrote it."""

from alembic import op

revision = "0008"
down_revision = "0007"

STATEMENTS = (
    # The words that said so, and no more of the text: it is in `event`, where there was one.
    "ALTER TABLE consent ADD COLUMN words text NOT NULL DEFAULT ''",
    """
    CREATE FUNCTION consent_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the consent ledger is append-only: write a new entry'
              USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """,
    """
    CREATE TRIGGER consent_append_only BEFORE UPDATE OR DELETE ON consent
       FOR EACH ROW EXECUTE FUNCTION consent_stays()
    """,
    """
    CREATE TRIGGER consent_not_emptied BEFORE TRUNCATE ON consent
       FOR EACH STATEMENT EXECUTE FUNCTION consent_stays()
    """,
    # What quiet hours of its own go by: 'missed_call', 'deposit'.
    "ALTER TABLE outbox ADD COLUMN written_by text NOT NULL DEFAULT ''",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
