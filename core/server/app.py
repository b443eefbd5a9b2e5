"""The Sanic application: its routes, its limits, and what callers see when something breaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sanic import HTTPResponse, Request, Sanic, json
from sanic.exceptions import SanicException

from core import log
from core.engine.accounts.connecting import Connecting
from core.server.connections import add_connections
from core.server.health import Readiness, add_health
from core.server.pay import PayPages, add_pay_pages
from core.server.webhooks import Receiver, add_webhooks

logger = log.get(__name__)

#: The largest webhook that is read; the providers' own are a few kilobytes.
MAX_BODY_BYTES = 256 * 1024


def build_app(
    name: str,
    receiver: Receiver,
    readiness: Readiness,
    pages: Sequence[Any] = (),
    pay: PayPages | None = None,
    connecting: Connecting | None = None,
) -> Sanic[Any, Any]:
    """An application; `name` is unique in the process, `pages` are plugins' blueprints.

    With `connecting`, payment accounts can be connected here.
    """
    app = build_health_app(name, readiness)
    add_webhooks(app, receiver)
    if pay is not None:
        add_pay_pages(app, pay)
    if connecting:
        add_connections(app, connecting)
    for page in pages:
        app.blueprint(page)
    return app


def build_health_app(name: str, readiness: Readiness) -> Sanic[Any, Any]:
    """What every process answers: whether it is well, and its figures. A worker answers nothing else."""
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.update(
        REQUEST_MAX_SIZE=MAX_BODY_BYTES,
        REQUEST_TIMEOUT=10,
        RESPONSE_TIMEOUT=15,
        KEEP_ALIVE_TIMEOUT=75,
        GRACEFUL_SHUTDOWN_TIMEOUT=10,
        ACCESS_LOG=False,
        AUTO_EXTEND=False,
        # It rewrites Sanic's own classes for one app; a sandbox may share the process.
        TOUCHUP=False,
        MOTD=False,
    )
    app.error_handler.add(Exception, _refuse)
    add_health(app, readiness)
    return app


def _refuse(request: Request, error: Exception) -> HTTPResponse:
    """A clear status and one plain sentence; never a traceback."""
    if isinstance(error, SanicException) and error.status_code < 500:
        return json({"error": str(error)}, status=error.status_code)
    logger.error("request failed", path=request.path, error=type(error).__name__)
    return json({"error": "Something failed on our side. Try again."}, status=getattr(error, "status_code", 500))
