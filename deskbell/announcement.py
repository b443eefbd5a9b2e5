"""Announcements: what happened in a conversation, as those outside are told of it.

A clinic's subscribers get them signed over HTTPS, and plugins through the hook `on_announcement`. An announcement says
that something is so and never what a patient wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

AnnouncementType = Literal[
    "conversation.started",
    "call.missed",
    "fact.learned",
    "request.moved",
    "handoff.requested",
    "opt_out",
    "opt_in",
    "deposit.requested",
    "deposit.link_sent",
    "deposit.paid",
    "deposit.failed",
    "deposit.expired",
    "deposit.cancelled",
    "deposit.held",
    "deposit.refunded",
    "deposit.disputed",
]

#: Everything that is ever announced.
ANNOUNCEMENT_TYPES: frozenset[AnnouncementType] = frozenset(get_args(AnnouncementType))


@dataclass(frozen=True, slots=True)
class Announcement:
    """Something that happened. It was written together with what it tells of, so the one is as true as the other."""

    #: Stays the same however often it is told: whoever has seen it may pass over it.
    id: str
    clinic: str
    type: AnnouncementType
    conversation: int
    #: The contact's number within Deskbell; never an address.
    contact: int
    #: By the business clock, in UTC. Announcements may come in another order than they happened in.
    at: datetime
    #: JSON; what stands in it depends on the type, see docs/announcements.md.
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
