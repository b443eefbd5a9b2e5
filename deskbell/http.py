"""What every provider over HTTP meets: a raw request, keys that travel in headers, the pause that a 429 asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

_LONGEST_PAUSE = timedelta(hours=1)


def _fit_for_a_header(secret: SecretStr) -> SecretStr:
    # HTTP libraries quote an illegal header value in their error, and with it the secret.
    value = secret.get_secret_value()
    if not (value.isascii() and value.isprintable()) or " " in value:
        raise ValueError("holds a space, a line break or a character that no key has: copy it again")
    return secret


#: A key or token as it travels in a header.
Credential = Annotated[SecretStr, Field(min_length=1), AfterValidator(_fit_for_a_header)]


@dataclass(frozen=True, slots=True)
class RawRequest:
    """One webhook delivery, before anything is believed of it.

    `url` is the public address (scheme, host, path and query) as the provider was given it, also behind a proxy:
    signatures are computed over it. Header names are lower-case. `body` is the exact bytes.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """The pause that a ``Retry-After`` header asks for, in seconds or as a date (RFC 9110, 10.2.3), an hour at most."""
    if value is None:
        return None
    if value.isascii() and value.isdigit() and len(value) < 10:
        pause = timedelta(seconds=int(value))
    else:
        try:
            until = parsedate_to_datetime(value)
        except ValueError:
            return None
        pause = until.replace(tzinfo=until.tzinfo or UTC) - now
    return min(max(pause, timedelta(0)), _LONGEST_PAUSE)
