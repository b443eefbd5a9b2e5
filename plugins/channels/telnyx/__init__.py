"""Telnyx: texts over its Messaging API. The plugin's door; the SDK is loaded by `TelnyxChannel.open` and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import Channel, hookimpl
from plugins.channels.telnyx.channel import TelnyxChannel
from plugins.channels.telnyx.config import TelnyxConfig

__all__ = ["TelnyxChannel", "TelnyxConfig"]


@hookimpl
def register_channels() -> Sequence[type[Channel[Any]]]:
    return [TelnyxChannel]
