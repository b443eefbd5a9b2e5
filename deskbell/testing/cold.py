"""A contract's `cold_start` in a process that has loaded nothing: ``python -m deskbell.testing.cold <file> <class>``.

What a provider loads late is already there in a test run that has used it once; only a fresh process shows whether
loading it holds up the event loop.
"""

from __future__ import annotations

import asyncio
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from operator import attrgetter
from typing import Any

from deskbell.testing.loopwatch import LoopWatch

_STARTS = 3


def hold_ups(contract: type[Any], allowed: float) -> dict[str, float]:
    """How long each step of ``contract().cold_start()`` held up the loop, in seconds: the best of three starts, or the
    first in which none took longer than `allowed`."""
    measured: list[dict[str, float]] = []
    while len(measured) < _STARTS and not any(max(one.values()) <= allowed for one in measured):
        measured.append(_in_a_fresh_process(contract))
    return min(measured, key=lambda one: max(one.values()))


async def measured(steps: Mapping[str, Callable[[], Awaitable[object]]]) -> dict[str, float]:
    """Takes the steps one after another: what a `cold_start` gives back."""
    longest = {}
    for name, step in steps.items():
        async with LoopWatch() as watch:
            await step()
        longest[name] = watch.longest
    return longest


def _in_a_fresh_process(contract: type[Any]) -> dict[str, float]:
    result = subprocess.run(  # noqa: S603 (our own interpreter and module)
        [sys.executable, "-m", __name__, inspect.getfile(contract), contract.__qualname__],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    longest: dict[str, float] = json.loads(result.stdout.splitlines()[-1])
    return longest


def main(file: str, qualified_name: str) -> None:
    spec = spec_from_file_location("contract_under_test", file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file} is not a Python module")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    longest = asyncio.run(attrgetter(qualified_name)(module)().cold_start())
    sys.stdout.write(json.dumps(longest) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
