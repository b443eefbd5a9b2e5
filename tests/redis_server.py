"""A Redis server of the test run's own: the fixture `redis_server`, where the binary is on the machine."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

BINARY = shutil.which("redis-server")
#: Where there is none, the tests say so; `.ci/run` installs it.
needs_redis = pytest.mark.skipif(BINARY is None, reason="there is no redis-server on this machine")
PASSWORD = "opensesame-77"


@dataclass
class RedisServer:
    """On a socket in a folder of its own: no port to be taken by somebody else."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://:{PASSWORD}@{self.folder}/redis.sock?db=3"

    def start(self) -> None:
        socket = self.folder / "redis.sock"
        options = ["--port", "0", "--unixsocket", str(socket), "--requirepass", PASSWORD]
        nothing_on_disk = ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen([str(BINARY), *options, *nothing_on_disk], stdout=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not socket.exists():
            assert self.process.poll() is None, "redis-server ended at once"
            assert time.monotonic() < until, "redis-server did not begin to listen"
            time.sleep(0.01)

    def stop(self) -> None:
        """Gone, as when its machine is: nothing is said to anybody."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self.process = None
        (self.folder / "redis.sock").unlink(missing_ok=True)


@pytest.fixture(scope="session")
def _redis() -> Iterator[RedisServer]:
    folder = Path(tempfile.mkdtemp(prefix="deskbell-redis-"))
    server = RedisServer(folder)
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_server(_redis: RedisServer) -> RedisServer:
    """Running, whatever the test before did to it."""
    if _redis.process is None:
        _redis.start()
    return _redis
