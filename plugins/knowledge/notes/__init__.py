"""Knowledge from Markdown notes: a folder of ``*.md`` files, an entry per ``##`` heading, found by words.

For clinics with some dozens of entries: nothing to install, no index on disk, the same answer every time. Other kinds
of documents, and questions in other words, are what the embedding plugins are for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from deskbell import (
    E164,
    DocumentRejected,
    Health,
    IndexReport,
    IndexStatus,
    IndexStep,
    Knowledge,
    Passage,
    Progress,
    ProviderNotReady,
    Settings,
    hookimpl,
    unwatched,
)
from plugins.knowledge.entries import OWN_EMAILS, OWN_PHONES, Notebook, Own, read_folder
from plugins.knowledge.ranking import Ranking

logger = logging.getLogger(__name__)


class NotesConfig(Settings):
    """Settings of a `notes` binding."""

    folder: str = Field(
        default="knowledge", min_length=1, description="Folder of the *.md files, from the clinic's own folder on."
    )
    threshold: float = Field(
        default=0.45, gt=0, le=1, description="Least score (0 to 1) of a passage; below it we rather do not know."
    )
    phones: tuple[E164, ...] = Field(default=(), description=OWN_PHONES)
    emails: tuple[str, ...] = Field(default=(), description=OWN_EMAILS)


class Notes(Knowledge[NotesConfig]):
    """Searches one clinic's Markdown notes."""

    name: ClassVar[str] = "notes"
    Config = NotesConfig

    _notebook: Notebook = Notebook()
    _ranking: Ranking | None = None

    async def open(self) -> None:
        """Reads every note. Raises `ProviderNotReady` when there is none that can be used."""
        try:
            await self.index()
        except DocumentRejected as error:
            raise ProviderNotReady(f"{self.context.clinic}: the notes cannot be used.\n{error}") from error

    async def close(self) -> None:
        self._notebook, self._ranking = Notebook(), None

    async def check(self) -> Health:
        """Reads the folder anew, so that a change since `open()` is seen."""
        try:
            notebook = await self._read()
        except DocumentRejected as error:
            return Health(ok=False, detail=str(error))
        if notebook.refused:
            return Health(ok=False, detail="\n".join(map(str, notebook.refused)))
        return Health(ok=True, detail=f"{len(notebook.entries)} entries in {len(notebook.files)} files")

    async def index(self, progress: Progress = unwatched) -> IndexReport:
        notebook = await self._read()
        ranking = await asyncio.to_thread(Ranking, [(entry.wordings, entry.text) for entry in notebook.entries])
        self._notebook, self._ranking = notebook, ranking
        for refused in notebook.refused:
            logger.warning("%s: a note is left out: %s", self.context.binding, refused)
        for done, file in enumerate(notebook.files, 1):
            progress(IndexStep(file, done, len(notebook.files)))
        entries = len(notebook.entries)
        return IndexReport(len(notebook.files), entries, entries, 0, notebook.refused)

    async def status(self) -> IndexStatus:
        now = await self._read()
        changed = tuple(file for file in {**self._notebook.files, **now.files} if self._changed(file, now))
        known = self._notebook
        return IndexStatus(len(known.files), len(known.entries), known.refused, changed, detail="by words, in memory")

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        if self._ranking is None:
            raise ProviderNotReady(f"{self.context.binding}: the notes were not opened")
        best = [(place, score) for place, score in self._ranking.rank(question) if score >= self.config.threshold]
        return [self._notebook.entries[place].passage(score) for place, score in best[:limit]]

    def _changed(self, file: str, now: Notebook) -> bool:
        return self._notebook.files.get(file) != now.files.get(file)

    async def _read(self) -> Notebook:
        folder = Path(self.context.folder) / self.config.folder
        own = Own.of(self.context, self.config.phones, self.config.emails)
        return await asyncio.to_thread(read_folder, folder, own)


@hookimpl
def register_knowledge() -> Sequence[type[Knowledge[Any]]]:
    return [Notes]
