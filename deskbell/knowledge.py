"""The knowledge contract: passages of one clinic's own documents, found by meaning or by words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from deskbell.provider import Provider
from deskbell.types import Settings


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a clinic's knowledge that may answer a question."""

    #: What it is about: the heading of the entry.
    title: str
    text: str
    #: Where it stands: file and line or page, for staff.
    source: str
    #: 0 (nothing in common) to 1 (certain); comparable within one provider.
    score: float


@dataclass(frozen=True, slots=True)
class RefusedDocument:
    """A document, or a part of one, that cannot be used. Holds nothing of what it says."""

    #: File and line or page.
    source: str
    reason: str

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"


@dataclass(frozen=True, slots=True)
class IndexStep:
    """How far indexing is."""

    #: The document at hand.
    document: str
    #: Documents dealt with, of so many.
    done: int
    total: int


Progress = Callable[[IndexStep], None]


def unwatched(step: IndexStep) -> None:
    """The `Progress` of an index that nobody watches."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What came of indexing."""

    documents: int = 0
    passages: int = 0
    #: Passages that were indexed anew, and those whose document had not changed.
    fresh: int = 0
    kept: int = 0
    refused: tuple[RefusedDocument, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """What searches look into at present."""

    documents: int = 0
    passages: int = 0
    refused: tuple[RefusedDocument, ...] = ()
    #: Documents that were added, changed or taken away since.
    changed: tuple[str, ...] = ()
    indexed_at: datetime | None = None
    detail: str = ""


KnowledgeConfigT = TypeVar("KnowledgeConfigT", bound=Settings)


class Knowledge(Provider[KnowledgeConfigT]):
    """Searches one clinic's documents. An empty list means "we do not know", never a guess.

    Documents are read in `open()`. One that cannot be used, or that holds data of patients (`deskbell.patient_data`),
    is left out and told in `status()`; it does not keep the others from being found.
    """

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        """Best first, only passages above the provider's own threshold. Any text is a question."""
        raise NotImplementedError

    async def index(self, progress: Progress = unwatched) -> IndexReport:
        """Brings what searches look into up to date with the documents.

        Searches go on meanwhile and find what was there before. Raises `DocumentRejected` when nothing usable is left
        of the documents, and keeps what there was.
        """
        return IndexReport(detail=f"'{self.name}' keeps no index")

    async def status(self) -> IndexStatus:
        """What searches look into, and what has changed since."""
        return IndexStatus(detail=(await self.check()).detail)
