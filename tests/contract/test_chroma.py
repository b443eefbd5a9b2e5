"""Chroma through the same door as everybody's knowledge."""

from __future__ import annotations

from typing import Any

from deskbell.testing import KnowledgeContract
from plugins.knowledge.chroma import Chroma


class TestChroma(KnowledgeContract):
    knowledge = Chroma
    sdks = ("chromadb", "wordllama", "boto3", "langchain_community", "langchain_text_splitters")
    keeps_unchanged = True

    def settings(self) -> dict[str, Any]:
        return {}

    def silent(self, address: str) -> dict[str, Any]:
        return {"url": address, "deadline_seconds": 1}
