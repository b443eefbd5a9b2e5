"""Access: the token that an account has from the start, and those that an application gets through OAuth.

OAuth's tokens are signed instead of remembered, so that an application that kept them can go on after the sandbox was
started anew. What was revoked is remembered, for as long as the process lives.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from deskbell import Clock
from sandbox.keys import Keys
from sandbox.square.errors import SquareError

ACCESS_LASTS = timedelta(days=30)
SHORT_ACCESS_LASTS = timedelta(hours=24)

#: How OAuth's tokens begin, by what they are for.
_PREFIXES = {"access": "EAAAl", "refresh": "EQAAl"}


@dataclass(frozen=True, slots=True)
class Access:
    """What a token lets its bearer do."""

    binding: str
    #: None: everything, as with the account's own token.
    scopes: tuple[str, ...] | None = None
    expires_at: datetime | None = None


class Tokens:
    """Issues and reads tokens. Reading raises `SquareError` (401)."""

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._own = keys.square_token
        self._key = keys.square_application_secret.encode()
        self._clock = clock
        self._run = secrets.token_hex(4)
        self._count = 0
        #: By binding, how many tokens this process had issued when access was revoked.
        self._revoked: dict[str, int] = {}

    def access(self, binding: str, scopes: Sequence[str], lasts: timedelta) -> tuple[str, datetime]:
        """A new access token and when it expires."""
        expires_at = self._clock.now() + lasts
        return self._issue("access", binding, scopes, expires_at), expires_at

    def refresh(self, binding: str, scopes: Sequence[str]) -> str:
        """A refresh token of the code flow: it may be used many times and never expires."""
        return self._issue("refresh", binding, scopes, None)

    def read_access(self, token: str) -> Access:
        own, _, binding = token.partition(".")
        if binding and hmac.compare_digest(own.encode(), self._own.encode()):
            return Access(binding)
        return self._read("access", token)

    def read_refresh(self, token: str) -> Access:
        return self._read("refresh", token)

    def revoke(self, binding: str) -> None:
        """Everything issued to this account until now is worth nothing."""
        self._revoked[binding] = self._count

    def _issue(self, kind: str, binding: str, scopes: Sequence[str], expires_at: datetime | None) -> str:
        self._count += 1
        content = {
            "binding": binding,
            "scopes": list(scopes),
            "expires": expires_at.isoformat() if expires_at else None,
            "run": self._run,
            "count": self._count,
        }
        packed = base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")
        return f"{_PREFIXES[kind]}{packed}.{self._seal(kind, packed)}"

    def _read(self, kind: str, token: str) -> Access:
        packed, _, seal = token.removeprefix(_PREFIXES[kind]).partition(".")
        if not token.startswith(_PREFIXES[kind]) or not hmac.compare_digest(
            seal.encode(), self._seal(kind, packed).encode()
        ):
            raise SquareError("UNAUTHORIZED", "This request could not be authorized.")
        content = json.loads(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)))
        if self._is_revoked(content):
            raise SquareError("ACCESS_TOKEN_REVOKED", "The access that this token gave was revoked.")
        expires_at = datetime.fromisoformat(content["expires"]) if content["expires"] else None
        if expires_at is not None and expires_at <= self._clock.now():
            raise SquareError("ACCESS_TOKEN_EXPIRED", "The access token has expired.")
        return Access(content["binding"], tuple(content["scopes"]), expires_at)

    def _is_revoked(self, content: dict[str, Any]) -> bool:
        mark = self._revoked.get(content["binding"])
        return mark is not None and (content["run"] != self._run or content["count"] <= mark)

    def _seal(self, kind: str, packed: str) -> str:
        return hmac.new(self._key, f"{kind} {packed}".encode(), hashlib.sha256).hexdigest()
