"""An HTTP request as a provider sees it: raw, with the address the outside world used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
