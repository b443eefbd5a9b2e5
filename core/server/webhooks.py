"""Webhooks: raw bytes to a binding, its events to the intake, a status back. Nothing waits for a model here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from time import perf_counter
from typing import Any

from sanic import HTTPResponse, Request, Sanic, json

from core import log, metrics
from core.engine.intake import Intake
from core.engine.live import Directory, LiveClinic
from core.server.follow_ups import FollowUps
from deskbell import Channel, InboundError, NotForMe, Payment, RawRequest

logger = log.get(__name__)

#: Longer than a commit ever takes, shorter than any provider's patience with a slow answer that may still come.
_DEADLINE_SECONDS = 5.0

#: Whose webhook it is, who answers it, and how it is stored.
_Heard = tuple[LiveClinic, Channel[Any] | Payment[Any], Callable[[], Awaitable[None]]]


class Receiver:
    """Takes webhooks for all bindings."""

    def __init__(self, directory: Directory, intake: Intake, follow_ups: FollowUps | None = None) -> None:
        self._directory = directory
        self._intake = intake
        self._follow_ups = follow_ups or FollowUps()

    async def close(self) -> None:
        """Ends what goes on after the answers."""
        await self._follow_ups.close()

    async def receive(self, request: Request, channel: str, binding: str) -> HTTPResponse:
        """Verifies, stores, answers: 200 means stored, 4xx never comes right by repeating, 5xx means come again."""
        started = perf_counter()
        try:
            heard = await self._heard(request, channel, binding)
        except InboundError as error:
            logger.warning("webhook refused", binding=binding, why=type(error).__name__)
            return self._answer(channel, error.status, str(error))
        if heard is None:
            return self._answer(channel, 404, "No such webhook address.")
        live, provider, store = heard
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                await store()
        except Exception as error:  # noqa: BLE001 - whatever failed, nothing was stored and the provider must repeat
            logger.error("intake failed", binding=binding, error=type(error).__name__)
            return self._answer(channel, 503, "Not stored. Deliver it again.")
        metrics.intake_seconds.labels(live.id, channel).observe(perf_counter() - started)
        metrics.webhooks.labels(channel, 200).inc()
        raw = _raw(request, provider.context.webhook_url or request.url)
        if isinstance(provider, Channel) and (follow_up := provider.follow_up(raw)):
            self._follow_ups.start(follow_up, binding)
        content_type, body = provider.acknowledgement(raw)
        return HTTPResponse(body, 200, content_type=content_type)

    async def _heard(self, request: Request, name: str, binding: str) -> _Heard | None:
        """Whose webhook it is and how what it says is stored; None when nobody has this address."""
        found = self._directory.binding(binding)
        if found and found[1].name == name:
            live, channel = found
            events = await channel.receive(_raw(request, channel.context.webhook_url or request.url))
            return live, channel, partial(self._intake.accept, live, channel, events)
        payee = self._directory.payment(binding)
        if payee and payee[1].name == name:
            return await self._paid(request, payee)
        return None

    async def _paid(self, request: Request, addressed: tuple[LiveClinic, Payment[Any]]) -> _Heard:
        """A payment's news belongs to the account that it names.

        One subscription may report for all clinics of an application, to the address of any one of them.
        """
        raw = _raw(request, addressed[1].context.webhook_url or request.url)
        others = [one for one in self._directory.payments(addressed[1].name) if one[1] is not addressed[1]]
        stranger: InboundError | None = None
        for live, provider in (addressed, *others):
            try:
                news = await provider.receive(raw)
            except NotForMe as error:
                stranger = stranger or error
                continue
            except InboundError:
                if stranger is None:
                    raise
                continue
            return live, provider, partial(self._intake.accept_payments, live, provider, news)
        raise stranger or NotForMe

    def _answer(self, channel: str, status: int, error: str) -> HTTPResponse:
        # A label per made-up address would let a stranger fill the metrics: unknown ones share one.
        live = list(self._directory)
        known = {one.name for clinic in live for one in (*clinic.channels.values(), *clinic.payments.values())}
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
