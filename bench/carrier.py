"""The carrier: takes what Telnyx' ``POST /v2/messages`` takes, answers in its shape at once, and notes the moment."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import suppress
from time import monotonic
from typing import cast
from uuid import uuid4

from bench import child

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class _Taken:
    """Texts that were handed over since the last `forget`, by recipient: when the first came, and how many."""

    def __init__(self) -> None:
        self.at: dict[str, float] = {}
        self.doubled = 0
        self._wanted = 0
        self._enough = asyncio.Event()

    def take(self, recipient: str) -> None:
        if recipient in self.at:
            self.doubled += 1
        else:
            self.at[recipient] = monotonic()
        if len(self.at) >= self._wanted:
            self._enough.set()

    async def forget(self) -> None:
        self.at.clear()
        self.doubled = 0

    async def wait(self, recipients: int, seconds: float) -> dict[str, object]:
        """When that many recipients have their reply, or the time is up: who has it since when."""
        self._wanted = recipients
        self._enough.clear()
        if len(self.at) < recipients:
            with suppress(TimeoutError):  # the parent sees who is missing
                await asyncio.wait_for(self._enough.wait(), seconds)
        return {"at": self.at, "doubled": self.doubled}


class _Caller(asyncio.Protocol):
    """One connection of an SDK, kept alive as long as it likes."""

    def __init__(self, taken: _Taken) -> None:
        self._taken = taken
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
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        if not head.startswith(b"POST /v2/messages "):
            self._transport.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")
            return
        wanted = json.loads(body)
        self._taken.take(wanted["to"])
        answer = json.dumps(_message(wanted)).encode()
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(answer)
        self._transport.write(head + answer)


def _message(wanted: dict[str, str]) -> dict[str, object]:
    """Telnyx's message resource, as far as it goes for an SMS that was just queued."""
    return {
        "data": {
            "record_type": "message",
            "direction": "outbound",
            "id": str(uuid4()),
            "type": "SMS",
            "messaging_profile_id": "4001-profile",
            "from": {"phone_number": wanted["from"], "carrier": "Telnyx", "line_type": "VoIP"},
            "to": [{"phone_number": wanted["to"], "status": "queued", "carrier": "", "line_type": "Wireless"}],
            "text": wanted.get("text", ""),
            "media": [],
            "webhook_url": wanted.get("webhook_url"),
            "encoding": "GSM-7",
            "parts": 1,
            "tags": [],
            "cost": {"amount": "0.0040", "currency": "USD"},
            "errors": [],
        }
    }


async def _carrier() -> None:
    taken = _Taken()
    server = await asyncio.get_running_loop().create_server(lambda: _Caller(taken), "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    await child.answer({"port": port}, {"forget": taken.forget, "wait": taken.wait})


if __name__ == "__main__":
    child.main(_carrier)
