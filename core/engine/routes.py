"""Routes: by which binding a text leaves. Its own, while that one works; else, where the clinic allows it, the next.

The clinic's order of channels is the order in which they stand in for each other. Which binding is down is known by its
breaker; each process has its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from core import log, metrics
from core.breaker import Breaker
from core.engine.live import LiveClinic
from core.store.outbox import Claimed
from deskbell import Channel, Clock, Misconfigured, OutboundError, OutcomeUnknown, RetryLater

logger = log.get(__name__)


@dataclass(frozen=True, slots=True)
class Wait:
    """No binding may be asked now."""

    pause: timedelta


class Routes:
    """Which bindings work, as this process has seen it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._breakers: dict[str, Breaker] = {}

    def choose(self, live: LiveClinic, home: Channel[Any], text: Claimed) -> Channel[Any] | Wait:
        """The channel that a text leaves by: `home` is its own.

        A claimed text has not left by its own, unless it is doubtful: then it leaves by no other.
        """
        breaker = self._breaker(home)
        if breaker.lets_through():
            return home
        pause = timedelta(seconds=breaker.pause_seconds)
        if text.doubtful:
            return Wait(pause)
        if not self.leads_elsewhere(live, home):
            patience = live.plan.sending.failover_after - timedelta(seconds=breaker.down_seconds)
            return Wait(min(pause, patience) if any(_stand_ins(live, home)) else pause)
        others = _stand_ins(live, home)
        return next((other for other in others if self._breaker(other).lets_through()), Wait(pause))

    def leads_elsewhere(self, live: LiveClinic, home: Channel[Any]) -> bool:
        """Whether a channel has been down for so long that its texts go by others."""
        patience = live.plan.sending.failover_after.total_seconds()
        breaker = self._breaker(home)
        return breaker.open and breaker.down_seconds >= patience and any(_stand_ins(live, home))

    def told(self, live: LiveClinic, channel: Channel[Any], error: OutboundError | None) -> None:
        """Notes what came of a call: an error, or None where the text was taken."""
        binding = channel.context.binding
        if not _down(error):
            if self._breaker(channel).succeeded():
                logger.info("channel works again", clinic=live.id, binding=binding)
                metrics.channels_down.labels(live.id, binding).set(0)
            return
        after = error.after if isinstance(error, RetryLater) else None
        if self._breaker(channel).failed(after.total_seconds() if after else None):
            logger.error("channel is down", clinic=live.id, binding=binding, why=type(error).__name__)
            metrics.channels_down.labels(live.id, binding).set(1)

    def _breaker(self, channel: Channel[Any]) -> Breaker:
        return self._breakers.setdefault(channel.context.binding, Breaker(self._seconds))

    def _seconds(self) -> float:
        return self._clock.now().timestamp()


def _down(error: OutboundError | None) -> bool:
    """Whether an error says that the provider itself is in trouble; a refusal is an answer too."""
    if isinstance(error, RetryLater):
        return error.down
    return isinstance(error, Misconfigured | OutcomeUnknown)


def _stand_ins(live: LiveClinic, home: Channel[Any]) -> Iterator[Channel[Any]]:
    """The channels that may stand in for another: those of the same number first, then in the clinic's order."""
    allowed = live.plan.sending.failover
    others = [one for one in live.channels.values() if one is not home and one.kind == home.kind]
    if allowed != "never":
        yield from (one for one in others if one.address == home.address)
    if allowed == "any_number":
        yield from (one for one in others if one.address != home.address)
