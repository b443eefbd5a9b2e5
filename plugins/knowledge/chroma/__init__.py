"""Knowledge from documents of many kinds, found by words and by meaning, its index in Chroma.

`open()` waits for nothing but the documents: what they hold is searched by words at once. Chroma, the embedder and, if
documents have changed, the new index come beside it; from then on meaning counts too. The same holds whenever Chroma
or the embedder does not answer: words alone decide, and patients go on being answered.
"""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, ParamSpec, TypeVar

from deskbell import (
    DeskbellError,
    DocumentRejected,
    Health,
    IndexReport,
    IndexStatus,
    IndexStep,
    Knowledge,
    Passage,
    Progress,
    ProviderContext,
    ProviderNotReady,
    hookimpl,
    unwatched,
)
from plugins.knowledge.chroma import snapshot
from plugins.knowledge.chroma.config import ChromaConfig
from plugins.knowledge.chroma.documents import Library
from plugins.knowledge.chroma.embedders import Embedder, embedder
from plugins.knowledge.chroma.indexing import Indexing, alone, changed, read
from plugins.knowledge.chroma.shelf import Contents, Shelf
from plugins.knowledge.chroma.store import Gone, Store
from plugins.knowledge.entries import Own
from plugins.knowledge.texting import spelt_out

logger = logging.getLogger(__name__)

_P = ParamSpec("_P")
_T = TypeVar("_T")

#: No question of a patient is longer; what comes after is not looked at.
_LONGEST = 1600
#: How often a search follows an index that was taken from under it before words alone decide.
_CATCHING_UP = 4
#: Chroma and the embedder take two seconds of computing to load: the rest of a process's start comes first.
_SETTLING = 3.0
#: After a failure the next attempt comes so soon, and then ever later, in seconds.
_FIRST_RETRY, _LAST_RETRY = 2.0, 120.0


class Chroma(Knowledge[ChromaConfig]):
    """Searches one clinic's documents."""

    name: ClassVar[str] = "chroma"
    Config = ChromaConfig

    _shelf: Shelf | None = None
    _store: Store | None = None
    _embedder: Embedder | None = None
    #: For what may hang (Chroma, the embedder), and for what never does: so that the one never waits for the other.
    _outside: ThreadPoolExecutor | None = None
    _inside: ThreadPoolExecutor | None = None
    #: Until when searches do not even try meaning, by the loop's clock.
    _resting_until = 0.0
    _tending: asyncio.Task[None] | None = None
    _run: asyncio.Task[IndexReport] | None = None

    def __init__(self, config: ChromaConfig, context: ProviderContext) -> None:
        super().__init__(config, context)
        self._watching: list[Progress] = []
        self._closing = threading.Event()
        self._reaching = threading.Lock()
        self._stale = asyncio.Event()

    async def open(self) -> None:
        """Reads the documents. Raises `ProviderNotReady` when there is none that can be used."""
        for package in ("chromadb", "boto3" if self.config.embedder == "bedrock" else "wordllama"):
            # They are loaded later; that one is missing is told now.
            if importlib.util.find_spec(package) is None:
                raise ModuleNotFoundError(f"No module named '{package}'", name=package)
        self._closing.clear()
        self._outside = ThreadPoolExecutor(4, thread_name_prefix=f"{self.context.binding}-outside")
        self._inside = ThreadPoolExecutor(2, thread_name_prefix=f"{self.context.binding}-inside")
        try:
            self._shelf = await _in(self._inside, self._first_shelf)
        except DocumentRejected as error:
            await self.close()
            raise ProviderNotReady(f"{self.context.clinic}: the documents cannot be used.\n{error}") from error
        except BaseException:
            await self.close()
            raise
        for refused in self._shelf.contents.refused:
            logger.warning("%s: a document is left out: %s", self.context.binding, refused)
        self._tending = asyncio.create_task(self._tend(), name=f"{self.context.binding} index")

    async def close(self) -> None:
        self._closing.set()
        tasks = [task for task in (self._tending, self._run) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for threads in (self._outside, self._inside):
            if threads is not None:
                # What is under way ends at its deadline or with its document: nothing is taken from under it.
                await asyncio.to_thread(threads.shutdown, wait=True, cancel_futures=True)
        if self._store is not None:
            await asyncio.to_thread(self._store.close)
        self._shelf = self._store = self._embedder = self._outside = self._inside = self._tending = None

    async def check(self) -> Health:
        shelf = self._opened()
        reachable, indexed, detail = await self._look(embed=True)
        contents = indexed or shelf.contents
        told = [f"{len(contents.pieces)} passages of {len(contents.digests)} documents, {detail}"]
        told += [str(refused) for refused in contents.refused]
        return Health(ok=reachable and not contents.refused, detail="\n".join(told))

    async def search(self, question: str, *, limit: int = 4) -> list[Passage]:
        shelf, question = self._opened(), question[:_LONGEST]
        if limit < 1 or not question.strip():
            return []
        now = asyncio.get_running_loop().time()
        if shelf.version and now >= self._resting_until:
            try:
                async with asyncio.timeout(self.config.deadline_seconds / 2):
                    return await _in(self._outside, self._search_near, question, limit)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with Chroma or the embedder: words remain
                logger.warning("%s: words alone decide: %s", self.context.binding, _told(error))
                # Nobody is made to wait again for what has just kept somebody waiting.
                self._resting_until = now + self.config.refresh_seconds
                self._stale.set()
        return await _in(self._inside, self._opened().by_words, question, limit)

    async def index(self, progress: Progress = unwatched) -> IndexReport:
        self._opened()
        loop = asyncio.get_running_loop()

        def watch(step: IndexStep) -> None:
            loop.call_soon_threadsafe(progress, step)

        self._watching.append(watch)
        try:
            if self._run is not None:
                report = await asyncio.shield(self._run)
                if not await _in(self._inside, changed, self._opened().contents.digests, self._library()):
                    return report
            if self._run is None:
                self._run = asyncio.create_task(self._index_once())
            return await asyncio.shield(self._run)
        finally:
            self._watching.remove(watch)

    async def status(self) -> IndexStatus:
        shelf = self._opened()
        _, indexed, detail = await self._look()
        contents = indexed or shelf.contents
        since = await _in(self._inside, changed, contents.digests, self._library())
        when = indexed.indexed_at if indexed else None
        return IndexStatus(len(contents.digests), len(contents.pieces), contents.refused, since, when, detail)

    async def _look(self, *, embed: bool = False) -> tuple[bool, Contents | None, str]:
        """Whether the index can be seen, what it holds (None when there is none), and how searches are answered.

        With `embed` the embedder is asked too, which may cost something.
        """
        try:
            async with asyncio.timeout(self.config.deadline_seconds + 5):
                indexed = await _in(self._outside, self._indexed)
                if embed:
                    await _in(self._outside, self._reach()[1].question, "hello")
        except Exception as error:  # noqa: BLE001 - whatever keeps the index from being seen is what is to be told
            return False, None, f"by words: {_told(error)}"
        return True, indexed, f"by words and meaning ({self.config.embedder})" if indexed else "by words: no index yet"

    # ---- beside the searches ----------------------------------------------------------------------------------

    async def _tend(self) -> None:
        """Brings the index up, and looks from time to time whether another process has made a newer one."""
        pause, first = _FIRST_RETRY, True
        if "chromadb" not in sys.modules:
            await asyncio.sleep(_SETTLING)
        while True:
            try:
                if first:
                    await self.index()
                else:
                    await _in(self._outside, self._follow)
                pause, first = self.config.refresh_seconds, False
            except Exception as error:  # noqa: BLE001 - the next attempt may succeed; until then words decide
                logger.warning("%s: the index waits: %s", self.context.binding, _told(error))
                pause = min(2 * pause, _LAST_RETRY) if first else self.config.refresh_seconds
            self._stale.clear()
            try:
                async with asyncio.timeout(pause):
                    await self._stale.wait()
            except TimeoutError:
                continue

    async def _index_once(self) -> IndexReport:
        try:
            return await _in(self._outside, self._index)
        finally:
            self._run = None

    # ---- in threads -------------------------------------------------------------------------------------------

    def _first_shelf(self) -> Shelf:
        library = self._library()
        if not library.folder.is_dir():
            raise DocumentRejected(f"{library.folder}: is not a folder; put the documents there, or correct `folder`")
        contents = read(library, snapshot.load(self._file(".json")), self.context.clock.now())
        return Shelf(contents)

    def _reach(self) -> tuple[Store, Embedder]:
        """The store and the embedder, opened when they are not yet."""
        with self._reaching:
            if self._embedder is None:
                self._embedder = embedder(self.config)
            if self._store is None:
                self._store = Store(
                    self.config, Path(self.context.state) / "knowledge" / "chroma", self.context.binding
                )
            return self._store, self._embedder

    def _indexed(self) -> Contents | None:
        """What the index holds; None when there is none that can be used."""
        store, embeds = self._reach()
        shelf, current = self._shelf, store.current()
        if shelf is not None and current and current == shelf.version:
            return shelf.contents
        return store.contents(current, embeds.identity) if current else None

    def _index(self) -> IndexReport:
        with alone(self._file(".lock")):
            store, embeds = self._reach()
            current = store.current()
            known = store.contents(current, embeds.identity) if current else None
            run = Indexing(self._library(), store, embeds, self.context.clock.now(), current, known, self._step)
            version, contents, report = run.run()
            self._put_up(Shelf(contents, version))
            store.drop_others(version, self.context.clock.now())
        return report

    def _follow(self) -> None:
        """Takes up the index that the signpost names; makes one when there is none that can be used."""
        if not self._take_up():
            self._index()

    def _take_up(self) -> bool:
        """Whether the index that the signpost names is the one that is searched, now if not before."""
        store, embeds = self._reach()
        shelf, current = self._shelf, store.current()
        if shelf is not None and current and current == shelf.version:
            return True
        contents = store.contents(current, embeds.identity) if current else None
        if contents is not None:
            self._put_up(Shelf(contents, current))
        return contents is not None

    def _put_up(self, shelf: Shelf) -> None:
        if self._closing.is_set():
            return
        self._shelf = shelf
        self._resting_until = 0.0
        snapshot.save(self._file(".json"), shelf.contents)

    def _search_near(self, question: str, limit: int) -> list[Passage]:
        for _ in range(_CATCHING_UP):
            try:
                return self._search_once(self._opened(), question, limit)
            except Gone:
                # Between our look and the search a newer index has taken its place.
                self._take_up()
        return self._search_once(self._opened(), question, limit)

    def _search_once(self, shelf: Shelf, question: str, limit: int) -> list[Passage]:
        store, embeds = self._reach()
        vector = embeds.question(spelt_out(question))
        if not any(vector):
            return shelf.by_words(question, limit)
        threshold = self.config.threshold or embeds.threshold
        return shelf.by_words_and_meaning(question, store.nearest(shelf.version, vector), limit, threshold)

    def _step(self, step: IndexStep) -> None:
        if self._closing.is_set():
            raise ProviderNotReady(f"{self.context.binding}: closed while indexing")
        for watch in tuple(self._watching):
            watch(step)

    # ---- what belongs to this binding -------------------------------------------------------------------------

    def _opened(self) -> Shelf:
        if self._shelf is None:
            raise ProviderNotReady(f"{self.context.binding}: the documents were not opened")
        return self._shelf

    def _library(self) -> Library:
        return Library(
            folder=Path(self.context.folder) / self.config.folder,
            own=Own.of(self.context, self.config.phones, self.config.emails),
            passage_size=self.config.passage_size,
            largest=self.config.largest_mb * 1_000_000,
        )

    def _file(self, suffix: str) -> Path:
        return Path(self.context.state) / "knowledge" / f"{self.context.binding}{suffix}"


async def _in(threads: ThreadPoolExecutor | None, work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    if threads is None:
        raise ProviderNotReady("the documents were not opened")
    return await asyncio.get_running_loop().run_in_executor(threads, partial(work, *args, **kwargs))


def _told(error: BaseException) -> str:
    """An error for the log: ours in their words, others by class, since they may quote a question or a document."""
    return str(error) if isinstance(error, DeskbellError) else type(error).__name__


@hookimpl
def register_knowledge() -> Sequence[type[Knowledge[Any]]]:
    return [Chroma]
