"""The texts on every phone: who wrote them, when, and how far they have come."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sandbox.live import Live

#: "inbound" goes from a phone to a clinic, "outbound" from a clinic (or the carrier) to a phone.
Direction = Literal["inbound", "outbound"]
Author = Literal["contact", "clinic", "carrier"]
Status = Literal["queued", "sent", "delivered", "failed"]

#: Texts kept in memory; the oldest are forgotten beyond that.
KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Attachment:
    """A picture of a text, by address."""

    url: str
    content_type: str
    size: int | None = None

    def as_json(self) -> dict[str, Any]:
        return {"url": self.url, "content_type": self.content_type}


@dataclass(slots=True)
class Message:
    """One text, as the carrier sees it."""

    id: str
    provider: str
    direction: Direction
    sender: str = field(repr=False)
    recipient: str = field(repr=False)
    text: str = field(repr=False)
    media: tuple[Attachment, ...]
    at: datetime
    author: Author
    segments: int
    encoding: str
    status: Status = "queued"
    #: Where receipts of this text go; None when nobody asked for them.
    callback: str | None = field(default=None, repr=False)
    sent_at: datetime | None = None
    done_at: datetime | None = None

    @property
    def phone(self) -> str:
        return self.sender if self.direction == "inbound" else self.recipient

    @property
    def number(self) -> str:
        """The clinic's side."""
        return self.recipient if self.direction == "inbound" else self.sender

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "direction": self.direction,
            "from": self.sender,
            "to": self.recipient,
            "text": self.text,
            "media": [one.as_json() for one in self.media],
            "at": self.at.isoformat(),
            "status": self.status,
            "provider": self.provider,
            "segments": self.segments,
            "encoding": self.encoding,
            "author": self.author,
        }


class Threads:
    """All texts, by id and by phone, oldest first; every change is told to the open pages."""

    def __init__(self, live: Live, kept: int = KEPT) -> None:
        self._live = live
        self._kept = kept
        self._by_id: dict[str, Message] = {}
        self._by_phone: dict[str, deque[Message]] = {}

    def add(self, message: Message) -> None:
        self._by_id[message.id] = message
        self._by_phone.setdefault(message.phone, deque()).append(message)
        if len(self._by_id) > self._kept:
            self._forget_oldest()
        self._live.tell("message", message.as_json())

    def move(self, message: Message, status: Status, at: datetime) -> None:
        """Notes how far a text has come."""
        message.status = status
        if status == "sent":
            message.sent_at = at
        else:
            message.done_at = at
        self._live.tell("message", message.as_json())

    def get(self, provider: str, message_id: str) -> Message | None:
        message = self._by_id.get(message_id)
        return message if message is not None and message.provider == provider else None

    def of_phone(self, phone: str) -> list[Message]:
        return list(self._by_phone.get(phone, ()))

    def newest_first(self, provider: str) -> Iterator[Message]:
        return (message for message in reversed(self._by_id.values()) if message.provider == provider)

    def phones(self) -> list[dict[str, Any]]:
        """Every phone that wrote or was written to, the latest first."""
        latest = sorted(self._by_phone.items(), key=lambda pair: pair[1][-1].at, reverse=True)
        return [{"phone": phone, "texts": len(texts), "at": texts[-1].at.isoformat()} for phone, texts in latest]

    def _forget_oldest(self) -> None:
        oldest = self._by_id.pop(next(iter(self._by_id)))
        thread = self._by_phone[oldest.phone]
        thread.remove(oldest)
        if not thread:
            del self._by_phone[oldest.phone]
