"""A prompt in Claude's Messages format. Pure.

The order is the cache's: tools, then the stable part with the mark at its end, then what changes every turn. A cache
finds a prompt again by its beginning, so nothing of a turn may stand before the mark.
"""

from __future__ import annotations

from typing import Any

from deskbell import Prompt, Said
from plugins.llm.claude.config import ClaudeConfig
from plugins.llm.lines import again, in_turn
from plugins.llm.reply import PURPOSE, REPLY, schema

#: What `check()` asks: the smallest prompt that still uses everything that may be refused.
PROBE = Prompt(stable="This is a test of the connection.", turn="", history=(Said("patient", "ping"),))
PROBE_TOKENS = 16


def body(prompt: Prompt, config: ClaudeConfig, max_tokens: int | None = None) -> dict[str, Any]:
    """The arguments of ``messages.create``."""
    wanted: dict[str, Any] = {
        "model": config.model,
        "max_tokens": max_tokens or config.max_tokens,
        "system": _system(prompt),
        "messages": [{"role": role, "content": text} for role, text in in_turn(prompt.history)],
        "tools": [{"name": REPLY, "description": PURPOSE, "input_schema": schema(prompt.fields)}],
        "tool_choice": {"type": "tool", "name": REPLY, "disable_parallel_tool_use": True},
    }
    if config.thinking == "off":
        wanted["thinking"] = {"type": "disabled"}
    if config.unusual:
        wanted["extra_body"] = config.unusual
    return wanted


def _system(prompt: Prompt) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if prompt.stable.strip():
        # On the block: Bedrock knows no mark for the whole request.
        blocks.append({"type": "text", "text": prompt.stable, "cache_control": {"type": "ephemeral"}})
    if prompt.turn.strip():
        blocks.append({"type": "text", "text": prompt.turn})
    if prompt.refused.strip():
        blocks.append({"type": "text", "text": again(prompt.refused)})
    return blocks
