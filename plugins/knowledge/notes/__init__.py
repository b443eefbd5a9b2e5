"""Knowledge from Markdown notes: a folder of ``*.md`` files, an entry per ``##`` heading, found by words.

For clinics with some dozens of entries: nothing to install, no index on disk, the same answer every time. Larger
collections and questions in other words are what the embedding plugins are for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from deskbell import DocumentRejected, Health, Knowledge, Passage, ProviderNotReady, Settings, hookimpl
from plugins.knowledge.notes.entries import Entry, read_folder
from plugins.knowledge.notes.ranking import Ranking


class NotesConfig(Settings):
    """Settings of a `notes` binding."""

    folder: str = Field(
        default="knowledge", min_length=1, description="Folder of the *.md files, from the clinic's own folder on."
    )
    threshold: float = Field(
        default=0.45, gt=0, le=1, description="Least score (0 to 1) of a passage; below it we rather do not know."
    )


class Notes(Knowledge[NotesConfig]):
    """Searches one clinic's Markdown notes."""

    name: ClassVar[str] = "notes"
    Config = NotesConfig

    _entries: Sequence[Entry] = ()
    _ranking: Ranking | None = None

    async def open(self) -> None:
        """Reads every note. Raises `ProviderNotReady` with all that is wrong, each with file and line."""
        try:
            self._entries = await asyncio.to_thread(read_folder, self._folder)
        except DocumentRejected as error:
            raise ProviderNotReady(f"{self.context.clinic}: the notes cannot be used.\n{error}") from error
        self._ranking = Ranking([(entry.wordings, entry.text) for entry in self._entries])

    async def close(self) -> None:
        self._entries, self._ranking = (), None

    async def check(self) -> Health:
        """Reads the folder anew, so that a change since `open()` is seen."""
        try:
            entries = await asyncio.to_thread(read_folder, self._folder)
        except DocumentRejected as error:
            return Health(ok=False, detail=str(error))
        return Health(ok=True, detail=f"{len(entries)} entries in {len({entry.file for entry in entries})} files")

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        if self._ranking is None:
            raise ProviderNotReady(f"{self.context.binding}: the notes were not opened")
        best = [(place, score) for place, score in self._ranking.rank(question) if score >= self.config.threshold]
        return [self._entries[place].passage(score) for place, score in best[:limit]]

    @property
    def _folder(self) -> Path:
        return Path(self.context.folder) / self.config.folder


@hookimpl
def register_knowledge() -> Sequence[type[Knowledge[Any]]]:
    return [Notes]
