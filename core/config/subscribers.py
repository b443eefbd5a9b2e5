"""The `subscribers` section of ``clinic.yml``: which systems outside are told what happens, and where."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr

from core.config.bindings import conceal, literal_secrets, replaced
from core.config.errors import ConfigError
from core.config.node import Node
from core.config.references import References
from deskbell import ANNOUNCEMENT_TYPES, AnnouncementType, Settings

SECTION = "subscribers"
#: Hosts that are this machine; only they may be called without TLS, and only in a sandbox.
LOOPBACK = ("localhost", "127.0.0.1", "::1")

_PREFIX = "whsec_"
#: Bytes of a secret, by https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
_LEAST, _MOST = 24, 64
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?|[0-9a-f:]+", re.IGNORECASE)


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - only reading it shows whether it is one
    except ValueError:
        raise ValueError("must be a web address, e.g. 'https://crm.example.com/deskbell'") from None
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(host) or re.search(r"[\s\\]", value):
        raise ValueError("must be a web address, e.g. 'https://crm.example.com/deskbell'")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ValueError("must begin with https://: names of patients travel over it")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must hold no user and no password; the signature says who calls")
    if parts.fragment:
        raise ValueError("must end before the '#'")
    return value


def _signing(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    try:
        size = len(base64.b64decode(text.removeprefix(_PREFIX), validate=True)) if text.startswith(_PREFIX) else 0
    except (binascii.Error, ValueError):
        size = 0
    if not _LEAST <= size <= _MOST:
        raise ValueError(f"must be '{_PREFIX}' and {_LEAST} to {_MOST} random bytes in base64")
    return value


WebhookSecret = Annotated[SecretStr, AfterValidator(_signing)]


class Subscriber(Settings):
    """A system outside that is told what happens."""

    url: Annotated[str, AfterValidator(_address)] = Field(
        max_length=2000,
        description="Where it is told, by POST.",
        json_schema_extra={"pattern": r"^(https://|http://(localhost|127\.0\.0\.1|\[::1\])([:/]|$))"},
    )
    secret: WebhookSecret = Field(description="Signs what it is told: 'whsec_' and 24 to 64 random bytes in base64.")
    former_secret: WebhookSecret | None = Field(
        default=None, description="Signs beside `secret`, until the receiver has taken up the new one."
    )
    types: Annotated[tuple[AnnouncementType, ...], Field(min_length=1)] | None = Field(
        default=None, description="What it is told of; left out, everything."
    )
    phone: bool = Field(
        default=False, description="Whether the patient's phone number goes along, and an e-mail address they gave."
    )

    def wants(self, announced: str) -> bool:
        return self.types is None or announced in self.types

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """The newest first."""
        return (self.secret, self.former_secret) if self.former_secret else (self.secret,)


def wanted(subscribers: Mapping[str, Subscriber]) -> frozenset[AnnouncementType]:
    """The types that at least one of them is told of."""
    return frozenset(one for one in ANNOUNCEMENT_TYPES if any(who.wants(one) for who in subscribers.values()))


def conceal_subscribers(tree: Node, references: References) -> Node:
    """The tree with everything hidden that may be a subscriber's secret."""
    found = tree.child(SECTION)
    if found and not found.fields:
        return replaced(tree, (SECTION,), conceal(found, (), None, references))
    for key, node in (found.fields if found else {}).items():
        # Whatever stands there instead of settings may be anything.
        shape = Subscriber if node.fields else None
        tree = replaced(tree, (SECTION, key), conceal(node, (), shape, references))
    return tree


def secrets_written_out(tree: Node) -> list[ConfigError]:
    """An error for each secret that stands in the file itself."""
    found = tree.child(SECTION)
    return [
        error
        for key, node in (found.fields if found else {}).items()
        for error in literal_secrets(node, (SECTION, key), Subscriber)
    ]
