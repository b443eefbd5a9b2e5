"""The history of this process: near at hand where the operator has named a Redis, else PostgreSQL alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from core import log
from core.config.catalogue import Catalogue
from core.config.settings import Runtime as Settings
from deskbell import Clock, History, ProviderContext, ProviderNotReady

logger = log.get(__name__)

#: The plugin that DESKBELL_REDIS_URL is for.
_REDIS = "redis"


def near_history_of(settings: Settings, catalogue: Catalogue, clock: Clock) -> History[Any] | None:
    """The history that is configured, not yet open. Raises `ProviderNotReady` when no plugin brings it."""
    if settings.redis_url is None:
        return None
    provider = catalogue.histories.get(_REDIS)
    if provider is None:
        raise ProviderNotReady(
            "DESKBELL_REDIS_URL is set, and no working plugin brings a history 'redis'. `deskbell plugins` lists what"
            " is installed; without the variable PostgreSQL is read."
        )
    return provider(provider.Config(url=settings.redis_url), ProviderContext("", "history", clock=clock))


@asynccontextmanager
async def near_history(settings: Settings, catalogue: Catalogue, clock: Clock) -> AsyncIterator[History[Any] | None]:
    """The history that is configured, open; None where there is none, or where it cannot open: it is only a copy."""
    try:
        history = near_history_of(settings, catalogue, clock)
        if history is not None:
            await history.open()
    except ModuleNotFoundError as error:
        logger.error("history not used", why=f"the package '{error.name}' is missing: install deskbell[redis]")
        history = None
    except ProviderNotReady as error:
        logger.error("history not used", why=str(error))
        history = None
    try:
        yield history
    finally:
        if history is not None:
            await history.close()
