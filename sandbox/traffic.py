"""What went over the wire: API calls that came from the application, webhooks that went to it.

For tests and for people who look for the reason. It holds texts as sent, in memory only, and never a credential.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any, Literal

from deskbell import Clock

#: Entries kept; the oldest are forgotten beyond that.
KEPT = 5_000


@dataclass(slots=True)
class Entry:
    """One exchange. `status` is None when no answer was given or received."""

    id: int
    at: str
    kind: Literal["api", "webhook"]
    provider: str
    method: str
    url: str
    #: What it was about: a webhook's event name, or "send" and "read" for API calls.
    event: str
    body: str
    status: int | None = None
    #: Counts the deliveries of one webhook, first is 1.
    attempt: int = 1
    milliseconds: float | None = None
    #: The fault that was applied, or what went wrong on the way.
    note: str | None = None


class Traffic:
    """The bounded log, newest last."""

    def __init__(self, clock: Clock, kept: int = KEPT) -> None:
        self._clock = clock
        self._entries: deque[Entry] = deque(maxlen=kept)
        self._count = 0

    def note(
        self,
        kind: Literal["api", "webhook"],
        provider: str,
        *,
        method: str,
        url: str,
        event: str,
        body: bytes,
        attempt: int = 1,
        note: str | None = None,
    ) -> Entry:
        """Opens an entry; the caller fills in `status` and `milliseconds` when it knows them."""
        self._count += 1
        at = self._clock.now().isoformat()
        text = body.decode("utf-8", "replace")
        entry = Entry(self._count, at, kind, provider, method, url, event, text, attempt=attempt, note=note)
        self._entries.append(entry)
        return entry

    def since(self, last: int = 0) -> list[dict[str, Any]]:
        """Entries whose id is above `last`."""
        return [asdict(entry) for entry in self._entries if entry.id > last]
