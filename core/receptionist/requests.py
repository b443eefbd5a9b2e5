"""The life of a request, as a table: which status may follow which. Pure; the engine refuses every other move.

collecting → ready → offered → pending → paid → booked, and from nearly everywhere to declined or closed::

    collecting   what staff need is being learned
    ready        staff have it; they call, unless a deposit is asked for
    offered      a deposit was offered and not yet agreed to
    pending      agreed: a link is on its way or open
    paid         the provider says so
    booked       the calendar or a person says so
    declined     the patient wants none of it after all
    closed       over; the next wish opens another
"""

from __future__ import annotations

from collections.abc import Mapping

from deskbell.known import RequestStatus

_S = RequestStatus

MOVES: Mapping[RequestStatus, frozenset[RequestStatus]] = {
    _S.COLLECTING: frozenset({_S.READY, _S.OFFERED, _S.DECLINED, _S.CLOSED}),
    # Without a deposit staff fix the time straight away. A link that was given up may still have been paid.
    _S.READY: frozenset({_S.OFFERED, _S.PAID, _S.BOOKED, _S.DECLINED, _S.CLOSED}),
    # A refused deposit is no refused visit: back to ready, and staff call.
    _S.OFFERED: frozenset({_S.READY, _S.PENDING, _S.PAID, _S.BOOKED, _S.DECLINED, _S.CLOSED}),
    # Unpaid and expired: offered anew, or released.
    _S.PENDING: frozenset({_S.OFFERED, _S.READY, _S.PAID, _S.BOOKED, _S.DECLINED, _S.CLOSED}),
    # Money that came is never forgotten by a change of mind: a refund closes it.
    _S.PAID: frozenset({_S.BOOKED, _S.CLOSED}),
    _S.BOOKED: frozenset({_S.CLOSED}),
    # A link that was open all the while may still be paid; a change of mind is another request.
    _S.DECLINED: frozenset({_S.PAID, _S.CLOSED}),
    _S.CLOSED: frozenset(),
}


def may_move(before: RequestStatus, after: RequestStatus) -> bool:
    """Whether `after` may follow `before`. To stay is always allowed: the same news twice changes nothing."""
    return after is before or after in MOVES[before]
