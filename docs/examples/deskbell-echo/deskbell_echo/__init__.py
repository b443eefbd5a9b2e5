"""The plugin: a module whose hooks say what it brings. Nothing here does any work."""

from collections.abc import Sequence
from typing import Any

from deskbell import Channel, Stage, hookimpl
from deskbell_echo.channel import EchoChannel
from deskbell_echo.stage import EchoStage


@hookimpl
def register_channels() -> Sequence[type[Channel[Any]]]:
    return [EchoChannel]


@hookimpl
def register_stages() -> Sequence[type[Stage[Any]]]:
    return [EchoStage]
