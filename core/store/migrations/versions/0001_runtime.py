"""The runtime's tables: contacts, conversations, events, turns, outbox, timers, consent, notices.

Every table begins with the clinic, so that all of it can be partitioned or spread by clinic later.
"""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = (
    """
    CREATE TABLE contact (
        clinic       text        NOT NULL,
        id           bigint      GENERATED ALWAYS AS IDENTITY,
        created_at   timestamptz NOT NULL,
        opted_out_at timestamptz,
        PRIMARY KEY (clinic, id)
    )
    """,
    """
    CREATE TABLE address (
        clinic  text   NOT NULL,
        kind    text   NOT NULL,
        address text   NOT NULL,
        contact bigint NOT NULL,
        PRIMARY KEY (clinic, kind, address),
        FOREIGN KEY (clinic, contact) REFERENCES contact
    )
    """,
    # arrived and handled number the events of a conversation: the mailbox is what lies between them, and a
    # conversation is awake (a wake job exists) exactly while arrived > handled. Both are columns of one row, so
    # whoever updates the row sees the other's value: a wake cannot get lost.
    """
    CREATE TABLE conversation (
        clinic     text        NOT NULL,
        id         bigint      GENERATED ALWAYS AS IDENTITY,
        contact    bigint      NOT NULL,
        kind       text        NOT NULL,
        address    text        NOT NULL,
        binding    text        NOT NULL,
        owner      text        NOT NULL DEFAULT 'bot' CHECK (owner IN ('bot', 'staff')),
        epoch      integer     NOT NULL DEFAULT 0,
        version    bigint      NOT NULL DEFAULT 0,
        arrived    bigint      NOT NULL DEFAULT 0,
        handled    bigint      NOT NULL DEFAULT 0,
        burst_at   timestamptz,
        settles_at timestamptz,
        woken_at   timestamptz,
        requests   integer     NOT NULL DEFAULT 0,
        memory     jsonb       NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        touched_at timestamptz NOT NULL,
        PRIMARY KEY (clinic, id),
        UNIQUE (clinic, contact),
        FOREIGN KEY (clinic, contact) REFERENCES contact
    ) WITH (fillfactor = 70)
    """,
    "CREATE INDEX conversation_awake ON conversation (woken_at) WHERE arrived > handled",
    """
    CREATE TABLE event (
        clinic       text        NOT NULL,
        conversation bigint      NOT NULL,
        seq          bigint      NOT NULL,
        kind         text        NOT NULL,
        dedupe       text        NOT NULL,
        body         jsonb       NOT NULL,
        withheld     text,
        parked       boolean     NOT NULL DEFAULT false,
        at           timestamptz NOT NULL,
        stored_at    timestamptz NOT NULL,
        PRIMARY KEY (clinic, conversation, seq),
        UNIQUE (clinic, dedupe)
    )
    """,
    """
    CREATE TABLE turn (
        clinic       text        NOT NULL,
        id           bigint      GENERATED ALWAYS AS IDENTITY,
        conversation bigint      NOT NULL,
        first_seq    bigint      NOT NULL,
        last_seq     bigint      NOT NULL,
        outcome      text        NOT NULL,
        milliseconds real        NOT NULL,
        trace        jsonb       NOT NULL,
        at           timestamptz NOT NULL,
        PRIMARY KEY (clinic, id)
    )
    """,
    "CREATE INDEX turn_conversation ON turn (clinic, conversation, id)",
    """
    CREATE TABLE request (
        clinic       text        NOT NULL,
        conversation bigint      NOT NULL,
        number       integer     NOT NULL,
        status       text        NOT NULL,
        opened_at    timestamptz NOT NULL,
        moved_at     timestamptz NOT NULL,
        PRIMARY KEY (clinic, conversation, number)
    )
    """,
    # request 0 holds what outlives requests: the contact's identity.
    """
    CREATE TABLE fact (
        clinic       text        NOT NULL,
        conversation bigint      NOT NULL,
        request      integer     NOT NULL,
        name         text        NOT NULL,
        value        jsonb       NOT NULL,
        evidence     bigint      NOT NULL,
        learned_by   text        NOT NULL,
        at           timestamptz NOT NULL,
        PRIMARY KEY (clinic, conversation, request, name)
    )
    """,
    # key is the idempotency key the provider sees: random, because a provider remembers keys longer than a
    # database that was thrown away and begun again.
    """
    CREATE TABLE outbox (
        clinic           text        NOT NULL,
        id               bigint      GENERATED ALWAYS AS IDENTITY,
        key              uuid        NOT NULL DEFAULT gen_random_uuid(),
        conversation     bigint      NOT NULL,
        turn             bigint,
        kind             text        NOT NULL,
        author           text        NOT NULL,
        epoch            integer     NOT NULL,
        binding          text        NOT NULL,
        recipient        text        NOT NULL,
        text             text        NOT NULL,
        segments         smallint    NOT NULL,
        status           text        NOT NULL DEFAULT 'queued' CHECK (status IN
                         ('queued', 'sending', 'unknown', 'sent', 'failed', 'dropped', 'held')),
        reason           text,
        code             text,
        attempts         smallint    NOT NULL DEFAULT 0,
        due_at           timestamptz NOT NULL,
        lease_until      timestamptz,
        first_attempt_at timestamptz,
        provider_id      text,
        receipt          smallint    NOT NULL DEFAULT 0,
        receipt_at       timestamptz,
        created_at       timestamptz NOT NULL,
        sent_at          timestamptz,
        PRIMARY KEY (clinic, id),
        UNIQUE (clinic, key)
    ) WITH (fillfactor = 70)
    """,
    """
    CREATE INDEX outbox_open ON outbox (clinic, conversation, id) WHERE status IN ('queued', 'sending', 'unknown')
    """,
    "CREATE INDEX outbox_due ON outbox (due_at) WHERE status IN ('queued', 'unknown')",
    "CREATE INDEX outbox_leased ON outbox (lease_until) WHERE status = 'sending'",
    "CREATE INDEX outbox_provider ON outbox (clinic, binding, provider_id) WHERE provider_id IS NOT NULL",
    "CREATE INDEX outbox_conversation ON outbox (clinic, conversation, id)",
    """
    CREATE TABLE timer (
        clinic       text        NOT NULL,
        conversation bigint      NOT NULL,
        name         text        NOT NULL,
        due_at       timestamptz NOT NULL,
        data         jsonb       NOT NULL,
        PRIMARY KEY (clinic, conversation, name)
    )
    """,
    "CREATE INDEX timer_due ON timer (due_at)",
    """
    CREATE TABLE consent (
        clinic    text        NOT NULL,
        id        bigint      GENERATED ALWAYS AS IDENTITY,
        contact   bigint      NOT NULL,
        opted_out boolean     NOT NULL,
        source    text        NOT NULL,
        evidence  bigint,
        at        timestamptz NOT NULL,
        PRIMARY KEY (clinic, id)
    )
    """,
    "CREATE INDEX consent_contact ON consent (clinic, contact, id)",
    """
    CREATE TABLE notice (
        clinic       text        NOT NULL,
        id           bigint      GENERATED ALWAYS AS IDENTITY,
        conversation bigint      NOT NULL,
        turn         bigint,
        kind         text        NOT NULL,
        summary      text        NOT NULL,
        urgent       boolean     NOT NULL,
        at           timestamptz NOT NULL,
        seen_at      timestamptz,
        PRIMARY KEY (clinic, id)
    )
    """,
    "CREATE INDEX notice_conversation ON notice (clinic, conversation, id)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
