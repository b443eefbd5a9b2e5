"""A clinic's language models, opened beside the start: loading an SDK takes seconds, and the rules answer meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from core import log
from deskbell import LLM, ProviderNotReady

logger = log.get(__name__)

Open = Callable[[], Awaitable[LLM[Any]]]


class Models(Mapping[str, LLM[Any]]):
    """The models that are open now, by binding key, in the order of the clinic's ladder."""

    def __init__(self, wanted: Mapping[str, Open] | None = None, *, calm: asyncio.Event | None = None) -> None:
        """Begins to open what is `wanted`, once it is `calm`. Needs a running event loop, unless nothing is wanted."""
        self._calm = calm
        self._wanted = dict(wanted or {})
        self._open: dict[str, LLM[Any]] = {}
        #: Why a model is not to be had, for the operator.
        self.problems: dict[str, str] = {}
        self._opening = [asyncio.create_task(self._add(key, open_)) for key, open_ in self._wanted.items()]

    def __getitem__(self, key: str) -> LLM[Any]:
        return self._open[key]

    def __iter__(self) -> Iterator[str]:
        return iter([key for key in self._wanted if key in self._open])

    def __len__(self) -> int:
        return len(self._open)

    async def ready(self) -> None:
        """Waits until every model is open or has failed to."""
        await asyncio.gather(*self._opening)

    async def _add(self, key: str, open_: Open) -> None:
        if self._calm:
            await self._calm.wait()
        try:
            self._open[key] = await open_()
        except ProviderNotReady as error:
            self.problems[key] = str(error)
            logger.warning("model not ready", model=key, problem=str(error), next="the next responder answers")

    async def close(self) -> None:
        """Closes what is open and gives up what is not. Safe to call twice."""
        for task in self._opening:
            task.cancel()
        await asyncio.gather(*self._opening, return_exceptions=True)
        models, self._open = list(self._open.values()), {}
        await asyncio.gather(*(model.close() for model in models))
