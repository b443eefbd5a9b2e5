"""The model: takes what Bedrock's InvokeModel takes and answers at once, with the words that the prompt suggests."""

from __future__ import annotations

import json
import re

from bench import child
from bench.http import listen

_SUGGESTED = re.compile(r"<suggested_reply>(.*?)</suggested_reply>", re.DOTALL)
_ASK = re.compile(r"<ask>(\w+)</ask>")


def _respond(line: bytes, body: bytes) -> object | None:
    if not re.match(rb"POST /model/\S+/invoke ", line):
        return None
    request = json.loads(body)
    told = "\n".join(block["text"] for block in request["system"])
    words, ask = _SUGGESTED.search(told), _ASK.search(told)
    arguments: dict[str, object] = {"words": words[1] if words else "Thanks.", "facts": [], "wants_person": False}
    if ask and ask[1] != "none":
        arguments["asks"] = ask[1]
    return {
        "id": "msg_bench",
        "type": "message",
        "role": "assistant",
        "model": "bench",
        "content": [{"type": "tool_use", "id": "toolu_bench", "name": request["tools"][0]["name"], "input": arguments}],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": len(told) // 4, "output_tokens": 60},
    }


async def _bedrock() -> None:
    await child.answer({"port": await listen(_respond)})


if __name__ == "__main__":
    child.main(_bedrock)
