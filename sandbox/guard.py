"""Keeps other web pages out: the control API answers this machine's own page and tools, nobody's browser tab.

A page elsewhere may make a browser send requests to 127.0.0.1. Such a request shows its Origin (or that it crosses
sites), and one that pretends to be ours by a rebound name shows that name in Host.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from ipaddress import ip_address
from typing import Any

from sanic import HTTPResponse, Request

from sandbox.requests import Refused

#: A handler of the control API; None where it has answered by itself.
Answer = Callable[..., Coroutine[Any, Any, HTTPResponse | None]]


class Guard:
    """Checks requests against the address that the sandbox listens on."""

    def __init__(self, host: str, port: int) -> None:
        names = {"127.0.0.1", "localhost", "[::1]"}
        if host not in ("0.0.0.0", "::", ""):  # noqa: S104  (it means "every address": no name of its own)
            names.add(f"[{host}]" if ":" in host else host)
        self._hosts = {f"{name}:{port}" for name in names} | (names if port == 80 else set())

    def guarded(self, answer: Answer) -> Answer:
        """`answer` behind `check`, with every `Refused` turned into its response."""

        async def call(request: Request, **parts: str) -> HTTPResponse | None:
            try:
                self.check(request)
                return await answer(request, **parts)
            except Refused as refused:
                return refused.response()

        call.__name__ = answer.__name__
        return call

    def check(self, request: Request) -> None:
        """Raises `Refused` (403) for requests that another site may have caused."""
        host = request.headers.get("host", "").lower()
        if host not in self._hosts:
            raise Refused("this Host is not the sandbox's own", sorted(self._hosts), 403)
        origin = request.headers.get("origin")
        if origin is not None and origin.lower().removeprefix("http://") not in self._hosts:
            raise Refused("pages of other sites may not use the control API", sorted(self._hosts), 403)
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Refused("pages of other sites may not use the control API", sorted(self._hosts), 403)

    def check_loopback(self, request: Request) -> None:
        """Raises `Refused` (403) for callers on other machines."""
        if not request.ip or not ip_address(request.ip).is_loopback:
            raise Refused("only this machine may ask for the connection", "a loopback address", 403)
