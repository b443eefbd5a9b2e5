"""Webhooks: raw bytes to a binding, its events to the intake, a status back. Nothing waits for a model here."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Any

from sanic import HTTPResponse, Request, Sanic, json

from core import log, metrics
from core.engine.intake import Intake
from core.engine.live import Directory
from deskbell import InboundError, RawRequest

logger = log.get(__name__)

#: Longer than a commit ever takes, shorter than any provider's patience with a slow answer that may still come.
_DEADLINE_SECONDS = 5.0


class Receiver:
    """Takes webhooks for all bindings."""

    def __init__(self, directory: Directory, intake: Intake) -> None:
        self._directory = directory
        self._intake = intake

    async def receive(self, request: Request, channel: str, binding: str) -> HTTPResponse:
        """Verifies, stores, answers: 200 means stored, 4xx never comes right by repeating, 5xx means come again."""
        started = perf_counter()
        found = self._directory.binding(binding)
        if found is None or found[1].name != channel:
            return self._answer(channel, 404, "No such webhook address.")
        live, provider = found
        try:
            events = await provider.receive(_raw(request, provider.context.webhook_url or request.url))
        except InboundError as error:
            logger.warning("webhook refused", binding=binding, why=type(error).__name__)
            return self._answer(channel, error.status, str(error))
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                await self._intake.accept(live, provider, events)
        except Exception as error:  # noqa: BLE001 - whatever failed, nothing was stored and the provider must repeat
            logger.error("intake failed", binding=binding, error=type(error).__name__)
            return self._answer(channel, 503, "Not stored. Deliver it again.")
        metrics.intake_seconds.labels(live.id, channel).observe(perf_counter() - started)
        metrics.webhooks.labels(channel, 200).inc()
        content_type, body = provider.acknowledgement(_raw(request, provider.context.webhook_url or request.url))
        return HTTPResponse(body, 200, content_type=content_type)

    def _answer(self, channel: str, status: int, error: str) -> HTTPResponse:
        # A label per made-up address would let a stranger fill the metrics: unknown ones share one.
        known = {provider.name for live in self._directory for provider in live.channels.values()}
        metrics.webhooks.labels(channel if channel in known else "unknown", status).inc()
        return json({"error": error}, status=status)


def _raw(request: Request, public_url: str) -> RawRequest:
    """The request under the address that the provider was given, whatever proxies stand between."""
    query = request.query_string
    return RawRequest(
        method=request.method,
        url=f"{public_url}?{query}" if query else public_url,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )


def add_webhooks(app: Sanic[Any, Any], receiver: Receiver) -> None:
    app.add_route(receiver.receive, "/webhooks/<channel:str>/<binding:str>", methods=["POST"], name="webhooks")
