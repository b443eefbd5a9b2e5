"""The knowledge contract: passages of one clinic's own documents, found by meaning or by words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from deskbell.provider import Provider
from deskbell.types import Settings


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a clinic's knowledge that may answer a question."""

    #: What it is about: the heading of the entry.
    title: str
    text: str
    #: Where it stands: file and line, for staff.
    source: str
    #: 0 (nothing in common) to 1 (certain); comparable within one provider.
    score: float


KnowledgeConfigT = TypeVar("KnowledgeConfigT", bound=Settings)


class Knowledge(Provider[KnowledgeConfigT]):
    """Searches one clinic's documents. An empty list means "we do not know", never a guess."""

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        """Best first, only passages above the provider's own threshold."""
        raise NotImplementedError
