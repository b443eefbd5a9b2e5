"""The history contract: the last lines of a conversation, near at hand for whoever answers it.

PostgreSQL has every line and is what the runtime reads by itself. A history plugin keeps a copy of the newest ones
somewhere quicker. It may forget at any time, for the runtime then reads PostgreSQL and gives it the lines anew; it must
never give lines of another conversation, nor of an earlier state of this one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pydantic import Field

from deskbell.known import Line
from deskbell.provider import Provider
from deskbell.types import Settings


@dataclass(frozen=True, slots=True)
class Page:
    """One conversation as it stood at one moment."""

    clinic: str
    conversation: int
    #: Names that state of the transcript: random, and another one as soon as a line is added, changed or taken out.
    edition: str


class HistoryConfig(Settings):
    """Settings that every history has."""

    deadline_seconds: float = Field(
        default=0.2, gt=0, le=5, description="How long one call may take, in seconds, before PostgreSQL is read."
    )


HistoryConfigT = TypeVar("HistoryConfigT", bound=HistoryConfig)


class History(Provider[HistoryConfigT]):
    """Keeps windows of conversations. One instance serves all clinics; every call names whose lines it is about.

    Whatever it raises, and silence beyond its deadline, counts as "do not know". The words of withheld lines are never
    handed to it.
    """

    async def window(self, page: Page, limit: int) -> Sequence[Line] | None:
        """The last `limit` lines of exactly this page, oldest first; None where it does not have them all."""
        raise NotImplementedError

    async def keep(self, page: Page, lines: Sequence[Line], limit: int) -> None:
        """These are the last `limit` lines of the page; fewer are all there are. What was kept before is replaced."""
        raise NotImplementedError

    async def advance(self, page: Page, edition: str, lines: Sequence[Line]) -> None:
        """By these new lines `page` has become `edition`. Where exactly that page is not kept, nothing is to do.

        Lines stand in the order of `Line.at`; of the same moment, in the order in which they were added.
        """
        raise NotImplementedError
