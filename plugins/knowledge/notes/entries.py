"""Reads notes: ``## A question`` opens an entry, ``Also:`` lines give further wordings, the rest is its text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from deskbell import DocumentRejected, Passage

_HEADING = re.compile(r"^##\s+(?P<title>.*?)\s*#*\s*$")
_ALSO = re.compile(r"^also:\s*(?P<wordings>.*)$", re.IGNORECASE)


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

    def passage(self, score: float) -> Passage:
        return Passage(self.title, self.text, f"{self.file}:{self.line}", round(score, 4))


def read_folder(folder: Path) -> list[Entry]:
    """All entries of the ``*.md`` files below `folder`, by path and line.

    Raises `DocumentRejected` with every fault, one a line, as ``file:line: fault``.
    """
    if not folder.is_dir():
        raise DocumentRejected(f"{folder}: is not a folder; write the notes there, or correct `folder`")
    entries: list[Entry] = []
    faults: list[str] = []
    for path in sorted(folder.rglob("*.md")):
        found, wrong = _read_file(path, path.relative_to(folder).as_posix())
        entries += found
        faults += [f"{path}:{line}: {fault}" for line, fault in wrong]
    faults += _twice(folder, entries)
    if not entries and not faults:
        faults = [f"{folder}: holds no entry; write a file such as visit.md with '## Where can I park?' and the answer"]
    if faults:
        raise DocumentRejected("\n".join(faults))
    return entries


def _read_file(path: Path, file: str) -> tuple[list[Entry], list[tuple[int, str]]]:
    raw = path.read_bytes()
    try:
        lines = raw.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        return [], [(raw.count(b"\n", 0, error.start) + 1, "is not UTF-8 text; save the file as UTF-8")]
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
    return entries, faults


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


def _twice(folder: Path, entries: list[Entry]) -> list[str]:
    first: dict[str, Entry] = {}
    faults = []
    for entry in entries:
        known = first.setdefault(entry.title.casefold(), entry)
        if known is not entry:
            where = f"{folder / entry.file}:{entry.line}"
            faults.append(f"{where}: '{entry.title}' is already at {known.file}:{known.line}; keep one of them")
    return faults
