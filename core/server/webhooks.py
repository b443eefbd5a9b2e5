"""Webhooks: raw bytes to a binding, its events to the intake, a status back. Nothing waits for a model here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

from sanic import HTTPResponse, Request, Sanic, json

from core import log, metrics
from core.engine.intake import Intake
from core.engine.live import Directory, LiveClinic
from core.server.follow_ups import FollowUps
from core.server.kept import Keep, Recorded, Why, keep_nothing
from deskbell import Channel, InboundError, Malformed, NotForMe, Payment, RawRequest

logger = log.get(__name__)

#: Longer than a commit ever takes, shorter than any provider's patience with a slow answer that may still come.
_DEADLINE_SECONDS = 5.0


#: Whose webhook it is, and how it is stored.
_Heard = tuple[LiveClinic, Callable[[], Awaitable[list[str]]]]


class NotStored(Exception):
    """A webhook that is genuine could not be stored."""


@dataclass(frozen=True, slots=True)
class Addressed:
    """Whose webhook address it is."""

    live: LiveClinic
    provider: Channel[Any] | Payment[Any]

    def url(self, otherwise: str) -> str:
        """The address that the provider was given."""
        return self.provider.context.webhook_url or otherwise


class Receiver:
    """Takes webhooks for all bindings."""

    def __init__(
        self, directory: Directory, intake: Intake, keep: Keep = keep_nothing, follow_ups: FollowUps | None = None
    ) -> None:
        """`keep` is given what is worth another try: it is called in a thread."""
        self._directory = directory
        self._intake = intake
        self._keep = keep
        self._follow_ups = follow_ups or FollowUps()

    async def close(self) -> None:
        """Ends what goes on after the answers."""
        await self._follow_ups.close()

    def addressed(self, name: str, binding: str) -> Addressed | None:
        """Whose address `/webhooks/<name>/<binding>` is."""
        for found in (self._directory.binding(binding), self._directory.payment(binding)):
            if found and found[1].name == name:
                return Addressed(*found)
        return None

    async def receive(self, request: Request, channel: str, binding: str) -> HTTPResponse:
        """Verifies, stores, answers: 200 means stored, 4xx never comes right by repeating, 5xx means come again."""
        started = perf_counter()
        whose = self.addressed(channel, binding)
        if whose is None:
            return self._answer(channel, 404, "No such webhook address.")
        raw = _raw(request, whose.url(request.url))
        try:
            live, _ = await self.take(whose, raw)
        except InboundError as error:
            logger.warning("webhook refused", binding=binding, why=type(error).__name__)
            if isinstance(error, Malformed):
                await self._kept(whose, raw, "unread")
            return self._answer(channel, error.status, str(error))
        except NotStored as error:
            logger.error("intake failed", binding=binding, error=type(error.__cause__).__name__)
            await self._kept(whose, raw, "unstored")
            return self._answer(channel, 503, "Not stored. Deliver it again.")
        metrics.intake_seconds.labels(live.id, channel).observe(perf_counter() - started)
        metrics.webhooks.labels(channel, 200).inc()
        if isinstance(whose.provider, Channel) and (follow_up := whose.provider.follow_up(raw)):
            self._follow_ups.start(follow_up, binding)
        content_type, body = whose.provider.acknowledgement(raw)
        return HTTPResponse(body, 200, content_type=content_type)

    async def take(self, whose: Addressed, raw: RawRequest) -> tuple[LiveClinic, list[str]]:
        """Verifies and stores. Returns whose it was in the end, and what became of each event.

        Raises an `InboundError`, or `NotStored`.
        """
        live, store = await self._heard(whose, raw)
        try:
            async with asyncio.timeout(_DEADLINE_SECONDS):
                return live, await store()
        except Exception as error:
            # Whatever failed, nothing was stored and the provider must repeat.
            raise NotStored from error

    async def _heard(self, whose: Addressed, raw: RawRequest) -> _Heard:
        """Whose webhook it is, and how what it says is stored."""
        if isinstance(whose.provider, Payment):
            return await self._paid(whose.live, whose.provider, raw)
        events = await whose.provider.receive(raw)
        return whose.live, partial(self._intake.accept, whose.live, whose.provider, events)

    async def _paid(self, addressed: LiveClinic, payment: Payment[Any], raw: RawRequest) -> _Heard:
        """A payment's news belongs to the account that it names.

        One subscription may report for all clinics of an application, to the address of any one of them.
        """
        others = [one for one in self._directory.payments(payment.name) if one[1] is not payment]
        stranger: InboundError | None = None
        for live, provider in ((addressed, payment), *others):
            try:
                news = await provider.receive(raw)
            except NotForMe as error:
                stranger = stranger or error
                continue
            except InboundError:
                if stranger is None:
                    raise
                continue
            return live, partial(self._intake.accept_payments, live, provider, news)
        raise stranger or NotForMe

    async def _kept(self, whose: Addressed, raw: RawRequest, why: Why) -> None:
        """Puts a webhook aside for `deskbell replay-webhook`."""
        context = whose.provider.context
        recorded = Recorded(context.clock.now(), whose.live.id, whose.provider.name, context.binding, why, raw)
        try:
            kept = await asyncio.to_thread(self._keep, recorded)
        except OSError as error:
            logger.error("webhook not kept", binding=context.binding, error=type(error).__name__)
            return
        if kept:
            metrics.webhooks_kept.labels(whose.provider.name, why).inc()

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
