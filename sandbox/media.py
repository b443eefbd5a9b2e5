"""Pictures taken with the phones: kept in memory, handed out by address like a carrier's media store."""

from __future__ import annotations

import mimetypes
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sandbox.threads import Attachment

#: One picture, as US carriers take it at most.
LARGEST = 5 * 1024 * 1024
#: Pictures kept; the oldest are forgotten beyond that.
KEPT = 64

#: What a picture's first bytes say. The sender's word for it is not asked: it is served under our address.
_SIGNATURES: dict[str, Callable[[bytes], bool]] = {
    "image/jpeg": lambda body: body.startswith(b"\xff\xd8\xff"),
    "image/png": lambda body: body.startswith(b"\x89PNG\r\n\x1a\n"),
    "image/gif": lambda body: body.startswith((b"GIF87a", b"GIF89a")),
    "image/webp": lambda body: body.startswith(b"RIFF") and body[8:12] == b"WEBP",
}
TYPES = tuple(_SIGNATURES)


class NotAPicture(ValueError):
    """The bytes are none of the pictures that a phone sends."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One stored picture."""

    id: str
    content_type: str
    body: bytes = field(repr=False)


class Media:
    """The store."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._pictures: dict[str, Picture] = {}

    def add(self, body: bytes) -> Picture:
        """Raises `NotAPicture`."""
        content_type = next((kind for kind, is_it in _SIGNATURES.items() if is_it(body)), None)
        if content_type is None:
            raise NotAPicture("the bytes are not a picture of a known kind")
        picture = Picture(secrets.token_urlsafe(12), content_type, body)
        self._pictures[picture.id] = picture
        if len(self._pictures) > self._kept:
            del self._pictures[next(iter(self._pictures))]
        return picture

    def get(self, picture_id: str) -> Picture | None:
        return self._pictures.get(picture_id)

    def attachment(self, url: str) -> Attachment:
        """A picture of a text by its address: ours with what we know of it, others by their name's ending."""
        path = urlsplit(url).path
        picture = self.get(path.removeprefix("/media/")) if path.startswith("/media/") else None
        if picture is not None:
            return Attachment(url, picture.content_type, len(picture.body))
        return Attachment(url, mimetypes.guess_type(path)[0] or "application/octet-stream")


def is_address(url: object) -> bool:
    """Whether this is an http(s) address."""
    if not isinstance(url, str) or len(url) > 2_000:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # raised by a port that is none, too
        return False
