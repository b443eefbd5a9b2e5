"""What happens, told to every open page at once (Server-Sent Events)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

#: Frames a page may fall behind before it is cut off; the browser then reconnects and reads everything anew.
_BACKLOG = 1_000

#: One frame of the stream, or None when the listener was cut off.
Frame = str | None


class Live:
    """Fan-out to any number of listeners; telling costs nothing while nobody listens."""

    def __init__(self) -> None:
        self._listeners: set[asyncio.Queue[Frame]] = set()

    def tell(self, event: str, data: Any) -> None:
        if not self._listeners:
            return
        frame = f"event: {event}\ndata: {json.dumps(data)}\n\n"
        for queue in list(self._listeners):
            if queue.qsize() >= _BACKLOG:
                self._listeners.discard(queue)
                queue.put_nowait(None)
            else:
                queue.put_nowait(frame)

    @contextmanager
    def listen(self) -> Iterator[asyncio.Queue[Frame]]:
        queue: asyncio.Queue[Frame] = asyncio.Queue()
        self._listeners.add(queue)
        try:
            yield queue
        finally:
            self._listeners.discard(queue)
