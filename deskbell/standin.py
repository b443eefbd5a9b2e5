"""The stand-in contract: a sandbox that plays the providers' HTTP APIs, so that a clinic runs without any account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Reachable:
    """A clinic's number as the carrier knows it."""

    clinic: str
    name: str
    #: Provider name of the binding, e.g. "telnyx".
    channel: str
    number: str
    webhook_url: str


@dataclass(frozen=True, slots=True)
class Payee:
    """A clinic's account as the payment provider knows it."""

    clinic: str
    name: str
    #: Provider name of the binding, e.g. "square".
    provider: str
    binding: str
    webhook_url: str


class StandIn(Protocol):
    """Started by ``deskbell serve --sandbox``, before any binding opens.

    `overrides` holds, by provider name, the settings that send its bindings to the stand-in instead of the real
    provider: base address, credentials, keys. They win over what the clinic's YAML says, so that a sandbox
    never touches a real account. ``{binding}`` in a value stands for the binding's id: so each can have an account
    of its own.
    """

    def __init__(self, *, host: str, port: int, folder: Path) -> None: ...

    @property
    def url(self) -> str:
        """Address of the stand-in's pages."""
        ...

    @property
    def overrides(self) -> Mapping[str, Mapping[str, Any]]: ...

    #: File that holds the business clock's offset from the machine's, in seconds.
    @property
    def clock_file(self) -> Path: ...

    async def start(self) -> None: ...

    async def introduce(self, clinics: Sequence[Reachable], payees: Sequence[Payee] = ()) -> None:
        """Tells which numbers and accounts exist and where their webhooks go; again after every reload."""
        ...

    async def stop(self) -> None: ...
