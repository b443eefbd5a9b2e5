"""A clinic's folder of documents, chroma bindings over it, and a Chroma server of the test's own."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from deskbell import ManualClock, ProviderContext
from plugins.knowledge.chroma import Chroma
from plugins.knowledge.chroma.config import ChromaConfig

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
Opened = Callable[..., Awaitable[Chroma]]

_SERVER = "import sys; sys.argv = ['chroma', 'run', *sys.argv[1:]]; from chromadb.cli.cli import app; app()"


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is indexed but by the test's own call."""

    async def idle(self: Chroma) -> None:
        return

    monkeypatch.setattr(Chroma, "_tend", idle)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clinic's folder with two documents."""
    documents = tmp_path / "pier" / "knowledge"
    documents.mkdir(parents=True)
    (documents / "visit.md").write_text("## Where can I park?\nAlso: garage\nThe garage next door is free.\n")
    (documents / "paying.md").write_text(
        "## How can I pay?\nCards and cash.\n\n## Do you sell gift cards?\nFrom $50.\n"
    )
    return tmp_path / "pier"


def binding(folder: Path, state: Path | None = None, **config: Any) -> Chroma:
    """With a low threshold: these documents are too few for scores to mean much, and their order is what counts."""
    context = ProviderContext(
        "pier",
        "pier-knowledge",
        clock=ManualClock(NOW),
        folder=str(folder),
        state=str(state or folder.parent / "state"),
        phones=("+12125550134",),
        website="https://pier.example",
    )
    return Chroma(ChromaConfig.model_validate({"threshold": 0.1, **config}), context)


@pytest.fixture
async def opened(folder: Path) -> AsyncIterator[Opened]:
    """Opens a binding over the folder and brings its index up; all are closed at the end."""
    async with AsyncExitStack() as stack:

        async def make(state: Path | None = None, *, index: bool = True, **config: Any) -> Chroma:
            provider = binding(folder, state, **config)
            stack.push_async_callback(provider.close)
            await provider.open()
            if index:
                await provider.index()
            return provider

        yield make


class Server:
    """A Chroma server in a process of its own, its data in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        arguments = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVER, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, "the Chroma server ended at once"
            assert time.monotonic() < until, "the Chroma server did not come up"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/api/v2/heartbeat", timeout=2).is_success
        except httpx.HTTPError:
            return False

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=30)
            self._process = None


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "server")
    running.start()
    yield running
    running.stop()
