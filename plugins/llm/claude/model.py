"""Claude as a `deskbell.LLM`, whichever way leads to it."""

from __future__ import annotations

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from deskbell import LLM, Draft, Health, OutboundError, Prompt, ProviderNotReady
from plugins.llm.claude import answer, request
from plugins.llm.claude.config import ClaudeConfig

if TYPE_CHECKING:
    from plugins.llm.claude.client import ClaudeClient

ClaudeConfigT = TypeVar("ClaudeConfigT", bound=ClaudeConfig)

#: A check that takes longer tells enough.
_CHECK_SECONDS = 5.0


class ClaudeModel(LLM[ClaudeConfigT]):
    """Base of `bedrock` and `anthropic`, which differ in how they sign and where they send."""

    #: As operators know it.
    vendor: ClassVar[str]
    #: Module with ``client(config, context)``, which makes the `ClaudeClient`. It imports the SDK.
    client_module: ClassVar[str]
    #: What to install where the SDK is missing.
    extra: ClassVar[str]

    _client: ClaudeClient | None = None

    async def open(self) -> None:
        # Loading the SDK and rehearsing a call take over a second: never on the event loop.
        self._client = await asyncio.to_thread(self._make_client)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def check(self) -> Health:
        """One short answer of the model, some dozens of tokens."""
        body = request.body(request.PROBE, self.config, request.PROBE_TOKENS)
        try:
            said = await self._opened().ask(body, deadline=min(self.config.deadline_seconds, _CHECK_SECONDS))
        except OutboundError as error:
            return Health(ok=False, detail=f"{self.config.model}: {error}")
        if not isinstance(said, dict) or not isinstance(said.get("content"), list):
            return Health(ok=False, detail=f"{self.config.model}: {self.vendor} answers with something else.")
        return Health(ok=True, detail=f"{self.vendor}, {self.config.model}")

    async def draft(self, prompt: Prompt, *, deadline_seconds: float) -> Draft:
        body = request.body(prompt, self.config)
        said = await self._opened().ask(body, deadline=min(self.config.deadline_seconds, deadline_seconds))
        return answer.draft(said, prompt.fields, self.config.prices)

    def require_credentials(self) -> None:
        """Raises `ProviderNotReady` where it can be told without the SDK that nothing will come of a call."""

    def _make_client(self) -> ClaudeClient:
        self.require_credentials()
        try:
            module: Any = import_module(self.client_module)
        except ModuleNotFoundError as missing:
            raise ProviderNotReady(
                f"{self.context.binding}: the package '{missing.name}' is not installed. "
                f"Install Deskbell with it: pip install 'deskbell[{self.extra}]'."
            ) from None
        made: ClaudeClient = module.client(self.config, self.context)
        return made

    def _opened(self) -> ClaudeClient:
        if self._client is None:
            raise ProviderNotReady(f"The model {self.context.binding} is not open.")
        return self._client
