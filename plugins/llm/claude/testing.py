"""Claude as tests play it: the answers of the Messages format, and what a request told the model. Data are invented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from deskbell.testing import Answer, Call, Reply, Told
from plugins.llm.lines import SILENCE
from plugins.llm.reply import REPLY


def message(
    *content: Mapping[str, Any], stop: str = "end_turn", usage: Mapping[str, int] | None = None, **more: Any
) -> Answer:
    """A message of the model's; `more` stands beside it."""
    return Answer(
        200,
        {
            "id": "msg_01Heron",
            "type": "message",
            "role": "assistant",
            "model": "claude-haiku-4-5-20251001",
            "content": list(content),
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": usage or {"input_tokens": 812, "output_tokens": 47},
            **more,
        },
    )


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call_of(arguments: object, tool: str = REPLY) -> dict[str, Any]:
    return {"type": "tool_use", "id": "toolu_01Heron", "name": tool, "input": arguments}


def replied(reply: Reply) -> Answer:
    """The model calls its tool."""
    facts = [{"name": name, "value": value, "evidence": evidence} for name, value, evidence in reply.facts]
    arguments: dict[str, Any] = {"words": reply.words, "wants_person": reply.wants_person, "facts": facts}
    if reply.asks is not None:
        arguments["asks"] = reply.asks
    anew, cached, written = reply.tokens
    usage = {"input_tokens": anew, "cache_read_input_tokens": cached, "output_tokens": written}
    return message(call_of(arguments), stop="tool_use", usage=usage)


def told(call: Call) -> Told:
    """What a request in the Messages format told the model."""
    body = call.json
    system = body.get("system", [])
    marks = [n for n, block in enumerate(system) if "cache_control" in block]
    end = marks[-1] + 1 if marks else 0
    lines = [(one["role"] == "user", one["content"]) for one in body["messages"]]
    return Told(
        prefix=json.dumps([body["tools"], system[:end]]),
        marked=bool(marks),
        turn="\n".join(block["text"] for block in system[end:]),
        lines=[line for line in lines if line[1] != SILENCE],
    )
