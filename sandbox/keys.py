"""Credentials that the stand-ins give out: made once, kept in one private file, so that a restart changes nothing."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deskbell import DeskbellError

_FIELDS = ("telnyx_seed", "telnyx_api_key", "twilio_account_sid", "twilio_auth_token")


class KeysUnreadable(DeskbellError):
    """The sandbox's key file cannot be used."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a real account's owner would find in the provider's portal."""

    telnyx_signing: Ed25519PrivateKey = field(repr=False)
    telnyx_api_key: str = field(repr=False)
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)

    @property
    def telnyx_public_key(self) -> str:
        """Base64 of the 32 raw bytes, as Telnyx's portal shows it."""
        return base64.b64encode(self.telnyx_signing.public_key().public_bytes_raw()).decode()


def load_or_make(file: Path) -> Keys:
    """Reads `file`, or makes new keys and writes them there, readable by the owner only (0600).

    Raises `KeysUnreadable` if the file holds something else.
    """
    if not file.exists():
        _write(file, _fresh())
    try:
        stored = json.loads(file.read_text("utf-8"))
        seed, api_key, account_sid, auth_token = (str(stored[name]) for name in _FIELDS)
        signing = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed, validate=True))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise KeysUnreadable(
            f"{file} does not hold the sandbox's keys ({type(problem).__name__}); "
            f"expected a JSON object with {', '.join(_FIELDS)}. Delete it and new keys are made."
        ) from None
    return Keys(signing, api_key, account_sid, auth_token)


def _fresh() -> dict[str, str]:
    return {
        "telnyx_seed": base64.b64encode(secrets.token_bytes(32)).decode(),
        "telnyx_api_key": f"KEY{secrets.token_hex(16).upper()}_{secrets.token_urlsafe(16)}",
        "twilio_account_sid": f"AC{secrets.token_hex(16)}",
        "twilio_auth_token": secrets.token_hex(16),
    }


def _write(file: Path, content: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(f".{secrets.token_hex(4)}.tmp")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(content, opened, indent=2)
    scratch.replace(file)
