"""The documents of a clinic: which there are, and what stands in one, read through LangChain's loaders.

Reading is for threads. What cannot be used is told with file and line or page, and never with its words.
"""

from __future__ import annotations

import hashlib
import logging
import threading
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskbell import RefusedDocument
from plugins.knowledge.chroma.splitting import headed, split, tidy
from plugins.knowledge.entries import is_notes, read_notes, refused_for_privacy

#: Changes when documents are read in another way than before: then they are all read anew.
_FORM = 1


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is there."""

    #: Path below the folder, with forward slashes.
    file: str
    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What becomes a passage: a piece of a document, with further wordings of the question it answers."""

    title: str
    text: str
    source: str
    also: tuple[str, ...] = ()

    @property
    def wordings(self) -> tuple[str, ...]:
        return (self.title, *self.also)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document holds, and what of it cannot be used."""

    pieces: tuple[Piece, ...] = ()
    refused: tuple[RefusedDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """A folder of documents, and what may stand in them."""

    folder: Path
    phones: Collection[str]
    website: str
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
        if path.suffix.casefold() not in _READERS:
            return f"is of a kind that cannot be read; {', '.join(sorted(_READERS))} can"
        if not path.resolve().is_relative_to(inside):
            return "is a link that leads out of the clinic's folder"
        if path.stat().st_size > self.largest:
            return f"has more than {self.largest // 1_000_000} MB"
        return ""

    def read(self, document: Document) -> Reading:
        """What a document holds. Never raises: whatever is wrong with it is a refusal."""
        try:
            with _quiet():
                pages = list(_READERS[document.path.suffix.casefold()](document, self.passage_size))
        except _Refused as error:
            return Reading((), (RefusedDocument(document.file, str(error)),))
        except ModuleNotFoundError as error:
            return Reading((), (RefusedDocument(document.file, f"needs the package '{error.name}': deskbell[chroma]"),))
        except Exception as error:  # noqa: BLE001 - of a broken file a parser may raise anything, and quote it
            reason = f"cannot be read as {document.path.suffix[1:]} ({_root_of(error)}); save it anew, or as text"
            return Reading((), (RefusedDocument(document.file, reason),))
        private = [
            refusal
            for page in pages
            for refusal in refused_for_privacy(
                page.raw, document.file, phones=self.phones, website=self.website, place=page.place
            )
        ]
        if private:
            return Reading((), tuple(dict.fromkeys(private)))
        pieces = tuple(piece for page in pages for piece in page.pieces)
        refused = tuple(refusal for page in pages for refusal in page.refused)
        if not pieces and not refused:
            refused = (RefusedDocument(document.file, "holds no text; a scan has to be made into text first"),)
        return Reading(pieces, refused)


class _Refused(Exception):
    """A document is refused with these words."""


@dataclass(frozen=True, slots=True)
class _Page:
    """A part of a document: its text as it stands there, and what became of it."""

    raw: str
    pieces: tuple[Piece, ...]
    refused: tuple[RefusedDocument, ...] = ()
    #: Where it is, when its lines say nothing.
    place: str = ""


def _markdown(document: Document, size: int) -> Iterator[_Page]:
    raw = document.path.read_bytes()
    text = raw.decode("utf-8", "replace")
    if not is_notes(text):
        yield from _text(document, size)
        return
    entries, refused = read_notes(raw, document.file)
    pieces = tuple(Piece(entry.title, entry.text, entry.source, entry.also) for entry in entries)
    yield _Page(text, pieces, tuple(refused))


def _text(document: Document, size: int) -> Iterator[_Page]:
    from langchain_community.document_loaders.text import TextLoader

    try:
        [loaded] = TextLoader(document.path, encoding="utf-8-sig").load()
    except RuntimeError as error:
        if isinstance(error.__cause__, UnicodeDecodeError):
            raise _Refused("is not UTF-8 text; save the file as UTF-8") from None
        raise
    yield _running(loaded.page_content, document, size)


def _html(document: Document, size: int) -> Iterator[_Page]:
    from langchain_community.document_loaders.html_bs import BSHTMLLoader

    loader = BSHTMLLoader(
        document.path, open_encoding="utf-8-sig", bs_kwargs={"features": "html.parser"}, get_text_separator="\n"
    )
    [loaded] = loader.load()
    title = tidy(str(loaded.metadata.get("title") or ""))
    yield _running(loaded.page_content, document, size, title)


def _docx(document: Document, size: int) -> Iterator[_Page]:
    from langchain_community.document_loaders.word_document import Docx2txtLoader

    [loaded] = Docx2txtLoader(document.path).load()
    yield _running(loaded.page_content, document, size)


def _pdf(document: Document, size: int) -> Iterator[_Page]:
    from langchain_community.document_loaders.pdf import PyPDFLoader

    for number, loaded in enumerate(PyPDFLoader(document.path, mode="page").load(), 1):
        place = f"{document.file}, page {number}"
        pieces = (
            Piece(headed(cut.text, _called(document)), cut.text, place) for cut in split(loaded.page_content, size)
        )
        yield _Page(loaded.page_content, tuple(pieces), place=place)


def _csv(document: Document, size: int) -> Iterator[_Page]:
    """A row is a passage, headed by its first cell."""
    from langchain_community.document_loaders.csv_loader import CSVLoader

    for number, loaded in enumerate(CSVLoader(document.path, encoding="utf-8-sig").load(), 2):
        cells = [line.partition(": ")[2].strip() for line in loaded.page_content.splitlines()]
        title = next((cell for cell in cells if cell), "")
        place = f"{document.file}:{number}"
        text = tidy(loaded.page_content)
        pieces = (Piece(title, text, place),) if title else ()
        yield _Page(loaded.page_content, pieces, place=place)


_READERS: Mapping[str, Callable[[Document, int], Iterator[_Page]]] = {
    ".csv": _csv,
    ".docx": _docx,
    ".htm": _html,
    ".html": _html,
    ".markdown": _markdown,
    ".md": _markdown,
    ".pdf": _pdf,
    ".txt": _text,
}


def _running(text: str, document: Document, size: int, title: str = "") -> _Page:
    """Running text, cut into passages that know their line."""
    pieces = [
        Piece(headed(cut.text, title or _called(document)), cut.text, f"{document.file}:{cut.line}")
        for cut in split(text, size)
    ]
    return _Page(text, tuple(pieces))


def _called(document: Document) -> str:
    """What a document is called, as a title: ``price-list_2026.pdf`` is about "price list 2026"."""
    return " ".join(document.path.stem.replace("-", " ").replace("_", " ").split())


def _root_of(error: BaseException) -> str:
    """The class of the error at the bottom: LangChain's loaders wrap what went wrong."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__


_READING = threading.Lock()


@contextmanager
def _quiet() -> Iterator[Any]:
    """LangChain's loaders announce their retirement, and parsers complain of files that they read after all.

    One document at a time: warnings and loggers belong to the whole process.
    """
    loggers = [logging.getLogger(name) for name in ("pypdf", "langchain_community")]
    with _READING, warnings.catch_warnings():
        levels = [logger.level for logger in loggers]
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)
