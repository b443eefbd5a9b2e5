"""What every provider has in common: a name, a configuration, a life between open() and close()."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from deskbell.types import Clock, Settings, SystemClock

ConfigT = TypeVar("ConfigT", bound=Settings)


@dataclass(frozen=True, slots=True)
class Grant:
    """Tokens that an account gave us through OAuth. The runtime keeps them, encrypted."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    #: When the access token ends, aware.
    expires_at: datetime
    #: The provider's id of the account, e.g. a merchant id.
    account: str = ""


async def no_grant() -> Grant | None:
    """Where no account is connected."""
    return None


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """What the runtime tells a provider of its surroundings. It never sees another clinic's settings."""

    clinic: str
    #: Unique over all clinics; part of the webhook address.
    binding: str
    #: Public address of this binding's webhook, e.g. ``https://host/webhooks/telnyx/harbor-main``; None where
    #: the provider receives nothing.
    webhook_url: str | None = None
    clock: Clock = field(default_factory=SystemClock)
    #: Folder that relative paths in the clinic's configuration start from.
    folder: str = "."
    #: Folder for what a provider keeps between starts; clinics share it, so names in it begin with `binding`.
    state: str = ".deskbell"
    #: The clinic's own phone numbers (E.164) and website: what may stand in its documents.
    phones: tuple[str, ...] = ()
    website: str = ""
    #: The tokens of the account that this binding is connected to, as they are now; None while it is not connected.
    grant: Callable[[], Awaitable[Grant | None]] = field(default=no_grant, repr=False)


@dataclass(frozen=True, slots=True)
class Health:
    """What `check()` found. `detail` is for the operator and holds no secret."""

    ok: bool
    detail: str = ""


class Provider(Generic[ConfigT]):
    """Base of channels, payments, models and knowledge.

    The constructor does no I/O and imports no SDK; `open()` does, and raises `ProviderNotReady` naming what is
    missing. Every external call has a deadline shorter than its caller's. `repr()` shows no secret.
    """

    #: The word that clinics write after ``use:``; lower-case, unique in its kind.
    name: ClassVar[str]
    #: Frozen pydantic model, every field described, secrets as `SecretStr`.
    Config: ClassVar[type[Any]] = Settings

    def __init__(self, config: ConfigT, context: ProviderContext) -> None:
        self.config = config
        self.context = context

    async def open(self) -> None:
        """Makes clients and connections. Called once, before anything else."""

    async def close(self) -> None:
        """Releases them. Safe to call twice and after a failed `open()`."""

    async def check(self) -> Health:
        """Asks the provider whether these settings work, within a few seconds and without side effects."""
        return Health(ok=True)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.context.binding}>"
