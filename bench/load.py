"""The load: patients who text through a number of connections, each as soon as its last text was answered.

Requests are signed and built before the clock starts, answers are read no further than their status and length, so
that this process asks little of the machine that it measures.
"""

from __future__ import annotations

import asyncio
import gc
from collections import deque
from time import monotonic
from typing import Any, cast

from bench import child
from bench.texts import CALLERS, SENDERS, missed_call, webhook
from plugins.channels.telnyx.testing import Signer

_LENGTH = b"content-length: "


class _Run:
    """Requests still to be sent, and what came of those that were."""

    def __init__(self, requests: list[tuple[str, bytes]]) -> None:
        self.requests = deque(requests)
        self.waiting = len(requests)
        #: Seconds from sending (or connecting) to the whole answer.
        self.seconds: list[float] = []
        #: By the sender's or caller's number: when the webhook left.
        self.started: dict[str, float] = {}
        self.failed = 0
        self.finished = asyncio.Event()

    def close(self, *, good: bool) -> None:
        """One request is over."""
        self.waiting -= 1
        self.failed += not good
        if not self.waiting:
            self.finished.set()


class _Connection(asyncio.Protocol):
    """Sends a request, reads the answer; then the next, or with `once` no more."""

    def __init__(self, run: _Run, sender: str, request: bytes, *, once: bool) -> None:
        self._run = run
        self._next = (sender, request)
        self._once = once
        self._begun = monotonic()
        self._answer = b""
        self._waits = False
        self.gone = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._send()

    def _send(self) -> None:
        sender, request = self._next
        self._waits = True
        self._run.started[sender] = self._begun
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, body = self._answer.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._answer = b""
        self._waits = False
        self._run.seconds.append(monotonic() - self._begun)
        self._run.close(good=head.startswith(b"HTTP/1.1 200"))
        if self._once or not self._run.requests:
            self._transport.close()
            return
        self._next = self._run.requests.popleft()
        self._begun = monotonic()
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        if self._waits:
            self._run.close(good=False)
        self.gone.set_result(None)


def _length(head: bytes) -> int:
    found = head.lower().partition(_LENGTH)[2]
    return int(found.split(b"\r\n", 1)[0]) if found else 0


class _Load:
    """What the parent asks this process."""

    def __init__(self) -> None:
        self.signer = Signer()
        self._requests: list[tuple[str, bytes]] = []
        self._keep_alive = True

    async def prepare(self, senders: int, turn: int, keep_alive: bool) -> None:
        """Builds and signs one text of each of the first `senders` numbers."""
        self._keep_alive = keep_alive
        self._requests = [(SENDERS[n], webhook(self.signer, n, turn, keep_alive=keep_alive)) for n in range(senders)]

    async def prepare_calls(self, callers: int) -> None:
        """Builds and signs one missed call of each of the first `callers` numbers."""
        self._keep_alive = False
        self._requests = [(CALLERS[n], missed_call(self.signer, n)) for n in range(callers)]

    async def run(self, ports: list[int], connections: int, pause: float = 0.0) -> dict[str, Any]:
        """Sends what was prepared, its connections spread over the `ports`.

        With a `pause`, one text after the other, that many seconds apart.
        """
        run = _Run(self._requests)
        gc.collect()
        gc.disable()
        began = monotonic()
        try:
            if pause:
                await self._one_by_one(run, ports[0], pause)
            else:
                await asyncio.gather(*(self._patient(run, ports[n % len(ports)]) for n in range(connections)))
            await run.finished.wait()
        finally:
            gc.enable()
        ended = monotonic()
        return {
            "began": began,
            "seconds": ended - began,
            "failed": run.failed,
            "answers": sorted(run.seconds),
            "started": run.started,
        }

    async def _patient(self, run: _Run, port: int) -> None:
        """One of the connections: kept alive, or a fresh one for every text."""
        while run.requests:
            connection = await self._connected(run, port, once=not self._keep_alive)
            await connection.gone
            if self._keep_alive:
                return

    async def _one_by_one(self, run: _Run, port: int, pause: float) -> None:
        while run.requests:
            await self._connected(run, port, once=True)
            await asyncio.sleep(pause)

    async def _connected(self, run: _Run, port: int, *, once: bool) -> _Connection:
        connection = _Connection(run, *run.requests.popleft(), once=once)
        await asyncio.get_running_loop().create_connection(lambda: connection, "127.0.0.1", port)
        return connection


async def _load() -> None:
    load = _Load()
    await child.answer(
        {"public_key": load.signer.public_key},
        {"prepare": load.prepare, "prepare_calls": load.prepare_calls, "run": load.run},
    )


if __name__ == "__main__":
    child.main(_load)
