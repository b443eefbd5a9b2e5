"""The commit of a turn: everything it wants done, in one statement that holds only if nobody was faster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg

from core.store.database import Connection


@dataclass(frozen=True, slots=True)
class Commit:
    """What a turn wants written. Rows are JSON objects with the column names of their tables."""

    clinic: str
    conversation: int
    #: The version and the epoch the turn saw.
    version: int
    epoch: int
    edition: str
    #: The events dealt with: first..last.
    first_seq: int
    last_seq: int
    at: datetime
    milliseconds: float
    outcome: str
    trace: Mapping[str, Any] = field(repr=False)
    memory: Mapping[str, Any] = field(default_factory=dict, repr=False)
    forget: Sequence[str] = ()
    hand_over: bool = False
    parked: bool = False
    texts: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    facts: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    requests: Sequence[Mapping[str, Any]] = ()
    timers: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    cancelled: Sequence[str] = ()
    consent: Sequence[Mapping[str, Any]] = ()
    notices: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    announced: Sequence[Mapping[str, Any]] = field(default=(), repr=False)
    #: What models used up: ``day`` of the clinic, ``tokens``, ``cost_micros``, ``texts``. None: nothing.
    spent: Mapping[str, Any] | None = None
    #: Why the open deposit is given up: the status that it gets, and the cause. None: it stays.
    given_up: tuple[str, str] | None = None
    #: A deposit to ask for: ``request``, ``binding``, ``cents``, ``currency``. None: none.
    deposit: Mapping[str, Any] | None = None
    #: seq -> why, of events whose words go no further; and seq -> what of them may.
    withheld: Mapping[int, str] = field(default_factory=dict)
    shown: Mapping[int, str] = field(default_factory=dict, repr=False)
    #: seq -> what is kept of a text from now on, for everybody.
    cut: Mapping[int, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Committed:
    turn: int
    #: More events came meanwhile: the caller must enqueue the next wake in the same transaction.
    awake: bool
    settles_at: datetime | None
    #: Texts were put into the outbox.
    texts: int
    #: The transcript's edition, where this turn's lines are all that changed since it began; else None.
    edition: str | None = None
    #: The cashier has an errand now.
    deposits: bool = False


_COMMIT = """
WITH moved AS (
    UPDATE conversation c
       SET version  = c.version + 1,
           handled  = $6,
           memory   = (c.memory || $10) - $11::text[],
           owner    = CASE WHEN $12 THEN 'staff' ELSE c.owner END,
           requests = greatest(c.requests, $13),
           woken_at = CASE WHEN c.arrived > $6 THEN $7 ELSE c.woken_at END,
           -- Only who saw the edition before can tell what the next one holds.
           edition  = CASE WHEN c.edition = $25 THEN $26 ELSE gen_random_uuid() END
     WHERE c.clinic = $1 AND c.id = $2 AND c.version = $3 AND (c.arrived <= $6 OR NOT $24)
    RETURNING c.contact, c.binding, c.address, c.arrived > $6 AS awake, c.settles_at, c.edition
), ran AS (
    INSERT INTO turn (clinic, conversation, first_seq, last_seq, outcome, milliseconds, trace, at)
    SELECT $1, $2, $5, $6, $8, $9, $14, $7 FROM moved
    RETURNING id
), said AS (
    INSERT INTO outbox (clinic, conversation, turn, kind, author, written_by, epoch, binding, recipient, text, segments,
                        due_at, created_at)
    SELECT $1, $2, ran.id, t.kind, 'bot', t.written_by, $4, moved.binding, moved.address, t.text, t.segments, $7, $7
      FROM moved, ran,
           rows from (jsonb_to_recordset($15) AS (kind text, text text, segments smallint, written_by text))
           WITH ORDINALITY AS t (kind, text, segments, written_by, place)
     ORDER BY t.place
    RETURNING 1
), learned AS (
    INSERT INTO fact (clinic, conversation, request, name, value, evidence, learned_by, at)
    SELECT $1, $2, f.request, f.name, f.value, f.evidence, f.learned_by, f.at
      FROM moved, jsonb_to_recordset($16)
           AS f (request integer, name text, value jsonb, evidence bigint, learned_by text, at timestamptz)
    ON CONFLICT (clinic, conversation, request, name)
    DO UPDATE SET value = excluded.value, evidence = excluded.evidence, learned_by = excluded.learned_by,
                  at = excluded.at
), asked AS (
    INSERT INTO request (clinic, conversation, number, status, opened_at, moved_at)
    SELECT $1, $2, r.number, r.status, $7, $7
      FROM moved, jsonb_to_recordset($17) AS r (number integer, status text)
    ON CONFLICT (clinic, conversation, number) DO UPDATE SET status = excluded.status, moved_at = excluded.moved_at
), set_timers AS (
    INSERT INTO timer (clinic, conversation, name, due_at, data)
    SELECT $1, $2, t.name, t.due_at, t.data
      FROM moved, jsonb_to_recordset($18) AS t (name text, due_at timestamptz, data jsonb)
    ON CONFLICT (clinic, conversation, name) DO UPDATE SET due_at = excluded.due_at, data = excluded.data
), cancelled AS (
    DELETE FROM timer USING moved
     WHERE timer.clinic = $1 AND timer.conversation = $2 AND timer.name = ANY($19::text[])
), ledger AS (
    INSERT INTO consent (clinic, contact, opted_out, source, words, evidence, at)
    SELECT $1, moved.contact, n.opted_out, n.source, n.words, n.evidence, $7
      FROM moved, jsonb_to_recordset($20) AS n (opted_out boolean, source text, words text, evidence bigint)
), law AS (
    UPDATE contact p
       SET opted_out_at = CASE WHEN ($20::jsonb -> -1 ->> 'opted_out')::boolean THEN $7::timestamptz END
      FROM moved
     WHERE p.clinic = $1 AND p.id = moved.contact AND jsonb_array_length($20) > 0
       -- A carrier or a person may have entered something newer while the turn ran.
       AND NOT EXISTS (SELECT FROM consent n WHERE n.clinic = $1 AND n.contact = moved.contact AND n.at > $7)
), told AS (
    INSERT INTO notice (clinic, conversation, turn, kind, summary, urgent, handed_over, at)
    SELECT $1, $2, ran.id, n.kind, n.summary, n.urgent, n.handed_over, $7
      FROM moved, ran, jsonb_to_recordset($21) AS n (kind text, summary text, urgent boolean, handed_over boolean)
), hidden AS (
    UPDATE event e SET withheld = w.value, shown = coalesce($27::jsonb ->> w.key, ''),
                       body = CASE WHEN $29::jsonb ? w.key THEN jsonb_set(e.body, '{text}', $29::jsonb -> w.key)
                                   ELSE e.body END
      FROM moved, jsonb_each_text($22) AS w
     WHERE e.clinic = $1 AND e.conversation = $2 AND e.seq = w.key::bigint
), parked AS (
    UPDATE event e SET parked = true
      FROM moved
     WHERE $23 AND e.clinic = $1 AND e.conversation = $2 AND e.seq BETWEEN $5 AND $6
), used AS (
    INSERT INTO model_usage (clinic, day, tokens, cost_micros, texts)
    SELECT $1, u.day, u.tokens, u.cost_micros, u.texts
      FROM moved, jsonb_to_record($28) AS u (day date, tokens bigint, cost_micros bigint, texts integer)
     WHERE $28 IS NOT NULL
    ON CONFLICT (clinic, day) DO UPDATE
       SET tokens = model_usage.tokens + excluded.tokens, texts = model_usage.texts + excluded.texts,
           cost_micros = model_usage.cost_micros + excluded.cost_micros
), given_up AS (
    UPDATE deposit d
       SET status = $30, moved_at = $7, attempts = 0, due_at = $7,
           -- Whatever the provider may have been asked for is made void.
           errand = CASE WHEN d.link_id IS NOT NULL OR d.attempts > 0 THEN 'void' END
      FROM moved, deposit before
     WHERE $30::text IS NOT NULL AND d.clinic = $1 AND d.conversation = $2
       AND d.status IN ('requested', 'link_sent', 'failed') AND before.clinic = d.clinic AND before.id = d.id
    RETURNING d.id, before.status AS before
), wanted AS (
    INSERT INTO deposit (clinic, conversation, request, binding, cents, currency, errand, due_at, created_at, moved_at)
    SELECT $1, $2, n.request, n.binding, n.cents, n.currency, 'make', $7, $7, $7
      FROM moved, jsonb_to_record($32) AS n (request integer, binding text, cents integer, currency text)
     -- Counted, so that the one before is given up first: one may be open.
     WHERE $32 IS NOT NULL AND (SELECT count(*) FROM given_up) >= 0
    RETURNING id
), journalled AS (
    INSERT INTO deposit_journal (clinic, deposit, before, after, cause, at)
    SELECT $1, id, before, $30::text, $31::text, $7::timestamptz FROM given_up
     UNION ALL
    SELECT $1, id, NULL, 'requested', 'agreed', $7 FROM wanted
), announced AS (
    INSERT INTO announcement (clinic, conversation, type, data, at)
    SELECT $1, $2, a.type, a.data, $7
      FROM moved,
           rows from (jsonb_to_recordset($33) AS (type text, data jsonb)) WITH ORDINALITY AS a (type, data, place)
     ORDER BY a.place
)
SELECT ran.id, moved.awake, moved.settles_at, (SELECT count(*) FROM said) AS texts, moved.edition,
       (SELECT count(*) FROM given_up) + (SELECT count(*) FROM wanted) AS deposits
  FROM moved, ran
"""


async def commit(connection: Connection, work: Commit, *, unless_awake: bool = False) -> Committed | None:
    """Writes a turn. None when the conversation has moved on since the turn began: nothing was written then.

    With `unless_awake`, events that came meanwhile count as moving on too: what is then written needs no wake, and
    so no transaction around it.
    """
    edition = uuid4()
    row: asyncpg.Record | None = await connection.fetchrow(
        _COMMIT,
        work.clinic,
        work.conversation,
        work.version,
        work.epoch,
        work.first_seq,
        work.last_seq,
        work.at,
        work.outcome,
        work.milliseconds,
        dict(work.memory),
        list(work.forget),
        work.hand_over,
        max((request["number"] for request in work.requests), default=0),
        dict(work.trace),
        [dict(text) for text in work.texts],
        [dict(fact) for fact in work.facts],
        [dict(request) for request in work.requests],
        [dict(timer) for timer in work.timers],
        list(work.cancelled),
        [dict(change) for change in work.consent],
        [dict(notice) for notice in work.notices],
        {str(seq): reason for seq, reason in work.withheld.items()},
        work.parked,
        unless_awake,
        work.edition,
        edition,
        {str(seq): text for seq, text in work.shown.items()},
        dict(work.spent) if work.spent else None,
        {str(seq): text for seq, text in work.cut.items()},
        *(work.given_up or (None, None)),
        dict(work.deposit) if work.deposit else None,
        [dict(one) for one in work.announced],
    )
    if row is None:
        return None
    known = str(edition) if row["edition"] == edition else None
    return Committed(row["id"], row["awake"], row["settles_at"], row["texts"], known, row["deposits"] > 0)


_SHOW = """
SELECT id, conversation, first_seq, last_seq, outcome, milliseconds, trace, at
  FROM turn WHERE clinic = $1 AND conversation = $2 ORDER BY id DESC LIMIT $3
"""


async def latest(connection: Connection, clinic: str, conversation: int, limit: int) -> list[asyncpg.Record]:
    """The newest turns of a conversation, oldest first."""
    return list(reversed(await connection.fetch(_SHOW, clinic, conversation, limit)))


async def one(connection: Connection, turn: int) -> asyncpg.Record | None:
    """A turn by its number, whichever clinic's: for the operator's command line."""
    return await connection.fetchrow("SELECT * FROM turn WHERE id = $1", turn)


async def newest(connection: Connection, clinic: str) -> asyncpg.Record | None:
    """A clinic's last turn."""
    return await connection.fetchrow("SELECT * FROM turn WHERE clinic = $1 ORDER BY id DESC LIMIT 1", clinic)


def as_parked(work: Commit) -> Commit:
    """The same commit, marking its events as parked."""
    return replace(work, parked=True)
