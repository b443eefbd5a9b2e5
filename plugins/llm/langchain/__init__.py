"""Any chat model that LangChain knows. The plugin's door; LangChain is loaded by `LangChainModel.open`, not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import LLM, hookimpl
from plugins.llm.langchain.config import LangChainConfig
from plugins.llm.langchain.model import LangChainModel

__all__ = ["LangChainConfig", "LangChainModel"]


@hookimpl
def register_llms() -> Sequence[type[LLM[Any]]]:
    return [LangChainModel]
