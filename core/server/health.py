"""Health and metrics: is the process alive, is it ready and if not what is missing, and its figures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sanic import HTTPResponse, Request, Sanic, json

#: Says what is missing before this process can serve; an empty list is ready.
Readiness = Callable[[], Awaitable[list[str]]]


def add_health(app: Sanic[Any, Any], readiness: Readiness) -> None:
    async def live(request: Request) -> HTTPResponse:
        return json({"status": "alive"})

    async def ready(request: Request) -> HTTPResponse:
        missing = await readiness()
        return json({"ready": not missing, "missing": missing}, status=503 if missing else 200)

    async def figures(request: Request) -> HTTPResponse:
        return HTTPResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)

    app.add_route(live, "/health/live", name="health_live")
    app.add_route(ready, "/health/ready", name="health_ready")
    app.add_route(figures, "/metrics", name="metrics")
