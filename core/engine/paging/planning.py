"""Who is told of a notice, when, and when again. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from core.config.staff import Staff
from core.store.notices import NO_CONVERSATION, Address, Notice
from deskbell import Clinic

WAITING, PROMISE_DUE = "reply_waiting", "promise_due"
#: Always news, whatever else waits to be seen.
_NEWS = frozenset({"lead", "deposit_paid", PROMISE_DUE})


def must_act(notice: Notice) -> bool:
    """Whether somebody at the clinic has to do something: such notices always go out, and are raised again."""
    return notice.urgent or notice.handed_over


def gravest(notices: Iterable[Notice], staff: Staff) -> Notice | None:
    """Of the notices of one turn the one that is told: a person is called once for it. None when none is wanted."""
    wanted = [notice for notice in notices if must_act(notice) or _asked_for(notice, staff)]
    return max(wanted, key=lambda one: (one.urgent, one.handed_over, -one.id), default=None)


def _asked_for(notice: Notice, staff: Staff) -> bool:
    return staff.notify == "all" or (staff.notify != "urgent" and notice.kind in staff.notify)


def is_told_already(notice: Notice, waiting: Mapping[str, bool]) -> bool:
    """Whether it says what an earlier notice has said that nobody has seen yet.

    `waiting` are the kinds of those, and whether somebody must act on them. A new request is always news.
    """
    if notice.conversation == NO_CONVERSATION:
        return False  # each is about something of its own, and whoever notices it says it once
    if notice.kind == WAITING and not notice.urgent:
        return any(waiting.values())
    return notice.kind in waiting and notice.kind not in _NEWS


def addresses(staff: Staff, *, crowded: bool) -> list[Address]:
    """Everybody who is told; while their phones are `crowded`, by e-mail only."""
    return [
        *(Address("sms", number) for number in dict.fromkeys(staff.sms) if not crowded),
        *(Address("email", mailbox) for mailbox in dict.fromkeys(staff.email)),
    ]


def due_at(notice: Notice, clinic: Clinic, staff: Staff, now: datetime) -> datetime:
    """When it goes out: what is urgent at any hour, the rest when the clinic wants it."""
    if notice.urgent or staff.not_urgent == "at_once":
        return now
    return clinic.next_opening(now) or now


def raise_at(notice: Notice, staff: Staff, told: int, due: datetime) -> datetime | None:
    """When it is raised again after it was raised `told` times and last told at `due`; None when that is enough."""
    # What a broken promise was about has a notice of its own, which is raised by itself.
    if not must_act(notice) or notice.kind == PROMISE_DUE or told >= staff.raise_again.times:
        return None
    return due + staff.raise_again.after
