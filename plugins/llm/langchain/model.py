"""LangChain's chat models as a `deskbell.LLM`."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from deskbell import LLM, Draft, Health, OutboundError, Prompt, ProviderNotReady, Said
from plugins.llm.langchain.config import LangChainConfig

if TYPE_CHECKING:
    from plugins.llm.langchain.client import ChatClient

#: A check that takes longer tells enough.
_CHECK_SECONDS = 5.0
_PROBE = Prompt(stable="This is a test of the connection.", turn="", history=(Said("patient", "ping"),))


class LangChainModel(LLM[LangChainConfig]):
    """Every vendor that LangChain has a package for. It must take tools, and be made to call one."""

    name: ClassVar[str] = "langchain"
    Config: ClassVar[type[LangChainConfig]] = LangChainConfig

    _client: ChatClient | None = None

    async def open(self) -> None:
        # Loading LangChain takes seconds: never on the event loop.
        self._client = await asyncio.to_thread(self._make_client)

    async def close(self) -> None:
        # LangChain's models have nothing to close; their connections go with them.
        self._client = None

    async def check(self) -> Health:
        """One short answer of the model."""
        shown = f"{self.config.provider}, {self.config.model}"
        try:
            await self._opened().ask(_PROBE, deadline=min(self.config.deadline_seconds, _CHECK_SECONDS))
        except OutboundError as error:
            return Health(ok=False, detail=f"{shown}: {error}")
        return Health(ok=True, detail=shown)

    async def draft(self, prompt: Prompt, *, deadline_seconds: float) -> Draft:
        deadline = min(self.config.deadline_seconds, deadline_seconds)
        return await self._opened().draft(prompt, deadline=deadline)

    def _make_client(self) -> ChatClient:
        try:
            module: Any = import_module("plugins.llm.langchain.client")
        except ModuleNotFoundError as missing:
            raise ProviderNotReady(
                f"{self.context.binding}: the package '{missing.name}' is not installed. "
                "Install Deskbell with it: pip install 'deskbell[langchain]'."
            ) from None
        made: ChatClient = module.ChatClient(self.config, self.context)
        return made

    def _opened(self) -> ChatClient:
        if self._client is None:
            raise ProviderNotReady(f"The model {self.context.binding} is not open.")
        return self._client
