"""Rounds: work that time brings and that every worker looks for, again and again; the database keeps workers apart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from core import log

logger = log.get(__name__)

Sweep = Callable[[], Awaitable[object]]


async def go_round(stopping: asyncio.Event, every: timedelta, *sweeps: Sweep) -> None:
    """Sweeps until told to stop. One sweep that fails does not keep the others from running."""
    while not stopping.is_set():
        for sweep in sweeps:
            try:
                await sweep()
            except Exception as error:  # noqa: BLE001 - logged; the other sweeps go on
                logger.error("sweep failed", sweep=getattr(sweep, "__name__", "?"), error=type(error).__name__)
        try:
            await asyncio.wait_for(stopping.wait(), every.total_seconds())
        except TimeoutError:
            continue
