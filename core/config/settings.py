"""The operator's settings: ports, database, folders. From the environment, and from ``.env`` in the working directory.

A variable of the environment wins over the same one in the file.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from email.utils import formataddr, parseaddr
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv.parser import parse_stream
from pydantic import AfterValidator, Field, SecretStr, ValidationError

from core.config.errors import ConfigError, ConfigErrors
from core.config.nearest import nearest
from core.config.place import Place, Source
from core.config.secret_keys import malformed, split
from core.config.shape import is_secret
from deskbell import Settings

PREFIX = "DESKBELL_"


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be a web address without a query, e.g. 'https://texts.example.com'")
    return value.rstrip("/")


def _database_address(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ValueError("must be a PostgreSQL address: 'postgresql://user:password@host:5432/database'")
    return value


def _redis_address(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.scheme == "unix"):
        raise ValueError("must be a Redis address: 'rediss://user:password@host:6379/0', or 'redis://' without TLS")
    return value


def _mail_server(value: SecretStr) -> SecretStr:
    parts = urlsplit(value.get_secret_value())
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("must be a mail server: 'smtps://user:password@host:465', or 'smtp://host:587' with STARTTLS")
    try:
        parts.port  # noqa: B018 - only reading it shows whether it is one
    except ValueError:
        raise ValueError("must be a mail server with a port of 1 to 65535: 'smtps://user:password@host:465'") from None
    return value


def _fernet_keys(value: SecretStr) -> SecretStr:
    for place, key in enumerate(keys := split(value.get_secret_value()), 1):
        if (fault := malformed(key)) is not None:
            raise ValueError(f"must be Fernet keys with commas between them: key {place} of {len(keys)} {fault}")
    if not keys:
        raise ValueError("must be Fernet keys with commas between them, and holds none")
    return value


def _mail_address(value: str) -> str:
    name, address = parseaddr(value)
    if not re.fullmatch(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f]+", address) or re.search(r"[\r\n]", value):
        raise ValueError("must be an e-mail address, with a name or without: 'Deskbell <desk@example.com>'")
    return formataddr((name, address))


WebAddress = Annotated[str, AfterValidator(_web_address)]
Port = Annotated[int, Field(ge=0, le=65535)]


class Runtime(Settings):
    """How this process runs. Each field is an environment variable: DESKBELL_ and its name in capitals."""

    host: str = Field(default="127.0.0.1", min_length=1, description="Address the server listens on.")
    port: Port = Field(default=8000, description="Port of the server.")
    worker_port: Port = Field(
        default=8201, description="Where a worker answers for its health and figures: this port, or the next free one."
    )
    sandbox_port: Port = Field(default=8100, description="Port of the sandbox and its phone page.")
    public_url: WebAddress | None = Field(
        default=None, description="How providers reach the server from outside; signatures are computed over it."
    )
    database_url: Annotated[SecretStr, AfterValidator(_database_address)] | None = Field(
        default=None, description="PostgreSQL to use; left out, one is embedded."
    )
    redis_url: Annotated[SecretStr, AfterValidator(_redis_address)] | None = Field(
        default=None, description="Redis that keeps the last lines of conversations near at hand; left out, none does."
    )
    smtp_url: Annotated[SecretStr, AfterValidator(_mail_server)] | None = Field(
        default=None, description="Mail server that takes the e-mails to clinics' staff; left out, none are sent."
    )
    mail_from: Annotated[str, AfterValidator(_mail_address)] | None = Field(
        default=None, description="Sender of the e-mails to clinics' staff."
    )
    secret_keys: Annotated[SecretStr, AfterValidator(_fernet_keys)] | None = Field(
        default=None,
        description="Keys that clinics' tokens are encrypted with; left out, a file in `home` has one.",
    )
    home: Path = Field(default=Path(".deskbell"), description="Folder of the embedded database and other state.")
    clinics: Path = Field(default=Path("clinics"), description="Folder with one folder for each clinic.")
    log: Literal["console", "json"] = Field(default="console", description="How log lines are written.")
    sandbox_url: WebAddress | None = Field(default=None, description="Address of a sandbox that runs by itself.")

    @property
    def database_shown(self) -> str:
        """The database's address without its password, for logs."""
        if self.database_url is None:
            return "embedded"
        parts = urlsplit(self.database_url.get_secret_value())
        host = parts.hostname or ""
        if parts.port:
            host = f"{host}:{parts.port}"
        user = f"{parts.username}:***@" if parts.username else ""
        # The query may hold a password too.
        return f"{parts.scheme}://{user}{host}{parts.path}"


def read_environment(folder: Path | None = None, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The process's environment over the ``.env`` of `folder` (the working directory).

    Raises `ConfigErrors` when the file cannot be understood. No line of it is ever shown.
    """
    file = (folder or Path.cwd()) / ".env"
    return {**_read_file(file), **(os.environ if environ is None else environ)}


def _read_file(file: Path) -> dict[str, str]:
    if not file.is_file():
        return {}
    try:
        with file.open(encoding="utf-8-sig") as stream:
            entries = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigErrors([ConfigError("The file .env cannot be read as text.", kind="syntax")]) from error
    errors = [
        ConfigError(
            f"Line {entry.original.line} of .env is not of the form NAME=value.",
            Place(Source(".env"), entry.original.line),
            kind="syntax",
        )
        for entry in entries
        if entry.error
    ]
    if errors:
        raise ConfigErrors(errors)
    return {entry.key: entry.value or "" for entry in entries if entry.key}


def load_runtime(environment: Mapping[str, str]) -> Runtime:
    """The settings that `environment` describes; an empty variable counts as not set.

    Raises `ConfigErrors` with every wrong variable, and with every one that looks like a slip of the pen.
    """
    given = {name: value for name, value in environment.items() if name.startswith(PREFIX) and value}
    known = {PREFIX + field.upper(): field for field in Runtime.model_fields}
    errors = [_slip(name, near) for name in given if name not in known and (near := nearest(name, known, closeness=88))]
    try:
        runtime = Runtime.model_validate({known[name]: value for name, value in given.items() if name in known})
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        raise ConfigErrors([*errors, *(_wrong(entry["loc"], entry["msg"], given) for entry in details)]) from None
    if errors:
        raise ConfigErrors(errors)
    return runtime


def _slip(name: str, near: str) -> ConfigError:
    return ConfigError(f"{name} is not a setting of Deskbell.", path=name, kind="unknown_key", nearest=near)


def _wrong(location: tuple[Any, ...], message: str, given: Mapping[str, str]) -> ConfigError:
    field = str(location[0])
    name = PREFIX + field.upper()
    text = re.sub(r"^Input should", "should", message.removeprefix("Value error, "))
    secret = is_secret(Runtime.model_fields[field].annotation)
    return ConfigError(
        f"{name} {text}.",
        path=name,
        given=None if secret else given.get(name),
        meaning=Runtime.model_fields[field].description or "",
    )
