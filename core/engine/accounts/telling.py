"""What the clinic's people are told of a connected account: it belongs to no conversation, and names its binding."""

from __future__ import annotations

from datetime import datetime

from core.store import notices, staff
from core.store.database import Connection

_UNTIL = "payment links cannot be made until it is connected again"


async def connected(
    connection: Connection, clinic: str, binding: str, provider: str, account: str, by: str, now: datetime
) -> None:
    """An account was connected. What was said of the one before is settled; staff see whose money goes where."""
    await notices.see_subject(connection, clinic, binding, now)
    named = f" {account}" if account else ""
    summary = f"The {provider} account{named} was connected, by {by}"
    await staff.notify(
        connection, clinic, notices.NO_CONVERSATION, "account_connected", summary, False, now, subject=binding
    )


async def failing(connection: Connection, clinic: str, binding: str, provider: str, ends: str, now: datetime) -> None:
    """Its access cannot be renewed. `ends`: when it ends, in the clinic's own time."""
    summary = f"Access to the {provider} account cannot be renewed and ends {ends}; connect it again in time"
    await _must_act(connection, clinic, binding, "account_failing", summary, now)


async def renewed(connection: Connection, clinic: str, binding: str, now: datetime) -> None:
    """It could be renewed after all: nobody is reminded any more."""
    await notices.see_subject(connection, clinic, binding, now)


async def revoked(connection: Connection, clinic: str, binding: str, provider: str, now: datetime) -> None:
    """The account withdrew our access."""
    await notices.see_subject(connection, clinic, binding, now)
    summary = f"The {provider} account was disconnected; {_UNTIL}"
    await _must_act(connection, clinic, binding, "account_revoked", summary, now)


async def given_back(connection: Connection, clinic: str, binding: str, provider: str, by: str, now: datetime) -> None:
    """One of us gave the access back: it is said, and nobody is reminded of it."""
    await notices.see_subject(connection, clinic, binding, now)
    summary = f"The {provider} account was disconnected by {by}; {_UNTIL}"
    await staff.notify(
        connection, clinic, notices.NO_CONVERSATION, "account_revoked", summary, False, now, subject=binding
    )


async def _must_act(connection: Connection, clinic: str, binding: str, kind: str, summary: str, now: datetime) -> None:
    await staff.notify(
        connection,
        clinic,
        notices.NO_CONVERSATION,
        kind,
        summary,
        False,
        now,
        subject=binding,
        handed_over=True,
    )
