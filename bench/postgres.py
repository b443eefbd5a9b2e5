"""The PostgreSQL of the bench: the embedded one, durable, one database for each process group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import psutil

from core.store.embedded import EmbeddedServer

#: A commit that was acknowledged survives a power cut. The bench refuses to measure anything else.
_DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


class Postgres:
    """A running server."""

    def __init__(self, url: str, version: str, process: psutil.Process) -> None:
        self._url = url
        self.version = version
        self._process = process

    def url(self, database: str) -> str:
        return self._url.replace("/postgres?", f"/{database}?")

    async def create(self, database: str) -> str:
        """Makes an empty database; returns its address."""
        await self.execute("postgres", f"CREATE DATABASE {database}")
        return self.url(database)

    async def settle(self) -> None:
        """Writes out what earlier work left to write, so that the next measurement does not pay for it."""
        await self.execute("postgres", "CHECKPOINT")

    async def execute(self, database: str, *statements: str) -> None:
        connection = await asyncpg.connect(self.url(database))
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    async def fetch(self, database: str, query: str, *arguments: object) -> list[asyncpg.Record]:
        connection = await asyncpg.connect(self.url(database))
        try:
            return list(await connection.fetch(query, *arguments))
        finally:
            await connection.close()

    def cpu(self) -> float:
        """Seconds of processor time that the server and its backends have used."""
        own = self._process.cpu_times()
        backends = [_seconds(process) for process in self._process.children()]
        return float(own.user + own.system + own.children_user + own.children_system) + sum(backends)


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


@asynccontextmanager
async def postgres(folder: Path) -> AsyncIterator[Postgres]:
    """The embedded server with its data in `folder`, stopped at the end."""
    server = EmbeddedServer(folder)
    url = await asyncio.to_thread(server.start)
    try:
        version = await _prove(url)
        pid = int((folder / "postgres" / "postmaster.pid").read_text().split()[0])
        yield Postgres(url, version, psutil.Process(pid))
    finally:
        await asyncio.to_thread(server.stop)


async def _prove(url: str) -> str:
    """The server's version. Raises `RuntimeError` when it is not durable."""
    connection = await asyncpg.connect(url)
    try:
        found = {name: await connection.fetchval(f"SHOW {name}") for name in _DURABLE}
        version = connection.get_server_version()
    finally:
        await connection.close()
    if found != _DURABLE:
        raise RuntimeError(f"the bench measures a durable server only; this one has {found}")
    return f"{version.major}.{version.minor}"
