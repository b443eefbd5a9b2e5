"""The documents of a clinic: which there are, and what of them may be quoted.

Reading is for threads. What cannot be used is told with its place and reason, and never with its words.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from deskbell import RefusedDocument
from plugins.knowledge.chroma.loading import READERS, Piece, Source, Unreadable, load
from plugins.knowledge.entries import Own

#: Changes when documents are read in another way than before: then they are all read anew.
_FORM = 2


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is there."""

    #: Path below the folder, with forward slashes.
    file: str
    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document holds, and what of it cannot be used."""

    pieces: tuple[Piece, ...] = ()
    refused: tuple[RefusedDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """A folder of documents, and what may stand in them."""

    folder: Path
    own: Own
    passage_size: int
    largest: int

    def documents(self) -> tuple[list[Document], list[RefusedDocument]]:
        """Every document below the folder by path, and files that are none. Hidden files count as absent."""
        found: list[Document] = []
        refused: list[RefusedDocument] = []
        inside = self.folder.resolve()
        for path in sorted(self.folder.rglob("*")):
            relative = path.relative_to(self.folder)
            if not path.is_file() or any(part.startswith((".", "~$")) for part in relative.parts):
                continue
            file = relative.as_posix()
            fault = self._fault(path, inside)
            if fault:
                refused.append(RefusedDocument(file, fault))
                continue
            try:
                found.append(Document(file, path, self._digest(path)))
            except OSError as error:
                refused.append(RefusedDocument(file, f"cannot be read ({type(error).__name__})"))
        return found, refused

    def _digest(self, path: Path) -> str:
        """Of the content, and of what decides how it is cut."""
        return hashlib.sha256(f"{_FORM} {self.passage_size} ".encode() + path.read_bytes()).hexdigest()

    def _fault(self, path: Path, inside: Path) -> str:
        if path.suffix.casefold() not in READERS:
            return f"is of a kind that cannot be read; {', '.join(sorted(READERS))} can"
        if not path.resolve().is_relative_to(inside):
            return "is a link that leads out of the clinic's folder"
        if path.stat().st_size > self.largest:
            return f"has more than {self.largest // 1_000_000} MB"
        return ""

    def read(self, document: Document) -> Reading:
        """What a document holds. Never raises: whatever is wrong with it is a refusal."""
        try:
            pages = load(Source(document.path, document.file, self.passage_size))
        except Unreadable as error:
            return Reading((), (RefusedDocument(document.file, str(error)),))
        except ModuleNotFoundError as error:
            return Reading((), (RefusedDocument(document.file, f"needs the package '{error.name}': deskbell[chroma]"),))
        except Exception as error:  # noqa: BLE001 - of a broken file a parser may raise anything, and quote it
            reason = f"cannot be read as {document.path.suffix[1:]} ({_root_of(error)}); save it anew, or as text"
            return Reading((), (RefusedDocument(document.file, reason),))
        private = [refusal for page in pages for refusal in self.own.refusals(page.raw, page.place)]
        if private:
            return Reading((), tuple(dict.fromkeys(private)))
        pieces = tuple(piece for page in pages for piece in page.pieces)
        refused = tuple(refusal for page in pages for refusal in page.refused)
        if not pieces and not refused:
            refused = (RefusedDocument(document.file, "holds no text; a scan has to be made into text first"),)
        return Reading(pieces, refused)


def _root_of(error: BaseException) -> str:
    """The class of the error at the bottom: LangChain's loaders wrap what went wrong."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__
