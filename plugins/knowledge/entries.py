"""Reads notes: ``## A question`` opens an entry, ``Also:`` lines give further wordings, the rest is its text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from deskbell import DocumentRejected, Passage, ProviderContext, RefusedDocument, patient_data

#: What the settings of that name mean, for every provider that has them.
OWN_PHONES = "Numbers that documents may name beside the clinic's own: a lab's, the dentist's on call."
OWN_EMAILS = "E-mail addresses that documents may name beside desks' and those of the clinic's website."

_HEADING = re.compile(r"^##\s+(?P<title>.*?)\s*#*\s*$")
_ALSO = re.compile(r"^also:\s*(?P<wordings>.*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Own:
    """What is the clinic's own and may therefore stand in its documents."""

    phones: Collection[str] = ()
    website: str = ""
    emails: Collection[str] = ()

    @classmethod
    def of(cls, context: ProviderContext, phones: Collection[str], emails: Collection[str]) -> Own:
        """What the runtime knows of, and what the clinic's file adds to it."""
        return cls((*context.phones, *phones) if context.phones else (), context.website, emails)

    def refusals(self, text: str, place: Callable[[int], str]) -> list[RefusedDocument]:
        """A refusal for each line that holds data of a patient; `place` says where a line is."""
        return [
            RefusedDocument(
                place(found.line),
                f"looks like a patient's {found.kind}; take it out, this document is quoted to anybody",
            )
            for found in patient_data(text, phones=self.phones, website=self.website, emails=self.emails)
        ]


_UNKNOWN = Own()


@dataclass(frozen=True, slots=True)
class Entry:
    """One question with its answer."""

    title: str
    #: Further wordings of the question.
    also: tuple[str, ...]
    text: str
    #: Path below the folder, with forward slashes, and the heading's line.
    file: str
    line: int

    @property
    def wordings(self) -> tuple[str, ...]:
        """All wordings of the question, the heading first."""
        return (self.title, *self.also)

    @property
    def source(self) -> str:
        return f"{self.file}:{self.line}"

    def passage(self, score: float) -> Passage:
        return Passage(self.title, self.text, self.source, round(score, 4))


@dataclass(frozen=True, slots=True)
class Notebook:
    """What a folder of notes holds, and what of it cannot be used."""

    entries: tuple[Entry, ...] = ()
    refused: tuple[RefusedDocument, ...] = ()
    #: File -> a digest of its content.
    files: Mapping[str, str] = field(default_factory=dict)


def read_folder(folder: Path, own: Own = _UNKNOWN) -> Notebook:
    """All entries of the ``*.md`` files below `folder`, by path and line.

    Raises `DocumentRejected` when there is no entry that can be used, with every fault.
    """
    if not folder.is_dir():
        raise DocumentRejected(f"{folder}: is not a folder; write the notes there, or correct `folder`")
    entries: list[Entry] = []
    refused: list[RefusedDocument] = []
    files: dict[str, str] = {}
    for path in sorted(folder.rglob("*.md")):
        file = path.relative_to(folder).as_posix()
        raw = path.read_bytes()
        files[file] = hashlib.sha256(raw).hexdigest()
        found, faults = read_notes(raw, file)
        text = raw.decode("utf-8", "replace")
        private = own.refusals(text, partial("{}:{}".format, file))
        refused += [*faults, *private]
        entries += [] if private else found
    entries, twice = _once(entries)
    refused += twice
    if not entries:
        told = [f"{folder / fault.source}: {fault.reason}" for fault in refused]
        advice = f"{folder}: holds no entry; write a file such as visit.md with '## Where can I park?' and the answer"
        raise DocumentRejected("\n".join(told or [advice]))
    return Notebook(tuple(entries), tuple(refused), files)


def is_notes(text: str) -> bool:
    """Whether a Markdown text is written in entries."""
    return any(_HEADING.match(line) for line in text.splitlines())


def read_notes(raw: bytes, file: str) -> tuple[list[Entry], list[RefusedDocument]]:
    """The entries of one file, and what of it cannot be used."""
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return [], [RefusedDocument(f"{file}:{line}", "is not UTF-8 text; save the file as UTF-8")]
    starts = [place for place, line in enumerate(lines) if _HEADING.match(line)]
    faults = _astray(lines[: starts[0]] if starts else lines)
    entries: list[Entry] = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        entry = _entry(lines[start:end], file, start + 1)
        if not entry.title:
            faults.append((start + 1, "a heading without words; write the question behind '##'"))
        elif not entry.text:
            faults.append(
                (start + 1, "an entry without an answer; write it below the heading, or take the heading out")
            )
        else:
            entries.append(entry)
    return entries, [RefusedDocument(f"{file}:{line}", reason) for line, reason in faults]


def _astray(lines: list[str]) -> list[tuple[int, str]]:
    """Faults of what stands before the first entry: only a title may."""
    for number, line in enumerate(lines, 1):
        if line.strip() and not re.match(r"^#\s", line):
            return [(number, "text that belongs to no entry; put a '## ' heading above it")]
    return []


def _entry(lines: list[str], file: str, line: int) -> Entry:
    heading = _HEADING.match(lines[0])
    also: list[str] = []
    body: list[str] = []
    for written in lines[1:]:
        wordings = _ALSO.match(written)
        if wordings:
            also += [wording.strip() for wording in re.split(r"[;|]", wordings["wordings"]) if wording.strip()]
        else:
            body.append(written)
    paragraphs = re.split(r"\n\s*\n", "\n".join(body).strip())
    text = "\n".join(" ".join(paragraph.split()) for paragraph in paragraphs).strip()
    return Entry(heading["title"] if heading else "", tuple(also), text, file, line)


def _once(entries: list[Entry]) -> tuple[list[Entry], list[RefusedDocument]]:
    """The entries without those whose title another has already."""
    first: dict[str, Entry] = {}
    twice = []
    for entry in entries:
        known = first.setdefault(entry.title.casefold(), entry)
        if known is not entry:
            reason = f"'{entry.title}' is already at {known.source}; keep one of them"
            twice.append(RefusedDocument(entry.source, reason))
    return list(first.values()), twice
