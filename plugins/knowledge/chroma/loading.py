"""What stands in a document, by its kind, read through LangChain's loaders. For threads."""

from __future__ import annotations

import csv
import logging
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deskbell import RefusedDocument
from plugins.knowledge.chroma.splitting import headed, split, tidy
from plugins.knowledge.entries import is_notes, read_notes


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
class Page:
    """A part of a document: its text as it stands there, and what became of it."""

    raw: str
    #: Where a line (from 1) of the text is, in words that staff find it by.
    place: Callable[[int], str]
    pieces: tuple[Piece, ...]
    refused: tuple[RefusedDocument, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """A file to be read: where it is, what it is called below the folder, and how long its passages may be."""

    path: Path
    file: str
    size: int

    @property
    def title(self) -> str:
        """``price-list_2026.pdf`` is about "price list 2026"."""
        return " ".join(self.path.stem.replace("-", " ").replace("_", " ").split())

    def line(self, number: int) -> str:
        return f"{self.file}:{number}"

    def paragraph(self, number: int) -> str:
        return f"{self.file}, paragraph {number}"


class Unreadable(Exception):
    """A document cannot be read; the message is the reason, without its words."""


def load(source: Source) -> list[Page]:
    """Raises `Unreadable`, `ModuleNotFoundError`, or whatever a parser raises of a broken file."""
    with _quiet():
        return list(READERS[source.path.suffix.casefold()](source))


def _markdown(source: Source) -> Iterator[Page]:
    raw = source.path.read_bytes()
    text = raw.decode("utf-8", "replace")
    if not is_notes(text):
        yield from _text(source)
        return
    entries, refused = read_notes(raw, source.file)
    pieces = tuple(Piece(entry.title, entry.text, entry.source, entry.also) for entry in entries)
    yield Page(text, source.line, pieces, tuple(refused))


def _text(source: Source) -> Iterator[Page]:
    from langchain_community.document_loaders.text import TextLoader

    try:
        [loaded] = TextLoader(source.path, encoding="utf-8-sig").load()
    except RuntimeError as error:
        if isinstance(error.__cause__, UnicodeDecodeError):
            raise Unreadable("is not UTF-8 text; save the file as UTF-8") from None
        raise
    yield _running(loaded.page_content, source, source.line)


def _html(source: Source) -> Iterator[Page]:
    from langchain_community.document_loaders.html_bs import BSHTMLLoader

    loader = BSHTMLLoader(
        source.path, open_encoding="utf-8-sig", bs_kwargs={"features": "html.parser"}, get_text_separator="\n"
    )
    [loaded] = loader.load()
    title = tidy(str(loaded.metadata.get("title") or ""))
    yield _running(tidy(loaded.page_content), source, source.paragraph, title)


def _docx(source: Source) -> Iterator[Page]:
    from langchain_community.document_loaders.word_document import Docx2txtLoader

    [loaded] = Docx2txtLoader(source.path).load()
    yield _running(tidy(loaded.page_content), source, source.paragraph)


def _pdf(source: Source) -> Iterator[Page]:
    from langchain_community.document_loaders.pdf import PyPDFLoader

    for number, loaded in enumerate(PyPDFLoader(source.path, mode="page").load(), 1):
        yield _running(loaded.page_content, source, _always(f"{source.file}, page {number}"))


def _csv(source: Source) -> Iterator[Page]:
    """A row is a passage, headed by its first cell; counted as spreadsheets do, the headings being row 1."""
    from langchain_community.document_loaders.csv_loader import CSVLoader

    rows = CSVLoader(source.path, encoding="utf-8-sig", csv_args={"delimiter": _delimiter(source.path)}).load()
    for number, loaded in enumerate(rows, 2):
        cells = [line.partition(": ")[2].strip() for line in loaded.page_content.splitlines()]
        title = next((cell for cell in cells if cell), "")
        place = f"{source.file}, row {number}"
        pieces = (Piece(title, tidy(loaded.page_content), place),) if title else ()
        yield Page(loaded.page_content, _always(place), pieces)


def _delimiter(path: Path) -> str:
    """What stands between the headings; a comma when nothing else does."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        headings = file.readline()
    try:
        return csv.Sniffer().sniff(headings, delimiters=",;\t").delimiter
    except csv.Error:
        return ","


READERS: Mapping[str, Callable[[Source], Iterator[Page]]] = {
    ".csv": _csv,
    ".docx": _docx,
    ".htm": _html,
    ".html": _html,
    ".markdown": _markdown,
    ".md": _markdown,
    ".pdf": _pdf,
    ".txt": _text,
}


def _running(text: str, source: Source, place: Callable[[int], str], title: str = "") -> Page:
    """Running text, cut into passages that know where they begin."""
    pieces = [
        Piece(headed(cut.text, title or source.title), cut.text, place(cut.line)) for cut in split(text, source.size)
    ]
    return Page(text, place, tuple(pieces))


def _always(place: str) -> Callable[[int], str]:
    return lambda line: place


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
