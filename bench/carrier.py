"""The carrier: takes what Telnyx' ``POST /v2/messages`` takes, answers in its shape at once, and notes the moment."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from time import monotonic
from uuid import uuid4

from bench import child
from bench.http import listen


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

    def respond(line: bytes, body: bytes) -> object | None:
        if not line.startswith(b"POST /v2/messages "):
            return None
        wanted = json.loads(body)
        taken.take(wanted["to"])
        return _message(wanted)

    await child.answer({"port": await listen(respond)}, {"forget": taken.forget, "wait": taken.wait})


if __name__ == "__main__":
    child.main(_carrier)
