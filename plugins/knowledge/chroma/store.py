"""Where the vectors are: Chroma, in this process or on a server.

An index is a collection of its own that is filled, never changed afterwards, and named by a signpost: a collection
without vectors whose metadata says which index is current. Setting the signpost is the swap. Everything here blocks
and is called in threads; a server is given a deadline, since Chroma's own client has none.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from deskbell import RefusedDocument
from plugins.knowledge.chroma.config import ChromaConfig
from plugins.knowledge.chroma.embedders import Vector
from plugins.knowledge.chroma.loading import Piece
from plugins.knowledge.chroma.shelf import Contents, Near

#: Changes when what stands in a collection changes its form: older indexes are then made anew.
_FORM = 1
_PAGE = 500
#: Of how many vectors around a question a search knows how near they are.
_AROUND = 80
#: How long an index may be under way before it counts as left behind by a crash.
_FILLING = timedelta(hours=1)
#: Two clients of one folder must not be made at once: Chroma shares what is behind them.
_OPENING = threading.Lock()


class Gone(Exception):
    """The collection is not there any more: a newer index has taken its place."""


class Store:
    """The indexes of one binding."""

    def __init__(self, config: ChromaConfig, folder: Path, binding: str) -> None:
        """Opens the client; imports Chroma."""
        self._signpost = binding
        with _OPENING:
            self._client: Any = _client(config, folder)
        #: The collection that was searched last, so that a search need not look it up.
        self._searched: tuple[str, Any] = ("", None)

    def close(self) -> None:
        with _OPENING:
            for session in _sessions(self._client):
                session.close()
            self._client.close()

    def current(self) -> str:
        """The collection that the signpost names; empty when there is none."""
        try:
            signpost = self._client.get_collection(self._signpost, embedding_function=None)
        except self._not_found:
            return ""
        return str((signpost.metadata or {}).get("current", ""))

    def point_at(self, version: str) -> None:
        """The swap."""
        signpost = self._client.get_or_create_collection(self._signpost, embedding_function=None)
        signpost.modify(metadata={"current": version})

    def begin(self, now: datetime) -> str:
        """An empty collection for a new index."""
        version = f"{self._signpost}.{uuid4().hex[:12]}"
        self._client.create_collection(
            version,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine", "ef_search": 200}},
            metadata={"binding": self._signpost, "begun": now.timestamp()},
        )
        return version

    def add(self, version: str, first: int, file: str, pieces: Sequence[Piece], vectors: Mapping[str, Vector]) -> None:
        """Passages from place `first` on, all of one document, with a vector for each id."""
        ids: list[str] = []
        metadatas: list[dict[str, Any]] = []
        texts: list[str] = []
        for place, piece in enumerate(pieces, first):
            for identity, text in worded(place, piece).items():
                whole = identity == str(place)
                ids.append(identity)
                texts.append(piece.text if whole else text)
                about = {"title": piece.title, "source": piece.source, "also": "\n".join(piece.also)}
                metadatas.append({"file": file, "whole": whole, **(about if whole else {})})
        collection = self._collection(version)
        for start in range(0, len(ids), _PAGE):
            part = slice(start, start + _PAGE)
            collection.add(
                ids=ids[part],
                embeddings=[vectors[identity] for identity in ids[part]],
                documents=texts[part],
                metadatas=metadatas[part],
            )

    def seal(self, version: str, identity: str, contents: Contents) -> None:
        """Writes down what the new index holds and what made its vectors."""
        about = {
            "binding": self._signpost,
            "form": _FORM,
            "embedder": identity,
            "passages": len(contents.pieces),
            "digests": json.dumps(dict(contents.digests)),
            "refused": json.dumps([[refused.source, refused.reason] for refused in contents.refused]),
            "indexed_at": contents.indexed_at.isoformat() if contents.indexed_at else "",
        }
        self._collection(version).modify(metadata=about)

    def contents(self, version: str, identity: str) -> Contents | None:
        """What an index holds; None when it is gone, incomplete, or of another form, embedder or binding."""
        try:
            collection = self._collection(version)
        except Gone:
            return None
        about = collection.metadata or {}
        wanted = {"binding": self._signpost, "form": _FORM, "embedder": identity}
        if any(about.get(key) != value for key, value in wanted.items()):
            return None
        found: dict[int, tuple[str, Piece]] = {}
        try:
            rows = list(_rows(collection, {"whole": True}, ["documents", "metadatas"]))
        except (self._not_found, self._broken):
            if self.current() == version:
                raise
            return None  # taken away while it was read
        for row in rows:
            meta = row["metadatas"]
            place = int(row["ids"])
            also = tuple(meta["also"].split("\n")) if meta["also"] else ()
            found[place] = (meta["file"], Piece(meta["title"], row["documents"], meta["source"], also))
        if sorted(found) != list(range(int(about["passages"]))):
            return None
        ordered = [found[place] for place in sorted(found)]
        return Contents(
            pieces=tuple(piece for _, piece in ordered),
            files=tuple(file for file, _ in ordered),
            digests=json.loads(about["digests"]),
            refused=tuple(RefusedDocument(source, reason) for source, reason in json.loads(about["refused"])),
            indexed_at=datetime.fromisoformat(about["indexed_at"]) if about["indexed_at"] else None,
        )

    def vectors(self, version: str, file: str) -> dict[str, Vector]:
        """The vectors of a document's passages by id."""
        rows = _rows(self._collection(version), {"file": file}, ["embeddings"])
        return {row["ids"]: [float(value) for value in row["embeddings"]] for row in rows}

    def nearest(self, version: str, vector: Vector) -> list[Near]:
        """Raises `Gone`."""
        searched, collection = self._searched
        if searched != version:
            collection = self._collection(version)
            self._searched = (version, collection)
        try:
            # Ids say enough, and metadata would cost more than the search.
            found = collection.query(query_embeddings=[vector], n_results=_AROUND, include=["distances"])
        except self._not_found:
            raise Gone(version) from None
        except self._broken:
            # Taken away in the middle of the search, whose files were there when it began.
            if self.current() != version:
                raise Gone(version) from None
            raise
        return [
            _near(identity, 1.0 - distance)
            for identity, distance in zip(found["ids"][0], found["distances"][0], strict=True)
        ]

    def drop(self, version: str) -> None:
        try:
            self._client.delete_collection(version)
        except self._not_found:
            return

    def drop_others(self, version: str, now: datetime) -> None:
        """Drops this binding's indexes but `version`: older ones, and such as nobody can be filling any more."""
        found: list[Any] = []
        while page := self._client.list_collections(limit=_PAGE, offset=len(found)):
            found += page
        for collection in found:
            about = collection.metadata or {}
            unfinished = "begun" in about and now.timestamp() - about["begun"] < _FILLING.total_seconds()
            if collection.name.startswith(f"{self._signpost}.") and collection.name != version and not unfinished:
                self.drop(collection.name)

    def _collection(self, version: str) -> Any:
        try:
            return self._client.get_collection(version, embedding_function=None)
        except self._not_found:
            raise Gone(version) from None

    @property
    def _not_found(self) -> type[Exception]:
        from chromadb.errors import NotFoundError

        return NotFoundError

    @property
    def _broken(self) -> type[Exception]:
        from chromadb.errors import InternalError

        return InternalError


def worded(place: int, piece: Piece) -> dict[str, str]:
    """What of a passage gets a vector, by id: the whole of it, and each wording of its question."""
    whole = "\n".join([piece.title, "; ".join(piece.also), piece.text])
    wordings = {f"{place}.{number}": wording for number, wording in enumerate(piece.wordings)}
    return {str(place): whole, **wordings}


def _near(identity: str, likeness: float) -> Near:
    place, _, wording = identity.partition(".")
    return Near(int(place), not wording, max(0.0, likeness))


def _rows(collection: Any, where: Mapping[str, Any], include: list[str]) -> Iterator[dict[str, Any]]:
    """Every row that fits, a page at a time."""
    offset = 0
    while True:
        page = collection.get(where=dict(where), include=include, limit=_PAGE, offset=offset)
        for number in range(len(page["ids"])):
            yield {key: page[key][number] for key in ("ids", *include)}
        offset += len(page["ids"])
        if len(page["ids"]) < _PAGE:
            return


def _client(config: ChromaConfig, folder: Path) -> Any:
    import chromadb
    import httpx
    from chromadb.config import Settings

    # Not from the environment or a .env file: those are the operator's, and speak of other things.
    common: dict[str, Any] = {"_env_file": None, "anonymized_telemetry": False}
    if config.url is None:
        folder.mkdir(parents=True, exist_ok=True)
        settings = Settings(**common, chroma_api_impl="chromadb.api.rust.RustBindingsAPI")
        return chromadb.PersistentClient(str(folder.resolve()), settings=settings)
    parts = urlsplit(config.url)
    secure = parts.scheme == "https"
    token = {"Authorization": f"Bearer {config.token.get_secret_value()}"} if config.token else {}
    # Chroma's client waits for ever, and asks the server while it is made: so first a question with a deadline.
    httpx.get(f"{config.url}/api/v2/heartbeat", headers=token, timeout=config.deadline_seconds).raise_for_status()
    client = chromadb.HttpClient(
        str(parts.hostname),
        parts.port or (443 if secure else 8000),
        ssl=secure,
        headers=token,
        database=config.database,
        settings=Settings(**common, chroma_server_ssl_verify=True),
    )
    for session in _sessions(client):
        session.timeout = httpx.Timeout(config.deadline_seconds)
    return client


def _sessions(client: Any) -> list[Any]:
    """The HTTP clients behind a Chroma client; none when it works in this process."""
    behind: list[Any] = [one._server for one in (client, client._admin_client)]
    return [server._session for server in behind if hasattr(server, "_session")]
