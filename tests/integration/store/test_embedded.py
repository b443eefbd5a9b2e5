"""The embedded server and the processes that share it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import asyncpg

from core.store.embedded import EmbeddedServer

_JOIN_AND_LEAVE = """
import sys
from pathlib import Path
from core.store.embedded import EmbeddedServer

server = EmbeddedServer(Path(sys.argv[1]))
server.start()
server.stop()
"""


async def test_a_second_process_joins_a_running_server_and_leaves_it_running(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path)
    url = await asyncio.to_thread(server.start)
    try:
        second = await asyncio.create_subprocess_exec(sys.executable, "-c", _JOIN_AND_LEAVE, str(tmp_path))
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
