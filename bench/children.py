"""The outer side of the bench's processes: starting one, asking it, stopping it."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from types import TracebackType
from typing import Any, Self

#: An answer takes at most this long: a part that hangs is a failure, not a slow figure.
_PATIENCE_SECONDS = 120


class Child:
    """One process of the bench, running ``bench.<role>``. An async context manager."""

    def __init__(self, role: str, folder: Path, **settings: Any) -> None:
        """`settings` are the role's arguments; what the process logs goes to a file in `folder`."""
        self.role = role
        self._settings = settings
        self._log = folder / f"{role}-{id(self):x}.log"
        self._process: Process | None = None
        #: What the process said when it was ready.
        self.ready: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", f"bench.{self.role}", json.dumps(self._settings)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                limit=2**24,
            )
        self.ready = await self._line()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._running
        if process.stdin:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), 30)
        except TimeoutError:
            process.kill()
            await process.wait()

    async def ask(self, do: str, **arguments: Any) -> Any:
        """What the process answers. Raises `RuntimeError`, with the end of its log, when it died or hangs."""
        process = self._running
        assert process.stdin
        process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        return await self._line()

    @property
    def _running(self) -> Process:
        assert self._process, "a child is asked inside its `async with` only"
        return self._process

    async def _line(self) -> Any:
        stdout = self._running.stdout
        assert stdout
        try:
            line = await asyncio.wait_for(stdout.readline(), _PATIENCE_SECONDS)
        except TimeoutError:
            line = b""
        if not line:
            tail = self._log.read_text(errors="replace")[-3000:]
            raise RuntimeError(f"the bench's process '{self.role}' gave no answer; its log ends:\n{tail}")
        return json.loads(line)
