"""Which binding a text leaves by: its own, or where that is down, the next one that may stand in for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core import log, metrics
from core.engine.breaker import Breaker
from core.engine.live import LiveClinic
from core.store.outbox import Claimed
from deskbell import Channel, OptedOut, OutboundError, Undeliverable

logger = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """The binding that a text leaves by now."""

    clinic: str
    binding: str
    channel: Channel[Any]


class Routes:
    """Chooses for every text, and learns from what becomes of the calls. One for each process."""

    def __init__(self) -> None:
        self._breakers: defaultdict[tuple[str, str], Breaker] = defaultdict(Breaker)

    def choose(self, live: LiveClinic, text: Claimed, now: datetime) -> Route | datetime | None:
        """A route, or the moment from which there may be one; None when the text's binding is not configured."""
        own = live.channels.get(text.binding)
        if own is None:
            return None
        others = list(_stand_ins(live, text.binding, own))
        # A text goes another way only while it is known not to have left: refused, and not cut off.
        weary = text.attempts > 1 and now - text.first_attempt_at >= live.plan.sending.failover_after
        order = [*others, (text.binding, own)] if weary else [(text.binding, own), *others]
        waits: list[datetime] = []
        for binding, channel in order:
            wait = self._breakers[live.id, binding].enter(now)
            if wait is None:
                return Route(live.id, binding, channel)
            waits.append(wait)
        return min(waits)

    def is_down(self, route: Route) -> bool:
        return self._breakers[route.clinic, route.binding].is_open

    def let_be(self, route: Route) -> None:
        """Nothing was sent by it after all."""
        self._breakers[route.clinic, route.binding].let_be()

    def succeeded(self, route: Route) -> None:
        breaker = self._breakers[route.clinic, route.binding]
        if breaker.is_open:
            logger.warning("carrier is back", clinic=route.clinic, binding=route.binding)
        breaker.succeeded()
        self._show(route, breaker)

    def failed(self, route: Route, text: Claimed, error: OutboundError, now: datetime) -> None:
        if isinstance(error, OptedOut | Undeliverable):
            self.succeeded(route)  # it answered
            return
        breaker = self._breakers[route.clinic, route.binding]
        before = breaker.is_open
        breaker.failed(str(text.key), now)
        if breaker.is_open and not before:
            logger.error("carrier is down: its texts wait, or go another way", clinic=route.clinic,
                         binding=route.binding, why=type(error).__name__, code=error.code)  # fmt: skip
        self._show(route, breaker)

    def _show(self, route: Route, breaker: Breaker) -> None:
        metrics.binding_down.labels(route.clinic, route.binding).set(breaker.is_open)


def _stand_ins(live: LiveClinic, binding: str, own: Channel[Any]) -> Iterator[tuple[str, Channel[Any]]]:
    """The clinic's other bindings that may send in place of this one, in the order of its YAML."""
    if live.plan.sending.failover == "off":
        return
    for name, channel in live.channels.items():
        same_number = channel.address == own.address
        if name != binding and channel.kind == own.kind and (same_number or live.plan.sending.failover == "any_number"):
            yield name, channel
