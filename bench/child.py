"""The inner side of a bench process: it says that it is ready, then does what it is asked, a JSON line each."""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import uvloop

#: What a process can be asked, by name; arguments and answers are JSON.
Commands = Mapping[str, Callable[..., Awaitable[Any]]]


def main(role: Callable[..., Coroutine[Any, Any, None]]) -> None:
    """Runs `role` with the settings that the parent wrote as JSON into the first argument."""
    uvloop.run(role(**json.loads(sys.argv[1])))


async def answer(ready: Mapping[str, Any], commands: Commands | None = None) -> None:
    """Tells the parent `ready`, then answers until it closes our standard input."""
    known = {"usage": _usage, **(commands or {})}
    questions = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(questions), sys.stdin)
    _say(ready)
    async for line in questions:
        question = json.loads(line)
        _say(await known[question.pop("do")](**question))


def _say(answer: Any) -> None:
    print(json.dumps(answer), flush=True)


async def _usage() -> dict[str, float]:
    """Seconds of processor time so far, and the most memory ever resident, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"cpu": time.process_time(), "peak_mb": peak / (2**20 if sys.platform == "darwin" else 2**10)}
