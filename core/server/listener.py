"""A Sanic application listening inside a running event loop, with a stop that lets requests finish."""

from __future__ import annotations

import asyncio
import errno
import socket
from typing import Any

from sanic import Sanic

from deskbell import DeskbellError

_BACKLOG = 1024


class AddressUnusable(DeskbellError):
    """The server's address is in use or not ours."""


class Listener:
    """Listens from `start` to `stop`."""

    def __init__(self, app: Sanic[Any, Any], host: str, port: int, *, spare: int = 0) -> None:
        """With `spare` ports, one that is in use is passed over for the next."""
        self._app = app
        self._host = host
        self._port = port
        self._spare = spare
        self._server: Any = None

    async def start(self) -> None:
        """Binds and serves. Raises `AddressUnusable` when the address is taken."""
        bound = self._bind()
        self._server = await self._app.create_server(sock=bound, backlog=_BACKLOG, access_log=False)
        if self._server is None:
            raise RuntimeError("Sanic made no server")
        await self._server.startup()
        await self._server.before_start()
        await self._server.after_start()

    def _bind(self) -> socket.socket:
        # A socket of our own: Sanic takes port 0 for "none given".
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        last = min(self._port + self._spare, 65535) if self._port else 0
        for port in range(self._port, last + 1):
            try:
                return socket.create_server((self._host, port), family=family, backlog=_BACKLOG)
            except OSError as error:
                if error.errno == errno.EADDRINUSE and port < last:
                    continue
                ports = f"{self._port}" if last == self._port else f"{self._port} to {last}"
                setting = "DESKBELL_WORKER_PORT" if self._spare else "DESKBELL_PORT"
                raise AddressUnusable(
                    f"{self._host}:{ports} cannot be listened on ({error.strerror}). Stop what uses it,"
                    f" or set DESKBELL_HOST or {setting}."
                ) from None
        raise AssertionError("a range of ports is never empty")

    @property
    def port(self) -> int:
        """The port that is really listened on, for those who asked for port 0."""
        port: int = self._server.server.sockets[0].getsockname()[1]
        return port

    async def stop(self, grace: float = 10.0) -> None:
        """Takes no new connections, lets running requests finish for `grace` seconds, then cuts."""
        if self._server is None:
            return
        server, self._server = self._server, None
        closed = server.close()
        for connection in list(server.connections):
            connection.close_if_idle()
        end = asyncio.get_running_loop().time() + grace
        while server.connections and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.02)
            for connection in list(server.connections):
                connection.close_if_idle()
        for connection in list(server.connections):
            connection.abort()
        await closed
        await server.before_stop()
        await server.after_stop()
