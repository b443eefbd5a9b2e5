"""Two wires that a test holds in its hand: to the web processes, and from a process to its database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Wire:
    """A port on this machine whose connections are carried on to somewhere; may be cut."""

    def __init__(self, reach: Callable[[], Awaitable[Stream]]) -> None:
        self._reach = reach
        self._whole = asyncio.Event()
        self._whole.set()
        self._open: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def cut(self) -> None:
        """What is open breaks; what is opened from now on hears nothing until it is mended."""
        self._whole.clear()
        for writer in list(self._open):
            writer.transport.abort()

    def mend(self) -> None:
        self._whole.set()

    async def stop(self) -> None:
        self.mend()
        if self._server:
            self._server.close()
        for writer in list(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            await self._whole.wait()
            far_reader, far_writer = await self._reach()
            self._open.add(far_writer)
            try:
                await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
            finally:
                self._open.discard(far_writer)
                far_writer.close()
        except OSError:
            pass  # the other end is gone: so is this one
        finally:
            self._open.discard(writer)
            writer.close()


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()


def to_database(url: str) -> Callable[[], Awaitable[Stream]]:
    """To the PostgreSQL of an address that names a folder with its socket."""
    [folder] = parse_qs(urlsplit(url).query)["host"]
    return lambda: asyncio.open_unix_connection(f"{folder}/.s.PGSQL.5432")


def to_any(ports: list[int]) -> Callable[[], Awaitable[Stream]]:
    """To the ports in turn, past those where nobody listens."""

    async def reach() -> Stream:
        for _ in ports:
            ports.append(port := ports.pop(0))
            with suppress(ConnectionRefusedError):
                return await asyncio.open_connection("127.0.0.1", port)
        raise ConnectionRefusedError

    return reach
