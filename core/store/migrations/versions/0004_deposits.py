"""Deposits: what was asked for, what providers reported, what was given back, and a journal of every change."""

from alembic import op

revision = "0004"
down_revision = "0003"

STATEMENTS = (
    # key is the idempotency key that the provider sees and hands back. token stands in the address that a patient is
    # texted; url is that address and link_url the provider's own page behind it.
    # errand is what the cashier has to do with the provider: make the link, or make it void.
    """
    CREATE TABLE deposit (
        clinic       text        NOT NULL,
        id           bigint      GENERATED ALWAYS AS IDENTITY,
        key          uuid        NOT NULL DEFAULT gen_random_uuid(),
        token        text        NOT NULL DEFAULT substr(replace(gen_random_uuid()::text, '-', ''), 1, 16),
        conversation bigint      NOT NULL,
        request      integer     NOT NULL,
        binding      text        NOT NULL,
        cents        integer     NOT NULL CHECK (cents > 0),
        currency     text        NOT NULL,
        status       text        NOT NULL DEFAULT 'requested' CHECK (status IN
                     ('requested', 'link_sent', 'paid', 'failed', 'expired', 'cancelled', 'held', 'refunded',
                      'disputed')),
        accepted     boolean     NOT NULL DEFAULT false,
        link_id      text,
        order_id     text,
        link_url     text,
        url          text        NOT NULL DEFAULT '',
        errand       text        CHECK (errand IN ('make', 'void')),
        attempts     smallint    NOT NULL DEFAULT 0,
        due_at       timestamptz,
        lease_until  timestamptz,
        looked_up_at timestamptz,
        created_at   timestamptz NOT NULL,
        moved_at     timestamptz NOT NULL,
        PRIMARY KEY (clinic, id),
        UNIQUE (clinic, key)
    ) WITH (fillfactor = 70)
    """,
    "CREATE UNIQUE INDEX deposit_token ON deposit (token)",
    """
    CREATE UNIQUE INDEX deposit_open ON deposit (clinic, conversation, request)
     WHERE status IN ('requested', 'link_sent', 'failed')
    """,
    "CREATE INDEX deposit_conversation ON deposit (clinic, conversation, id)",
    "CREATE INDEX deposit_order ON deposit (clinic, binding, order_id) WHERE order_id IS NOT NULL",
    "CREATE INDEX deposit_due ON deposit (due_at) WHERE errand IS NOT NULL",
    "CREATE INDEX deposit_followed ON deposit (looked_up_at) WHERE status IN ('link_sent', 'failed')",
    """
    CREATE TABLE deposit_journal (
        clinic  text        NOT NULL,
        id      bigint      GENERATED ALWAYS AS IDENTITY,
        deposit bigint      NOT NULL,
        before  text,
        after   text        NOT NULL,
        cause   text        NOT NULL,
        at      timestamptz NOT NULL,
        PRIMARY KEY (clinic, id)
    )
    """,
    "CREATE INDEX deposit_journal_deposit ON deposit_journal (clinic, deposit, id)",
    # deposit is null while nobody knows what a payment is for.
    """
    CREATE TABLE payment (
        clinic     text        NOT NULL,
        binding    text        NOT NULL,
        payment_id text        NOT NULL,
        deposit    bigint,
        order_id   text        NOT NULL,
        -- The reference that it came with is one of ours.
        ours       boolean     NOT NULL,
        status     text        NOT NULL,
        cents      integer     NOT NULL,
        currency   text        NOT NULL,
        at         timestamptz NOT NULL,
        PRIMARY KEY (clinic, binding, payment_id)
    )
    """,
    "CREATE INDEX payment_deposit ON payment (clinic, deposit) WHERE deposit IS NOT NULL",
    "CREATE INDEX payment_order ON payment (clinic, binding, order_id) WHERE deposit IS NULL",
    # refund_id is the provider's; key is ours, where staff asked for it here.
    """
    CREATE TABLE refund (
        clinic      text        NOT NULL,
        id          bigint      GENERATED ALWAYS AS IDENTITY,
        key         uuid        NOT NULL DEFAULT gen_random_uuid(),
        binding     text        NOT NULL,
        payment_id  text        NOT NULL,
        refund_id   text,
        cents       integer     NOT NULL,
        currency    text        NOT NULL,
        status      text        NOT NULL CHECK (status IN ('wanted', 'asked', 'done', 'refused')),
        wanted_by   text,
        reason      text,
        attempts    smallint    NOT NULL DEFAULT 0,
        due_at      timestamptz,
        lease_until timestamptz,
        at          timestamptz NOT NULL,
        PRIMARY KEY (clinic, id),
        UNIQUE (clinic, binding, refund_id)
    )
    """,
    "CREATE INDEX refund_payment ON refund (clinic, binding, payment_id)",
    "CREATE INDEX refund_due ON refund (due_at) WHERE status = 'wanted'",
    # Everything that a provider told, once: what deliveries are told apart by, and where what nobody expected is kept.
    """
    CREATE TABLE payment_event (
        clinic     text        NOT NULL,
        binding    text        NOT NULL,
        event_id   text        NOT NULL,
        kind       text        NOT NULL,
        payment_id text,
        order_id   text,
        cents      integer,
        currency   text,
        outcome    text        NOT NULL,
        at         timestamptz NOT NULL,
        stored_at  timestamptz NOT NULL,
        PRIMARY KEY (clinic, binding, event_id)
    )
    """,
    """
    CREATE INDEX payment_event_parked ON payment_event (clinic, stored_at)
     WHERE outcome IN ('unmatched', 'unhandled', 'elsewhere')
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
