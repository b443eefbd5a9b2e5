"""A row of a provider's error table, as its author tells the kit."""

from __future__ import annotations

from dataclasses import dataclass

from deskbell.errors import OutboundError
from deskbell.testing.server import Answer


@dataclass(frozen=True)
class Refusal:
    """A refusing answer of the provider's, and what the call must raise for it."""

    answer: Answer
    error: type[OutboundError]
    code: str | None = None
