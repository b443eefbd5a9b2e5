"""The embedded server and the processes that share it."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from core.store.embedded import EmbeddedServer

_JOIN_AND_LEAVE = """
import sys
from pathlib import Path
from core.store.embedded import EmbeddedServer

server = EmbeddedServer(Path(sys.argv[1]))
server.start()
server.stop()
"""


@pytest.fixture
def home() -> Iterator[Path]:
    # Not tmp_path: the server runs as a user of its own and must reach the folder.
    with tempfile.TemporaryDirectory(prefix="deskbell-embedded-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def test_a_second_process_joins_a_running_server_and_leaves_it_running(home: Path) -> None:
    server = EmbeddedServer(home)
    url = await asyncio.to_thread(server.start)
    try:
        second = await asyncio.create_subprocess_exec(sys.executable, "-c", _JOIN_AND_LEAVE, str(home))
        try:
            code = await asyncio.wait_for(second.wait(), 30)
        finally:
            if second.returncode is None:
                second.kill()
                await second.wait()
        connection = await asyncpg.connect(url)
        await connection.close()
    finally:
        await asyncio.to_thread(server.stop)
    assert code == 0
