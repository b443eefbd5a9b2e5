"""Plugins good and bad, made on the spot."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

#: What every written plugin may lean on.
PRELUDE = """\
from pydantic import BaseModel, Field, SecretStr
from deskbell import *

class PigeonConfig(ChannelConfig):
    key: SecretStr = Field(description="Opens the loft.")

class Pigeon(Channel[PigeonConfig]):
    name = "pigeon"
    Config = PigeonConfig

    @property
    def address(self): return "+12125550142"
    async def receive(self, request): return []
    async def send(self, text): return SendReceipt("1")
"""

WritePlugin = Callable[..., ModuleType]


@pytest.fixture
def write_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WritePlugin:
    """Writes a module with a channel `Pigeon` and the given code below it, and imports it."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(code: str, name: str = "pigeon_post") -> ModuleType:
        (tmp_path / f"{name}.py").write_text(PRELUDE + textwrap.dedent(code))
        monkeypatch.delitem(sys.modules, name, raising=False)
        return __import__(name)

    return write


@pytest.fixture
def line_of(tmp_path: Path) -> Callable[[str], str]:
    """``file:line`` of the first line of the written plugin that holds a text."""

    def find(text: str, name: str = "pigeon_post") -> str:
        file = tmp_path / f"{name}.py"
        lines = file.read_text().splitlines()
        return f"{file}:{next(number for number, line in enumerate(lines, 1) if text in line)}"

    return find
