"""A Messages answer as a draft, or as the reason why it is none. Pure.

It reads the JSON itself and not the SDK's objects, which take anything for a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from deskbell import Draft, ModelMalformed, ModelRefused, ModelUnusable
from plugins.llm.reply import REPLY, read
from plugins.llm.settings import Prices

#: What writing a token to the cache costs, beside reading one (Anthropic's price list, five-minute cache).
CACHE_WRITE = 1.25

_REFUSED = {"refusal": "refusal", "content_filtered": "refusal", "guardrail_intervened": "guardrail"}
_TRUNCATED = ("max_tokens", "model_context_window_exceeded")


def draft(answer: object, fields: Mapping[str, str], prices: Prices | None) -> Draft:
    """Raises `ModelRefused` or `ModelMalformed`, with what the call cost."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("content"), list):
        raise ModelMalformed(code="unreadable")
    spent = _spent(answer.get("usage"), prices)
    try:
        return replace(read(_call(answer), fields), **spent)
    except ModelUnusable as error:
        vars(error).update(spent)
        raise


def _call(answer: Mapping[str, Any]) -> object:
    stopped = answer.get("stop_reason")
    # Bedrock says what its guardrail did beside the message, and may leave the reason as it was.
    if answer.get("amazon-bedrock-guardrailAction") == "INTERVENED":
        stopped = "guardrail_intervened"
    if stopped in _REFUSED:
        raise ModelRefused(code=_REFUSED[stopped])
    if stopped in _TRUNCATED:
        raise ModelMalformed("The model's answer was cut off: it needs more than max_tokens.", code="truncated")
    for block in answer["content"]:
        if isinstance(block, Mapping) and (block.get("type"), block.get("name")) == ("tool_use", REPLY):
            return block.get("input")
    raise ModelMalformed("The model answered without its tool.", code="no_reply")


def _spent(usage: object, prices: Prices | None) -> dict[str, Any]:
    counts = usage if isinstance(usage, Mapping) else {}
    read_anew = _count(counts, "input_tokens")
    remembered = _count(counts, "cache_creation_input_tokens")
    cached = _count(counts, "cache_read_input_tokens")
    written = _count(counts, "output_tokens")
    paid = read_anew + CACHE_WRITE * remembered
    return {
        "tokens_in": read_anew + remembered,
        "tokens_cached": cached,
        "tokens_out": written,
        "cost_micros": prices.cost_micros(read=paid, cached=cached, written=written) if prices else 0,
    }


def _count(usage: Mapping[str, Any], name: str) -> int:
    value = usage.get(name)
    return value if type(value) is int and value > 0 else 0
