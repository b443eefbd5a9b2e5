"""History in Redis. The plugin's door; the client is loaded by `RedisHistory.open` and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from deskbell import History, hookimpl
from plugins.history.redis.history import RedisHistory, RedisHistoryConfig

__all__ = ["RedisHistory", "RedisHistoryConfig"]


@hookimpl
def register_histories() -> Sequence[type[History[Any]]]:
    return [RedisHistory]
