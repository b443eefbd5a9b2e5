"""Anthropic as a model: Claude behind an API key."""

from __future__ import annotations

from typing import ClassVar

from plugins.llm.anthropic.config import AnthropicConfig
from plugins.llm.claude.model import ClaudeModel


class AnthropicModel(ClaudeModel[AnthropicConfig]):
    """Claude through the Messages API."""

    name: ClassVar[str] = "anthropic"
    Config: ClassVar[type[AnthropicConfig]] = AnthropicConfig
    vendor: ClassVar[str] = "Anthropic"
    client_module: ClassVar[str] = "plugins.llm.anthropic.client"
    extra: ClassVar[str] = "anthropic"
