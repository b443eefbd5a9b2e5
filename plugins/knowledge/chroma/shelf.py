"""What searches look into: a clinic's passages, ranked by words and, where there are vectors, by meaning.

A shelf never changes; a newer version is another shelf. Searching is for threads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from deskbell import Passage, RefusedDocument
from plugins.knowledge.chroma.loading import Piece
from plugins.knowledge.ranking import Ranking

#: Share of the words in a score; the rest is meaning. Found by measuring (docs/performance.md).
_WORDS = 0.2
#: What a score by words alone is worth beside one by both: what words alone would answer is answered.
_CERTAIN = 0.78
#: Least score of a passage when words alone decide: that of the notes.
WORDS_ONLY = 0.45


@dataclass(frozen=True, slots=True)
class Near:
    """A vector near to the question's: of which passage, of the whole of it or of a wording, and how near (0 to 1)."""

    place: int
    whole: bool
    likeness: float


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read of a clinic's documents."""

    pieces: tuple[Piece, ...] = ()
    #: The document of each piece.
    files: tuple[str, ...] = ()
    #: A digest of every document, the refused ones too.
    digests: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[RefusedDocument, ...] = ()
    indexed_at: datetime | None = None


class Shelf:
    """Passages that can be searched."""

    def __init__(self, contents: Contents, version: str = "") -> None:
        self.contents = contents
        #: The collection that holds the vectors; empty while there is none.
        self.version = version
        self._ranking = Ranking([(piece.wordings, piece.text) for piece in contents.pieces])

    def by_words(self, question: str, limit: int, threshold: float = WORDS_ONLY) -> list[Passage]:
        ranked = self._ranking.rank(question)
        return [self._passage(place, score) for place, score in ranked[:limit] if score >= threshold]

    def by_words_and_meaning(self, question: str, near: Sequence[Near], limit: int, threshold: float) -> list[Passage]:
        """Best first. A passage is as near as its best wording and the whole of it are, on average."""
        words = dict(self._ranking.rank(question))
        floor = min((found.likeness for found in near), default=0.0)
        whole = _best(found for found in near if found.whole)
        wording = _best(found for found in near if not found.whole)
        places = {**words, **whole, **wording}
        scores = {
            place: max(
                _CERTAIN * words.get(place, 0.0),
                _WORDS * words.get(place, 0.0)
                + (1 - _WORDS) * (whole.get(place, floor) + wording.get(place, floor)) / 2,
            )
            for place in places
        }
        best = sorted(scores, key=lambda place: (-scores[place], place))
        return [self._passage(place, scores[place]) for place in best[:limit] if scores[place] >= threshold]

    def _passage(self, place: int, score: float) -> Passage:
        piece = self.contents.pieces[place]
        return Passage(piece.title, piece.text, piece.source, round(min(1.0, max(0.0, score)), 4))


def _best(found: Iterable[Near]) -> dict[int, float]:
    best: dict[int, float] = {}
    for near in found:
        best[near.place] = max(near.likeness, best.get(near.place, 0.0))
    return best
