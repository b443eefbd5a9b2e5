"""HTTP as the bench's stand-ins speak it: requests with a length in, answers in JSON out, connections kept alive."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import cast

#: Given the request's first line and its body, what is answered; None is 404.
Respond = Callable[[bytes, bytes], object | None]

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _Caller(asyncio.Protocol):
    """One connection of an SDK, kept alive as long as it likes."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while (end := self._heard.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._heard, 0, end + 2)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self._heard) < whole:
                return
            head, body, self._heard = self._heard[:end], self._heard[end + 4 : whole], self._heard[whole:]
            self._answer(self._respond(head.partition(b"\r\n")[0], body))

    def _answer(self, answer: object | None) -> None:
        if answer is None:
            self._transport.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
            return
        body = json.dumps(answer).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
        self._transport.write(head + body)


async def listen(respond: Respond) -> int:
    """Answers on a free port of the loopback, which is returned, until the process ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Caller(respond), "127.0.0.1", 0, backlog=1024)
    _servers.append(server)
    port: int = server.sockets[0].getsockname()[1]
    return port


#: Kept, or they would be collected.
_servers: list[asyncio.Server] = []
