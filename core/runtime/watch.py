"""Watching the clinics' folder: a change on disk, or a signal, reloads."""

from __future__ import annotations

import asyncio

from watchfiles import awatch

from core import log
from core.runtime.runtime import Runtime

logger = log.get(__name__)


async def watch(runtime: Runtime, asked: asyncio.Event) -> None:
    """Reloads whenever a file below the clinics' folder changes or `asked` is set. Runs until cancelled."""
    await asyncio.gather(_files(runtime, asked), _reload_when(runtime, asked))


async def _files(runtime: Runtime, asked: asyncio.Event) -> None:
    async for _ in awatch(runtime.settings.clinics, debounce=300, step=50):
        asked.set()


async def _reload_when(runtime: Runtime, asked: asyncio.Event) -> None:
    while True:
        await asked.wait()
        asked.clear()
        try:
            await runtime.reload()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with the files, what runs goes on running
            logger.error("reload failed", error=type(error).__name__, detail=str(error))
