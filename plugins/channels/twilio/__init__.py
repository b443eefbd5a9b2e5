"""Twilio: texts over its Messaging API. The plugin's door; the SDK is loaded by `TwilioChannel.open` and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import Channel, hookimpl
from plugins.channels.twilio.channel import TwilioChannel
from plugins.channels.twilio.config import TwilioConfig

__all__ = ["TwilioChannel", "TwilioConfig"]


@hookimpl
def register_channels() -> Sequence[type[Channel[Any]]]:
    return [TwilioChannel]
