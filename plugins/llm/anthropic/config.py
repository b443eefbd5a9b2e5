"""The settings of an Anthropic binding: what a clinic writes beside ``use: anthropic``."""

from __future__ import annotations

from pydantic import Field

from deskbell import Credential
from plugins.llm.claude.config import ClaudeConfig


class AnthropicConfig(ClaudeConfig):
    """What a clinic writes under ``models:`` beside ``use: anthropic``."""

    samples = frozenset({"2023-06-01"})

    model: str = Field(
        min_length=1, max_length=200, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]*$", description="Id of a Claude model."
    )
    api_key: Credential = Field(description="API key of the Anthropic account.")
