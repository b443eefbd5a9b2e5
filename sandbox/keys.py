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

_CARRIERS = ("telnyx_seed", "telnyx_api_key", "twilio_account_sid", "twilio_auth_token")
_MODELS = ("aws_access_key", "aws_secret_key", "anthropic_api_key")
_PAYMENTS = ("square_token", "square_signature_key", "square_application_id", "square_application_secret")
#: They came later: a file of before is completed.
_LATER = (*_MODELS, *_PAYMENTS)


class KeysUnreadable(DeskbellError):
    """The sandbox's key file cannot be used."""


@dataclass(frozen=True, slots=True)
class Keys:
    """What a real account's owner would find in the provider's portal."""

    telnyx_signing: Ed25519PrivateKey = field(repr=False)
    telnyx_api_key: str = field(repr=False)
    twilio_account_sid: str
    twilio_auth_token: str = field(repr=False)
    aws_access_key: str
    aws_secret_key: str = field(repr=False)
    anthropic_api_key: str = field(repr=False)
    #: Begins every account's access token; a dot and the binding's id follow.
    square_token: str = field(repr=False)
    square_signature_key: str = field(repr=False)
    #: Begins every account's application id, likewise.
    square_application_id: str
    square_application_secret: str = field(repr=False)

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
        seed, *carriers = (str(stored[name]) for name in _CARRIERS)
        signing = Ed25519PrivateKey.from_private_bytes(base64.b64decode(seed, validate=True))
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise KeysUnreadable(
            f"{file} does not hold the sandbox's keys ({type(problem).__name__}); "
            f"expected a JSON object with {', '.join(_CARRIERS)}. Delete it and new keys are made."
        ) from None
    if not all(name in stored for name in _LATER):
        stored = {**_fresh(), **stored}
        _write(file, stored)
    return Keys(signing, *carriers, *(str(stored[name]) for name in _LATER))


def _fresh() -> dict[str, str]:
    return {
        "telnyx_seed": base64.b64encode(secrets.token_bytes(32)).decode(),
        "telnyx_api_key": f"KEY{secrets.token_hex(16).upper()}_{secrets.token_urlsafe(16)}",
        "twilio_account_sid": f"AC{secrets.token_hex(16)}",
        "twilio_auth_token": secrets.token_hex(16),
        "aws_access_key": f"AKIA{secrets.token_hex(8).upper()}",
        "aws_secret_key": secrets.token_urlsafe(30),
        "anthropic_api_key": f"sk-ant-{secrets.token_urlsafe(24)}",
        "square_token": f"EAAA{secrets.token_urlsafe(36)}",
        "square_signature_key": secrets.token_urlsafe(16),
        "square_application_id": f"sandbox-sq0idb-{secrets.token_urlsafe(16)}",
        "square_application_secret": f"sandbox-sq0csb-{secrets.token_urlsafe(32)}",
    }


def _write(file: Path, content: dict[str, str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(f".{secrets.token_hex(4)}.tmp")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(content, opened, indent=2)
    scratch.replace(file)
