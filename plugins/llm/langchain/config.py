"""The settings of a LangChain binding: what a clinic writes beside ``use: langchain``."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from deskbell import Credential
from plugins.llm.settings import Address, ModelSettings


class LangChainConfig(ModelSettings):
    """What a clinic writes under ``models:`` beside ``use: langchain``."""

    provider: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$|^[A-Za-z_][\w.]*:[A-Za-z_]\w*$",
        description="LangChain's name of the vendor, e.g. openai, whose package is installed; or module:Class.",
    )
    api_key: Credential | None = Field(None, description="The vendor's key; left out, its usual environment variable.")
    base_url: Address | None = Field(None, description="Address of the API; left out, the vendor's own.")
    options: dict[str, Any] = Field(
        default_factory=dict, description="Further arguments of the model's class, as LangChain documents them."
    )

    @property
    def arguments(self) -> dict[str, Any]:
        """The arguments that LangChain's models have in common, and then the options."""
        given = {
            "max_tokens": self.max_tokens,
            "timeout": self.deadline_seconds,
            "max_retries": 0,
            "temperature": self.temperature,
            "api_key": self.api_key.get_secret_value() if self.api_key else None,
            "base_url": self.base_url,
        }
        return {**{name: value for name, value in given.items() if value is not None}, **self.options}
