"""A message of LangChain's as a draft, or as the reason why it is none. Pure; it knows attributes and no class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deskbell import Draft, ModelMalformed, ModelRefused, ModelUnusable
from plugins.llm.reply import REPLY, read
from plugins.llm.settings import Prices

#: Why models stop, in the words of the vendors (``finish_reason``, ``stop_reason``), in lower case.
_TRUNCATED = frozenset({"length", "max_tokens", "model_length", "model_context_window_exceeded"})
_REFUSED = frozenset({"refusal", "content_filter", "content_filtered", "safety", "prohibited_content"})
_GUARDED = frozenset({"guardrail_intervened"})


def draft(message: Any, fields: Mapping[str, str], prices: Prices | None) -> Draft:
    """Raises `ModelRefused` or `ModelMalformed`, with what the call cost."""
    if not isinstance(getattr(message, "tool_calls", None), list):
        raise ModelMalformed(code="unreadable")
    spent = _spent(message.usage_metadata, prices)
    try:
        return replace(read(_call(message), fields), **spent)
    except ModelUnusable as error:
        vars(error).update(spent)
        raise


def _call(message: Any) -> object:
    stopped = _stopped(message.response_metadata)
    if stopped in _GUARDED:
        raise ModelRefused(code="guardrail")
    if stopped in _REFUSED or message.additional_kwargs.get("refusal"):
        raise ModelRefused(code="refusal")
    if stopped in _TRUNCATED:
        raise ModelMalformed("The model's answer was cut off: it needs more than max_tokens.", code="truncated")
    for call in message.tool_calls:
        if call["name"] == REPLY:
            return call["args"]
    if message.invalid_tool_calls:
        raise ModelMalformed(code="wrong_shape")
    raise ModelMalformed("The model answered without its tool.", code="no_reply")


def _stopped(metadata: Mapping[str, Any]) -> str:
    for name in ("finish_reason", "stop_reason", "stopReason"):
        if isinstance(metadata.get(name), str):
            return str(metadata[name]).lower()
    return ""


def _spent(usage: Mapping[str, Any] | None, prices: Prices | None) -> dict[str, Any]:
    counts = usage or {}
    cached = int((counts.get("input_token_details") or {}).get("cache_read") or 0)
    # LangChain counts the cached ones in.
    anew, written = max(0, int(counts.get("input_tokens") or 0) - cached), int(counts.get("output_tokens") or 0)
    return {
        "tokens_in": anew,
        "tokens_cached": cached,
        "tokens_out": written,
        "cost_micros": prices.cost_micros(read=anew, cached=cached, written=written) if prices else 0,
    }
