"""Makes the next index beside the current one: reads what has changed, keeps the vectors of the rest, and swaps.

Blocks, for threads. Whatever goes wrong, the current index stays as it was.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deskbell import DocumentRejected, IndexReport, IndexStep, Progress, RefusedDocument
from plugins.knowledge.chroma.documents import Document, Library
from plugins.knowledge.chroma.embedders import Embedder, Vector
from plugins.knowledge.chroma.loading import Piece
from plugins.knowledge.chroma.shelf import Contents
from plugins.knowledge.chroma.store import Gone, Store, worded

#: How many texts an embedder is given at a time.
_BATCH = 96


def read(library: Library, known: Contents | None, now: datetime) -> Contents:
    """What the documents hold, without vectors. Raises `DocumentRejected` when that is nothing."""
    documents, refused = library.documents()
    if known and known.digests == {document.file: document.digest for document in documents}:
        return known
    gathered = _Gathered(refused=[*refused])
    for document in documents:
        reading = library.read(document)
        gathered.take(document, reading.pieces, reading.refused)
    return gathered.contents(library, now)


def changed(known: Mapping[str, str], library: Library) -> tuple[str, ...]:
    """Documents that were added, changed or taken away since."""
    now = {document.file: document.digest for document in library.documents()[0]}
    return tuple(sorted(file for file in {**known, **now} if known.get(file) != now.get(file)))


@dataclass(frozen=True, slots=True)
class Indexing:
    """One run. `current` is the version that is served now, empty for none."""

    library: Library
    store: Store
    embedder: Embedder
    now: datetime
    current: str
    known: Contents | None
    progress: Progress

    def run(self) -> tuple[str, Contents, IndexReport]:
        """The new version (the current one when nothing has changed), what it holds, and the report.

        Raises `DocumentRejected` when nothing usable is left, and what the embedder or Chroma raise.
        """
        documents, refused = self.library.documents()
        if self.known and self.known.digests == {document.file: document.digest for document in documents}:
            known = self.known
            report = IndexReport(
                len(documents), len(known.pieces), 0, len(known.pieces), known.refused, "nothing has changed"
            )
            return self.current, known, report
        version = self.store.begin(self.now)
        try:
            contents, fresh = self._fill(version, documents, refused)
            self.store.seal(version, self.embedder.identity, contents)
            self.store.point_at(version)
        except BaseException:
            self.store.drop(version)
            raise
        total = len(contents.pieces)
        return version, contents, IndexReport(len(documents), total, fresh, total - fresh, contents.refused)

    def _fill(
        self, version: str, documents: Sequence[Document], refused: Sequence[RefusedDocument]
    ) -> tuple[Contents, int]:
        gathered = _Gathered(refused=[*refused])
        fresh = 0
        for done, document in enumerate(documents):
            self.progress(IndexStep(document.file, done, len(documents)))
            kept = self._kept(document, len(gathered.pieces))
            if kept:
                pieces, vectors = kept
                faults = [fault for fault in self.known.refused if _is_of(fault, document)] if self.known else []
            else:
                reading = self.library.read(document)
                pieces, faults = reading.pieces, [*reading.refused]
                vectors = self._embedded(pieces, len(gathered.pieces))
                fresh += len(pieces)
            if pieces:
                self.store.add(version, len(gathered.pieces), document.file, pieces, vectors)
            gathered.take(document, pieces, faults)
        self.progress(IndexStep("", len(documents), len(documents)))
        return gathered.contents(self.library, self.now), fresh

    def _kept(self, document: Document, first: int) -> tuple[tuple[Piece, ...], dict[str, Vector]] | None:
        """The passages of a document that has not changed, with their vectors; None when it has."""
        if self.known is None or self.known.digests.get(document.file) != document.digest:
            return None
        places = [place for place, file in enumerate(self.known.files) if file == document.file]
        pieces = tuple(self.known.pieces[place] for place in places)
        if not pieces:
            return None
        try:
            known = self.store.vectors(self.current, document.file)
        except Gone:
            return None
        moved: dict[str, Vector] = {}
        for offset, (place, piece) in enumerate(zip(places, pieces, strict=True)):
            for old, new in zip(worded(place, piece), worded(first + offset, piece), strict=True):
                if old not in known:
                    return None
                moved[new] = known[old]
        return pieces, moved

    def _embedded(self, pieces: Sequence[Piece], first: int) -> dict[str, Vector]:
        texts = {
            identity: text
            for place, piece in enumerate(pieces, first)
            for identity, text in worded(place, piece).items()
        }
        names = list(texts)
        vectors: list[Vector] = []
        for start in range(0, len(names), _BATCH):
            vectors += self.embedder.passages([texts[name] for name in names[start : start + _BATCH]])
        return dict(zip(names, vectors, strict=True))


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Lets one process of this machine index a clinic at a time; another one waits."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class _Gathered:
    """What has been read so far."""

    def __init__(self, refused: list[RefusedDocument]) -> None:
        self.pieces: list[Piece] = []
        self._files: list[str] = []
        self._digests: dict[str, str] = {}
        self._refused = refused

    def take(self, document: Document, pieces: Sequence[Piece], refused: Sequence[RefusedDocument]) -> None:
        self.pieces += pieces
        self._files += [document.file] * len(pieces)
        self._digests[document.file] = document.digest
        self._refused += refused

    def contents(self, library: Library, now: datetime) -> Contents:
        if not self.pieces:
            advice = f"{library.folder}: holds no document; write one, e.g. visit.md"
            faults = [f"{library.folder / refused.source}: {refused.reason}" for refused in self._refused]
            raise DocumentRejected("\n".join(faults or [advice]))
        refused = tuple(sorted(self._refused, key=lambda fault: fault.source))
        return Contents(tuple(self.pieces), tuple(self._files), self._digests, refused, now)


def _is_of(fault: RefusedDocument, document: Document) -> bool:
    rest = fault.source.removeprefix(document.file)
    return rest != fault.source and (not rest or rest.startswith((":", ",")))
