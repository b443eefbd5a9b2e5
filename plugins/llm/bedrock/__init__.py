"""Claude on Amazon Bedrock. The plugin's door; the SDK is loaded by `BedrockModel.open` and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import LLM, hookimpl
from plugins.llm.bedrock.config import BedrockConfig
from plugins.llm.bedrock.model import BedrockModel

__all__ = ["BedrockConfig", "BedrockModel"]


@hookimpl
def register_llms() -> Sequence[type[LLM[Any]]]:
    return [BedrockModel]
