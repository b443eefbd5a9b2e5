"""Webhooks that are worth another try: what could not be stored or read is kept in files, sealed, until it is replayed.

A file tells when, whose and why in the clear; the request itself, with a patient's words in it and perhaps a card's
number, is sealed with the operator's keys. A file that was recorded elsewhere may hold the request in the clear.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, get_args

from core.vault import Vault
from deskbell import DeskbellError, Misconfigured, RawRequest

#: "unstored": it was genuine, and the database did not take it. "unread": its plugin does not know what it says.
Why = Literal["unstored", "unread"]

#: How many are kept of each. An unread one may be a stranger's, who must not fill the disk nor crowd out the others.
LIMITS: dict[str, int] = {"unstored": 10_000, "unread": 100}


class UnusableRecord(DeskbellError):
    """A file does not hold a webhook that can be replayed."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One delivery of a webhook, as it came."""

    at: datetime
    clinic: str
    #: The provider's name, as in the address.
    provider: str
    binding: str
    why: str
    request: RawRequest = field(repr=False)


#: Puts a webhook aside; says whether it did. Raises `OSError`.
Keep = Callable[[Recorded], bool]


def keep_nothing(recorded: Recorded) -> bool:
    return False


class Kept:
    """The folder of kept webhooks. Blocks: call it in a thread."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self.folder = folder
        self._vault = vault

    def keep(self, recorded: Recorded) -> bool:
        """Writes a file for its owner alone. False for bytes that are kept already, and where there are enough."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        digest = hashlib.sha256(recorded.request.body + recorded.binding.encode()).hexdigest()[:16]
        file = self.folder / f"{recorded.at:%Y%m%dT%H%M%S}-{recorded.binding}-{digest}.{recorded.why}"
        if any(self.folder.glob(f"*-{digest}.{recorded.why}")):
            return False
        if sum(1 for _ in self.folder.glob(f"*.{recorded.why}")) >= LIMITS[recorded.why]:
            return False
        sealed = self._vault.seal(
            json.dumps(_plain(recorded.request)), clinic=recorded.clinic, binding=recorded.binding
        )
        told = {"at": recorded.at.isoformat(), "clinic": recorded.clinic, "provider": recorded.provider}
        told |= {"binding": recorded.binding, "why": recorded.why, "sealed": sealed.ciphertext}
        _write(file, json.dumps(told, indent=1))
        return True

    def files(self) -> Sequence[Path]:
        """What is kept, oldest first."""
        return sorted(file for why in get_args(Why) for file in self.folder.glob(f"*.{why}"))

    def read(self, file: Path) -> Recorded:
        """A kept webhook, or one that was recorded elsewhere. Raises `UnusableRecord`."""
        try:
            told = json.loads(file.read_text("utf-8"))
            clinic, binding = str(told["clinic"]), str(told["binding"])
            if "sealed" in told:
                request = json.loads(self._vault.open(told["sealed"], clinic=clinic, binding=binding))
            else:
                request = told["request"]
            at = datetime.fromisoformat(told["at"])
            if at.tzinfo is None:
                raise ValueError
            return Recorded(at, clinic, str(told["provider"]), binding, str(told.get("why", "")), _raw(request))
        except Misconfigured:
            reason = "none of the keys of DESKBELL_SECRET_KEYS opens it"
        except OSError as error:
            reason = str(error.strerror)
        except (KeyError, TypeError, ValueError, AttributeError):
            reason = "it is not of the form that docs/operations.md shows"
        raise UnusableRecord(f"{file}: {reason}.")


def _plain(request: RawRequest) -> dict[str, Any]:
    body = base64.b64encode(request.body).decode()
    return {"method": request.method, "url": request.url, "headers": dict(request.headers), "body_base64": body}


def _raw(told: dict[str, Any]) -> RawRequest:
    body = base64.b64decode(told["body_base64"], validate=True) if "body_base64" in told else told["body"].encode()
    headers = {str(name).lower(): str(value) for name, value in told["headers"].items()}
    return RawRequest(str(told.get("method", "POST")), str(told["url"]), headers, body)


def _write(file: Path, text: str) -> None:
    """The whole file or none of it, on the disk before anybody counts on it."""
    scratch = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        scratch.replace(file)
    finally:
        scratch.unlink(missing_ok=True)
