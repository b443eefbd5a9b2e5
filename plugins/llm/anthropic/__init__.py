"""Claude through Anthropic's own API. The plugin's door; the SDK is loaded by `AnthropicModel.open` and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import LLM, hookimpl
from plugins.llm.anthropic.config import AnthropicConfig
from plugins.llm.anthropic.model import AnthropicModel

__all__ = ["AnthropicConfig", "AnthropicModel"]


@hookimpl
def register_llms() -> Sequence[type[LLM[Any]]]:
    return [AnthropicModel]
