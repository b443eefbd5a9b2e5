"""Deliveries of notices: one row for each person that is told, each time.

A delivery goes the way of a text: ``queued`` waits for its time; ``sending`` is with a worker that holds a lease;
``unknown`` may or may not have left; ``sent``, ``failed``, ``dropped`` and ``held`` are ends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from core.store.database import Connection
from core.store.notices import Means


@dataclass(frozen=True, slots=True)
class Delivery:
    """A notice on its way to one of the clinic's people, which this worker alone may send now."""

    clinic: str
    id: int
    key: UUID
    means: Means
    recipient: str = field(repr=False)
    round: int
    attempts: int
    binding: str | None
    created_at: datetime
    first_attempt_at: datetime
    conversation: int
    kind: str
    summary: str = field(repr=False)
    urgent: bool
    token: str
    noticed_at: datetime
    #: Somebody has acted since it was booked.
    seen: bool
    #: The number belongs to a contact of the clinic who wants no texts.
    opted_out: bool
    #: The provider's ids of what else was sent to this number, where it is of unknown outcome.
    others: Sequence[str] = ()


_DELIVERY = """
d.clinic, d.id, d.key, d.means, d.recipient, d.round, d.attempts, d.binding, d.created_at, d.first_attempt_at,
n.conversation, n.kind, n.summary, n.urgent, n.token, n.at AS noticed_at, n.seen_at IS NOT NULL AS seen,
EXISTS (SELECT FROM address a JOIN contact p ON p.clinic = a.clinic AND p.id = a.contact
         WHERE a.clinic = d.clinic AND a.kind = 'sms' AND d.means = 'sms' AND a.address = d.recipient
           AND p.opted_out_at IS NOT NULL) AS opted_out
"""

_CLAIM = f"""
UPDATE notice_delivery d
   SET status = 'sending', attempts = d.attempts + 1, lease_until = $3,
       first_attempt_at = coalesce(d.first_attempt_at, $2)
  FROM notice n
 WHERE (d.clinic, d.id) IN (
    SELECT clinic, id FROM notice_delivery
     WHERE status = 'queued' AND due_at <= $2 AND clinic = ANY($1) AND means = $5
     ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)
   AND n.clinic = d.clinic AND n.id = d.notice
RETURNING {_DELIVERY}
"""  # noqa: S608 - a constant


async def claim(
    connection: Connection,
    means: Means,
    clinics: Sequence[str],
    now: datetime,
    lease_until: datetime,
    limit: int = 20,
) -> list[Delivery]:
    """Takes deliveries that are due, marking them ``sending`` before anybody is called."""
    rows = await connection.fetch(_CLAIM, list(clinics), now, lease_until, limit, means)
    return [Delivery(**row) for row in rows]


_UNKNOWN = f"""
UPDATE notice_delivery d SET due_at = $3
  FROM notice n
 WHERE (d.clinic, d.id) IN (
    SELECT clinic, id FROM notice_delivery
     WHERE status = 'unknown' AND due_at <= $2 AND clinic = ANY($1)
     ORDER BY due_at LIMIT 20 FOR UPDATE SKIP LOCKED)
   AND n.clinic = d.clinic AND n.id = d.notice
RETURNING {_DELIVERY},
          ARRAY(SELECT o.provider_id FROM notice_delivery o
                 WHERE o.clinic = d.clinic AND o.recipient = d.recipient AND o.id <> d.id
                   AND o.provider_id IS NOT NULL AND o.created_at > d.first_attempt_at - interval '1 day') AS others
"""  # noqa: S608 - a constant


async def take_unknown(
    connection: Connection, clinics: Sequence[str], now: datetime, again_at: datetime
) -> list[Delivery]:
    """Deliveries of unknown outcome whose next look is due; looked at again at `again_at` unless settled by then."""
    return [Delivery(**row) for row in await connection.fetch(_UNKNOWN, list(clinics), now, again_at)]


async def expire_leases(connection: Connection, wall: datetime, due_at: datetime) -> None:
    """Deliveries whose worker is gone become ``unknown``. `wall` is machine time, for leases are about machines."""
    await connection.execute(
        """
        UPDATE notice_delivery SET status = 'unknown', reason = 'worker lost', due_at = $2, lease_until = NULL
         WHERE status = 'sending' AND lease_until < $1
        """,
        wall,
        due_at,
    )


async def through(connection: Connection, delivery: Delivery, binding: str) -> None:
    """Notes which channel is about to be asked: it is the one to look up with."""
    await connection.execute(
        "UPDATE notice_delivery SET binding = $3 WHERE clinic = $1 AND id = $2", delivery.clinic, delivery.id, binding
    )


async def settle(
    connection: Connection,
    delivery: Delivery,
    status: str,
    now: datetime,
    *,
    reason: str | None = None,
    due_at: datetime | None = None,
    provider_id: str | None = None,
) -> None:
    """Ends a delivery, or gives it back with a time. Who comes late has no say over what another tries since."""
    await connection.execute(
        """
        UPDATE notice_delivery
           SET status = $4, reason = $5, due_at = coalesce($6, due_at), provider_id = coalesce($7, provider_id),
               sent_at = CASE WHEN $4 = 'sent' THEN $8 ELSE sent_at END, lease_until = NULL
         WHERE clinic = $1 AND id = $2 AND attempts = $3 AND status IN ('sending', 'unknown')
        """,
        delivery.clinic,
        delivery.id,
        delivery.attempts,
        status,
        reason,
        due_at,
        provider_id,
        now,
    )


async def receipt(
    connection: Connection, clinic: str, binding: str, provider_id: str, key: UUID | None, failed: bool, now: datetime
) -> bool:
    """What a carrier says became of a notice's text; it settles one of unknown outcome. False: it is none of ours."""
    row = await connection.fetchval(
        """
        UPDATE notice_delivery d
           SET status = CASE WHEN $5 THEN 'failed' WHEN d.status IN ('sending', 'unknown', 'held') THEN 'sent'
                             ELSE d.status END,
               reason = CASE WHEN $5 THEN 'the carrier could not deliver it' END,
               provider_id = coalesce(d.provider_id, $3), sent_at = coalesce(d.sent_at, $6), lease_until = NULL
         WHERE d.clinic = $1 AND d.binding = $2 AND (d.provider_id = $3 OR (d.provider_id IS NULL AND d.key = $4))
        RETURNING d.id
        """,
        clinic,
        binding,
        provider_id,
        key,
        failed,
        now,
    )
    return row is not None
