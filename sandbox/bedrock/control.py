"""The control API's part about models: what they shall say, and what they were told."""

from __future__ import annotations

from sanic import Blueprint, HTTPResponse, Request, json

from sandbox.bedrock.calls import ModelCalls
from sandbox.bedrock.script import Script, Step
from sandbox.guard import Guard
from sandbox.requests import Refused, convert, read_json

_MOST_STEPS = 1_000


class ModelControl:
    """The handlers under ``/api/llm``."""

    def __init__(self, script: Script, calls: ModelCalls, guard: Guard) -> None:
        self._script = script
        self._calls = calls
        self._guard = guard

    def blueprint(self, name: str) -> Blueprint:
        blueprint = Blueprint(name, url_prefix="/api/llm")
        for method, path, answer in (
            ("GET", "/script", self.script),
            ("POST", "/script", self.extend),
            ("DELETE", "/script", self.forget),
            ("GET", "/calls", self.calls),
            ("DELETE", "/calls", self.forget_calls),
        ):
            blueprint.add_route(self._guard.guarded(answer), path, methods=[method])
        return blueprint

    async def script(self, request: Request) -> HTTPResponse:
        return json(self._script.all())

    async def extend(self, request: Request) -> HTTPResponse:
        given = read_json(request)
        steps = given if isinstance(given, list) else [given]
        if len(steps) > _MOST_STEPS:
            raise Refused("too many steps", f"at most {_MOST_STEPS} at once")
        # All of them are read before the first is added.
        self._script.add([convert(step, Step) for step in steps])
        return json(self._script.all())

    async def forget(self, request: Request) -> HTTPResponse:
        self._script.clear()
        return json([])

    async def calls(self, request: Request) -> HTTPResponse:
        since = request.args.get("since", "0")
        if not since.isdecimal():
            raise Refused("since: is no whole number", "the id of the last call that you have")
        return json(self._calls.since(int(since)))

    async def forget_calls(self, request: Request) -> HTTPResponse:
        self._calls.clear()
        return json([])
