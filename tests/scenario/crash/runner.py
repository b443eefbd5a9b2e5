"""Real Deskbell processes for the crash tests: started in a moment, killed at a named step of the engine.

The script loads everything heavy once and then forks a process for each line that it reads: a JSON object with

    environment   what the process finds in its environment
    serve, work   whether it takes webhooks, whether it runs turns
    trap          null, or {"step", "nth", "number"}: the signal it sends itself as it reaches the step that often
    log           file for what it prints

It answers ``{"pid"}``, and later ``{"pid", "code"}`` when that process has ended or ``{"pid", "stopped"}`` when it
was frozen. SIGTERM stops such a process gracefully, as it does `deskbell serve`.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import traceback
from datetime import timedelta
from typing import Any

import telnyx
import uvloop

import plugins.channels.telnyx.client
from core import log
from core.config.settings import load_runtime
from core.engine.engine import Tuning
from core.engine.steps import Step
from core.plugins import load_catalogue
from core.runtime.runtime import running
from deskbell import CallNext, Settings, Stage, Turn, hookimpl

#: Everything that bridges a crash is quick, so that a test waits seconds and not minutes. What is forgotten is not
#: woken again within a test: a wake that only the last safety net finds counts as lost here.
TUNING = Tuning(
    concurrency=100,
    heartbeat=timedelta(milliseconds=400),
    margin=timedelta(milliseconds=500),
    lease=timedelta(seconds=2),
    sweep_every=timedelta(milliseconds=150),
    grace=timedelta(milliseconds=200),
    forgotten_after=timedelta(hours=1),
)


#: What more texts would make an answer that is cut into parts, wherever a word ends.
_AT_MOST = 40


class Echo(Stage[Settings]):
    """Answers with what it heard, after a moment's thought: so that answers show which texts they cover."""

    name = "echo"

    async def __call__(self, turn: Turn, call_next: CallNext) -> None:
        await asyncio.sleep(0.02)
        heard = [text.text for text in turn.texts]
        for begin in range(0, len(heard), _AT_MOST):
            turn.say("+".join(heard[begin : begin + _AT_MOST]))


class EchoPlugin:
    plugin_name = "echo"

    @hookimpl
    def register_stages(self) -> list[type[Stage[Any]]]:
        return [Echo]


class Trap:
    """Sends this process a signal as it reaches `step` for the `nth` time."""

    def __init__(self, step: str, nth: int, number: str) -> None:
        self._step = Step(step)
        self._left = nth
        self._number = signal.Signals[number]

    def __call__(self, step: Step) -> None:
        if step is self._step:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), self._number)


async def serve(order: dict[str, Any]) -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    trap = {"on_step": Trap(**order["trap"])} if order["trap"] else {}
    async with running(
        load_runtime(order["environment"]),
        load_catalogue([plugins.channels.telnyx, EchoPlugin()]),
        order["environment"],
        serve=order["serve"],
        work=order["work"],
        tuning=TUNING,
        **trap,
    ):
        await told.wait()


def say(**what: Any) -> None:
    # One write, so that the signal handler never finds a half-written line.
    os.write(1, (json.dumps(what) + "\n").encode())


def reap(*_: object) -> None:
    """Tells of every process that ended or was frozen."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
        except ChildProcessError:
            return
        if pid == 0:
            return
        if os.WIFSTOPPED(status):
            say(pid=pid, stopped=True)
        else:
            say(pid=pid, code=os.waitstatus_to_exitcode(status))


def child(order: dict[str, Any]) -> int:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    log.set_up("console")
    try:
        uvloop.run(serve(order))
    except Exception:  # noqa: BLE001 - whatever it is, this is where the process ends
        traceback.print_exc()
        return 1
    return 0


def main() -> None:
    signal.signal(signal.SIGCHLD, reap)
    # The SDK loads its resources as they are first touched, which takes two seconds.
    _ = telnyx.AsyncTelnyx(api_key="none").messages.with_raw_response
    say(ready=True)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = child(order)
            sys.stderr.flush()
            os._exit(code)
        say(pid=pid)


if __name__ == "__main__":
    main()
