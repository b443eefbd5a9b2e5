"""Where somebody connects a payment account: a link that sends on to the provider, and the address they come back to.

Answers are redirects, so that neither a link nor a code stays in the browser's address line; what is shown at the end
is the same for everybody and names nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from sanic import HTTPResponse, Request, Sanic, html, redirect

from core import log
from core.engine.accounts.connecting import CALLBACK, LIFE, START, Connecting, Outcome
from deskbell import Misconfigured

logger = log.get(__name__)

_DONE = "/oauth/done"
_COOKIE = "deskbell-connect"
#: Longer than anything that providers or we send.
_LONGEST = 4096

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
}

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Deskbell</title>
<style>
  :root {{ color-scheme: light dark }}
  body {{ font: 1.05rem/1.6 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem }}
  h1 {{ font-size: 1.4rem; margin: 0 0 .5rem }}
</style>
<h1>{headline}</h1>
<p>{text}</p>
</html>
"""
_AGAIN = "Whoever looks after Deskbell makes a new link with <code>deskbell connections connect</code>."
_SAID = {
    Outcome.CONNECTED: (
        200,
        "The account is connected.",
        "Payment links can be made with it from now on. You can close this window;"
        " <code>deskbell connections list</code> shows which account it is.",
    ),
    Outcome.DENIED: (200, "Nothing was connected.", f"You did not agree, and that is all right. {_AGAIN}"),
    Outcome.STALE: (
        400,
        "This link is not good any more.",
        f"A link works once, in one browser, for {LIFE.total_seconds() / 60:.0f} minutes. Nothing was connected."
        f" {_AGAIN}",
    ),
    Outcome.REFUSED: (
        502,
        "The provider did not give us access.",
        f"Nothing was connected. The log says why; then try once more. {_AGAIN}",
    ),
    Outcome.FAILED: (500, "Something failed on our side.", f"The log says what. {_AGAIN}"),
}

Handler = Callable[..., Coroutine[Any, Any, HTTPResponse]]


def add_connections(app: Sanic[Any, Any], connecting: Connecting) -> None:
    """Adds the start, the callback, and the pages that tell how it ended."""

    async def start(request: Request, link: str) -> HTTPResponse:
        begun = await connecting.begin(link)
        if begun is None:
            return _ended(Outcome.STALE, connecting)
        answer = redirect(begun.url, status=303, headers=dict(_HEADERS))
        _set_cookie(answer, begun.cookie, LIFE.total_seconds(), connecting)
        return answer

    async def callback(request: Request) -> HTTPResponse:
        state, code = _given(request.args.get("state")), _given(request.args.get("code"))
        cookie = _given(request.cookies.get(_COOKIE))
        refused = bool(request.args.get("error"))
        outcome = await connecting.complete(state, cookie, "" if refused else code)
        return _ended(outcome, connecting)

    async def done(request: Request, outcome: str) -> HTTPResponse:
        known = outcome if outcome in _SAID else Outcome.STALE
        status, headline, text = _SAID[Outcome(known)]
        return html(_PAGE.format(headline=headline, text=text), status=status, headers=_HEADERS)

    app.add_route(_quiet(start, connecting), f"{START}/<link:str>", name="connect_start")
    app.add_route(_quiet(callback, connecting), CALLBACK, name="connect_callback")
    app.add_route(done, f"{_DONE}/<outcome:str>", name="connect_done")


def _quiet(handler: Handler, connecting: Connecting) -> Handler:
    """The handler, whose failures are told without the address: a link or a code stands in it."""

    @wraps(handler)
    async def handled(request: Request, **arguments: str) -> HTTPResponse:
        try:
            return await handler(request, **arguments)
        except Misconfigured as error:
            logger.error("connection failed", step=handler.__name__, why=str(error))
        except Exception as error:  # noqa: BLE001 - nothing of the request may reach the log
            logger.error("connection failed", step=handler.__name__, error=type(error).__name__)
        return _ended(Outcome.FAILED, connecting)

    return handled


def _ended(outcome: Outcome, connecting: Connecting) -> HTTPResponse:
    answer = redirect(f"{_DONE}/{outcome}", status=303, headers=dict(_HEADERS))
    if outcome is not Outcome.STALE:  # a stranger's callback must not end what this browser has begun
        _set_cookie(answer, "", 0, connecting)
    return answer


def _set_cookie(answer: HTTPResponse, value: str, seconds: float, connecting: Connecting) -> None:
    """Lax: it comes along when the provider's page leads back here, and with nothing that another page sends.

    Over https the name's prefix keeps other hosts of the same domain from planting one of theirs.
    """
    answer.add_cookie(
        _COOKIE,
        value,
        path="/",
        secure=connecting.secure,
        httponly=True,
        samesite="Lax",
        max_age=int(seconds),
        host_prefix=connecting.secure,
    )


def _given(value: str | None) -> str:
    return value if value and len(value) <= _LONGEST else ""
