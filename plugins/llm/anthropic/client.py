"""The SDK's own client with our settings. Imported by `AnthropicModel.open` in a thread, and by nobody else."""

from __future__ import annotations

import httpx2
from anthropic import AsyncAnthropic

from deskbell import ProviderContext
from plugins.llm.anthropic.config import AnthropicConfig
from plugins.llm.claude.client import ClaudeClient


def client(config: AnthropicConfig, context: ProviderContext) -> ClaudeClient:
    def make(http: httpx2.AsyncClient) -> AsyncAnthropic:
        return AsyncAnthropic(
            api_key=config.api_key.get_secret_value(),
            # Said here, or the environment could send patients' words elsewhere.
            base_url=config.base_url or "https://api.anthropic.com",
            default_headers={"anthropic-version": config.version} if config.version else None,
            max_retries=0,
            http_client=http,
            open_telemetry=False,
        )

    return ClaudeClient(make, vendor="Anthropic", clock=context.clock)
