"""Who listens: the subscribers of clinics, and the plugins that observe. What nobody wants to hear is not written."""

from __future__ import annotations

from collections.abc import Collection

from core.config.subscribers import Subscriber, wanted
from core.engine.live import Directory, LiveClinic
from core.observers import ObserverCalls
from core.store.announcement_deliveries import Subscription
from core.store.announcements import Announced
from deskbell import ANNOUNCEMENT_TYPES, AnnouncementType


class Audience:
    """Of the clinics that are served now."""

    def __init__(self, directory: Directory, observers: ObserverCalls) -> None:
        self._directory = directory
        self._observers = observers

    def wanted(self, live: LiveClinic) -> Collection[AnnouncementType]:
        """What is announced of this clinic; of most, nothing."""
        if self._observers.hear_announcements:
            return ANNOUNCEMENT_TYPES
        subscribers = live.plan.subscribers
        return wanted(subscribers) if subscribers else ()

    def subscribers(self, announced: Announced) -> list[str]:
        """Whom a delivery is made for."""
        live = self._directory.clinic(announced.clinic)
        if live is None:
            raise LookupError(f"clinic '{announced.clinic}' was taken out meanwhile; its announcements wait for it")
        return [name for name, who in live.plan.subscribers.items() if who.wants(announced.type)]

    def subscriber(self, whose: Subscription) -> Subscriber | None:
        """None: its clinic is not served now, or it is not in the clinic's file any more."""
        live = self._directory.clinic(whose.clinic)
        return live.plan.subscribers.get(whose.subscriber) if live else None

    @property
    def clinics(self) -> list[str]:
        return self._directory.ids

    @property
    def subscriptions(self) -> list[Subscription]:
        """Every subscriber there is."""
        return [Subscription(live.id, name) for live in self._directory for name in live.plan.subscribers]
