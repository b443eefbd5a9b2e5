"""What `LoopbackChat`'s server answers, and what a request told the model. Nothing here loads LangChain."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from deskbell.testing import Answer, Call, Reply, Told
from plugins.llm.lines import SILENCE
from plugins.llm.reply import REPLY

LOOPBACK = "plugins.llm.langchain.loopback:LoopbackChat"


def message(
    *calls: Mapping[str, Any],
    words: str = "",
    stop: str = "tool_calls",
    refusal: str = "",
    tokens: Sequence[int] = (812, 0, 47),
) -> Answer:
    anew, cached, written = tokens
    usage = {
        "input_tokens": anew + cached,
        "output_tokens": written,
        "total_tokens": anew + cached + written,
        "input_token_details": {"cache_read": cached},
    }
    said = {"content": words, "tool_calls": list(calls), "refusal": refusal}
    return Answer(200, {"choices": [{"message": said, "finish_reason": stop}], "usage": usage})


def call_of(arguments: object, tool: str = REPLY) -> dict[str, Any]:
    return {"id": "call_heron", "name": tool, "args": arguments}


def replied(reply: Reply) -> Answer:
    """The model calls its tool."""
    facts = [{"name": name, "value": value, "evidence": evidence} for name, value, evidence in reply.facts]
    arguments = {"words": reply.words, "wants_person": reply.wants_person, "facts": facts, "asks": reply.asks}
    return message(call_of(arguments), tokens=reply.tokens)


def told(call: Call, stable: str) -> Told:
    """What a request told the model; the prefix ends with `stable`."""
    system, *lines = call.json["messages"]
    end = system["content"].index(stable) + len(stable)
    heard = [(one["role"] == "user", one["content"]) for one in lines]
    return Told(
        prefix=json.dumps([call.json["tools"], system["content"][:end]]),
        marked=None,
        turn=system["content"][end:],
        lines=[line for line in heard if line[1] != SILENCE],
    )
