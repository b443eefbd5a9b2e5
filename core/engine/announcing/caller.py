"""One call to a subscriber: bounded, to where we may call, and straight there: no redirects, proxies or cookies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from importlib import import_module
from ipaddress import ip_address
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from core.engine.announcing.addresses import AddressRefused, Reach, may_be_called
from deskbell import Clock, retry_after

if TYPE_CHECKING:
    from aiohttp import ClientSession


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call. `reason` is ours, never the receiver's words."""

    outcome: Literal["taken", "refused", "gone"]
    reason: str
    #: When the receiver wants to be asked again at the earliest.
    after: timedelta | None = None


class Caller:
    """Posts to subscribers. One for a process; opened with the first call."""

    def __init__(self, wall: Clock, *, reach: Reach, deadline_seconds: float = 10) -> None:
        self._wall = wall
        self._reach = reach
        self._deadline = deadline_seconds
        self._session: ClientSession | None = None

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Never raises for what the network or the receiver does."""
        if self._session is None:
            # Loading aiohttp takes a while, in which everybody else would stand still.
            await asyncio.to_thread(import_module, "core.engine.announcing.names")
        import aiohttp

        if not self._literal_is_within_reach(url):
            return self._out_of_reach()
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._opened().post(url, data=content, headers=headers, allow_redirects=False) as response,
            ):
                return self._judge(response.status, response.headers.get("retry-after"))
        except TimeoutError:
            return Answer("refused", f"no answer within {self._deadline:g} seconds")
        except aiohttp.ClientSSLError:
            return Answer("refused", "its certificate, or its TLS, is not to be trusted")
        except aiohttp.ClientConnectorError as error:
            if isinstance(error.os_error, AddressRefused):
                return self._out_of_reach()
            return Answer("refused", f"cannot be reached ({type(error.os_error).__name__})")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # Their messages may quote what was sent.
            return Answer("refused", f"the call broke off ({type(error).__name__})")

    def _judge(self, status: int, pause: str | None) -> Answer:
        if 200 <= status < 300:
            return Answer("taken", f"answered {status}")
        if status == HTTPStatus.GONE:
            return Answer("gone", "answered 410: it wants no more of them")
        if 300 <= status < 400:
            return Answer("refused", f"answered {status}: redirects are not followed, write the address itself")
        return Answer("refused", f"answered {status}", retry_after(pause, self._wall.now()))

    def _literal_is_within_reach(self, url: str) -> bool:
        """A URL may hold an address instead of a name; it is not looked up, so it is looked at here."""
        host = urlsplit(url).hostname or ""
        try:
            ip_address(host)
        except ValueError:
            return True
        return may_be_called(host, self._reach)

    def _out_of_reach(self) -> Answer:
        if self._reach == "loopback":
            return Answer("refused", "its address is not this machine's, and a sandbox calls no other")
        return Answer("refused", "its address is not a public one")

    def _opened(self) -> ClientSession:
        import aiohttp

        from core.engine.announcing.names import CheckedNames

        if self._session is None:
            connector = aiohttp.TCPConnector(
                # Bounded for each subscriber; one bound for all would let the slow ones hold up the others.
                limit=0,
                resolver=CheckedNames(aiohttp.ThreadedResolver(), self._reach),
                use_dns_cache=False,
            )
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None
