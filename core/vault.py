"""The vault: what must be kept and must not be read, encrypted with the operator's keys.

Fernet (AES-128-CBC with HMAC-SHA-256, https://github.com/fernet/spec): the first key encrypts, all of them decrypt, so
that a key can be replaced while the system runs. Whose a secret is stands inside of what is encrypted: moved to another
clinic's row it does not open.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from core.config.secret_keys import malformed, split
from deskbell import DeskbellError, Misconfigured

#: The keys' variable, and the file in DESKBELL_HOME that stands in for it.
VARIABLE, FILE = "DESKBELL_SECRET_KEYS", "secret_keys"


class KeysUnusable(DeskbellError):
    """The keys that secrets are encrypted with cannot be used."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A secret as it may be stored."""

    ciphertext: str = field(repr=False)
    #: Tells which key encrypted it, and nothing of the key.
    key_id: str


class Vault:
    """Seals and opens secrets."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Raises `KeysUnusable` for none, or one that is no key; no key is ever shown."""
        if not keys:
            raise KeysUnusable(f"{VARIABLE} names no key. Give at least one, or unset it and one is made.")
        for place, key in enumerate(keys, 1):
            if (fault := malformed(key)) is not None:
                raise KeysUnusable(f"Key {place} of {len(keys)} {fault}.")
        self._fernet = MultiFernet([Fernet(key) for key in keys])
        self._ids = [hashlib.sha256(key.encode()).hexdigest()[:8] for key in keys]

    def __repr__(self) -> str:
        return f"<Vault {self.key_id}>"

    @property
    def key_id(self) -> str:
        """The id of the key that encrypts."""
        return self._ids[0]

    def has(self, key_id: str) -> bool:
        """Whether a key of this id is among ours."""
        return key_id in self._ids

    def seal(self, secret: str, *, clinic: str, binding: str) -> Sealed:
        plain = json.dumps([clinic, binding, secret]).encode()
        return Sealed(self._fernet.encrypt(plain).decode(), self.key_id)

    def open(self, ciphertext: str, *, clinic: str, binding: str) -> str:
        """The secret. Raises `Misconfigured`: none of our keys opens it, or it belongs to another."""
        try:
            plain = self._fernet.decrypt(ciphertext)
        except InvalidToken:
            plain = b""
        if not plain:
            raise Misconfigured(
                f"clinic '{clinic}', binding '{binding}': none of the keys of {VARIABLE} opens what is stored for it."
                " Add the key that it was encrypted with, or connect the account again.",
                code="secret_keys",
            )
        of_clinic, of_binding, secret = json.loads(plain)
        if (of_clinic, of_binding) != (clinic, binding):
            raise Misconfigured(
                f"clinic '{clinic}', binding '{binding}': what is stored for it belongs to another binding."
                " Somebody has changed the database; connect the account again.",
                code="moved",
            )
        return str(secret)


def open_vault(keys: SecretStr | None, home: Path) -> Vault:
    """The vault of the operator's keys; without any, of a file in `home` that is made when it is missing (0600).

    Raises `KeysUnusable` if the file holds something else.
    """
    if keys is not None:
        return Vault(split(keys.get_secret_value()))
    file = home / FILE
    if not file.exists():
        _make(file)
    try:
        return Vault(file.read_text("ascii").split())
    except (OSError, UnicodeDecodeError, KeysUnusable) as problem:
        detail = str(problem) if isinstance(problem, KeysUnusable) else type(problem).__name__
        raise KeysUnusable(
            f"{file} does not hold keys, one a line ({detail}). Put it back from a copy; if there is none, delete it:"
            " a new one is made, and every account has to be connected again."
        ) from None


def _make(file: Path) -> None:
    """Writes a new key. Several processes may start at once: the first file stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_name(f"{FILE}.{secrets.token_hex(4)}.tmp")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        opened.write(f"{Fernet.generate_key().decode()}\n")
    try:
        with suppress(FileExistsError):
            os.link(scratch, file)
    finally:
        scratch.unlink()
