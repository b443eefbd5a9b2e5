"""Notes through the same door as everybody's knowledge."""

from __future__ import annotations

from typing import Any

from deskbell.testing import KnowledgeContract
from plugins.knowledge.notes import Notes


class TestNotes(KnowledgeContract):
    knowledge = Notes

    def settings(self) -> dict[str, Any]:
        return {}
