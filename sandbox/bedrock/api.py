"""The HTTP APIs of Bedrock's runtime (InvokeModel) and of Anthropic (Messages), without streaming."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any

from sanic import Blueprint, HTTPResponse, Request, json

from sandbox.bedrock import request as messages
from sandbox.bedrock import signature
from sandbox.bedrock.calls import ModelCall, ModelCalls
from sandbox.bedrock.errors import ModelError
from sandbox.bedrock.request import Asked
from sandbox.bedrock.said import Said, hostile, scripted, suggested
from sandbox.bedrock.script import Script, Step
from sandbox.keys import Keys
from sandbox.provider_calls import Handler, ProviderCalls

_TOKEN = 4  # characters, roughly
#: Prefixes that the played cache remembers.
_CACHED = 10_000


class ModelApi:
    """The handlers of both faces, over one `Script`."""

    def __init__(self, keys: Keys, script: Script, calls: ModelCalls) -> None:
        self._keys = keys
        self._script = script
        self._calls = calls
        self._cache: set[str] = set()

    def bedrock(self, name: str, calls: ProviderCalls) -> Blueprint:
        blueprint = Blueprint(name, url_prefix="/bedrock")
        route = self._route("bedrock", calls, self.invoke)
        blueprint.add_route(route, "/model/<model:str>/invoke", methods=["POST"], unquote=True)
        return blueprint

    def anthropic(self, name: str, calls: ProviderCalls) -> Blueprint:
        blueprint = Blueprint(name, url_prefix="/anthropic")
        blueprint.add_route(self._route("anthropic", calls, self.create), "/v1/messages", methods=["POST"])
        return blueprint

    def invoke(self, request: Request, model: str) -> HTTPResponse:
        signature.check(request.headers, self._keys.aws_access_key)
        return self._answer(request, messages.read("bedrock", request.body, model=model))

    def create(self, request: Request) -> HTTPResponse:
        given = request.headers.get("x-api-key") or request.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode(), self._keys.anthropic_api_key.encode()):
            raise ModelError("stranger", "invalid x-api-key")
        version = request.headers.get("anthropic-version")
        return self._answer(request, messages.read("anthropic", request.body, version=version))

    def _route(self, provider: str, calls: ProviderCalls, handler: Handler) -> Callable[..., Any]:
        """Notes the call, and turns `ModelError` into the provider's answer."""

        def guarded(request: Request, **parts: str) -> HTTPResponse:
            try:
                return handler(request, **parts)
            except ModelError as error:
                noted: ModelCall = request.ctx.model_call
                noted.answered = noted.answered or "refused"
                return error.response(provider)

        guarded.__name__ = handler.__name__
        framed = calls.handle("send", guarded)

        async def route(request: Request, **parts: str) -> HTTPResponse:
            noted = request.ctx.model_call = self._calls.note(provider, request)
            request.ctx.late = 0.0
            response = await framed(request, **parts)
            await asyncio.sleep(request.ctx.late)
            noted.status = response.status
            return response

        route.__name__ = framed.__name__
        return route

    # ---- the answer ----------------------------------------------------------------------------------------

    def _answer(self, request: Request, asked: Asked) -> HTTPResponse:
        noted: ModelCall = request.ctx.model_call
        taken = None if asked.is_check else self._script.take(asked)
        if taken is None:
            noted.answered = "check" if asked.is_check else "suggested"
            return self._message(asked, suggested(asked))
        step, found = taken
        noted.answered = step.fault or "reply"
        if step.reply is not None:
            return self._message(asked, scripted(step.reply, asked, found))
        return self._faulty(request, step, asked)

    def _faulty(self, request: Request, step: Step, asked: Asked) -> HTTPResponse:
        match step.fault:
            case "throttle":
                raise ModelError("throttle", "Too many requests, please wait before trying again.")
            case "error":
                raise ModelError("error", "The system encountered an unexpected error during processing.")
            case "slow":
                request.ctx.late = step.seconds
                return self._message(asked, suggested(asked))
            case "malformed":
                return self._message(asked, arguments={"text": 42, "facts": "none"})
            case "no_reply":
                return self._message(asked, content=[{"type": "text", "text": suggested(asked).words}], stop="end_turn")
            case "truncated":
                return self._message(asked, arguments={"words": "We would love to"}, stop="max_tokens")
            case "refusal":
                return self._message(asked, content=[], stop="refusal")
            case "guardrail":
                blocked = [{"type": "text", "text": "Sorry, I cannot answer this."}]
                return self._message(asked, content=blocked, stop="end_turn", guardrail="INTERVENED")
        return self._message(asked, hostile(str(step.fault), asked))

    def _message(
        self,
        asked: Asked,
        said: Said | None = None,
        *,
        arguments: Any = None,
        content: list[dict[str, Any]] | None = None,
        stop: str = "tool_use",
        guardrail: str | None = None,
    ) -> HTTPResponse:
        """A message that calls the tool, with `said` or any `arguments`, or that holds `content` instead."""
        if content is None and asked.tool is None:
            content, stop = [{"type": "text", "text": said.words if said else str(arguments)}], "end_turn"
        if content is None:
            call = arguments if said is None else said.arguments
            tool = {"type": "tool_use", "id": f"toolu_{secrets.token_hex(12)}", "name": asked.tool, "input": call}
            content = [tool]
        message = {
            "id": f"msg_{secrets.token_hex(12)}",
            "type": "message",
            "role": "assistant",
            "model": asked.model,
            "content": content,
            "stop_reason": stop,
            "stop_sequence": None,
            "usage": self._usage(asked, content),
        }
        if guardrail:
            message["amazon-bedrock-guardrailAction"] = guardrail
        return json(message, headers={"x-amzn-requestid": secrets.token_hex(16)})

    def _usage(self, asked: Asked, content: list[dict[str, Any]]) -> dict[str, int]:
        """Tokens by length, and the cache as it would have served."""
        prefix = asked.prefix or ""
        known, prefix_tokens = self._remember(prefix), len(prefix) // _TOKEN
        return {
            "input_tokens": max(1, asked.length // _TOKEN - prefix_tokens),
            "cache_creation_input_tokens": 0 if known else prefix_tokens,
            "cache_read_input_tokens": prefix_tokens if known else 0,
            "output_tokens": max(1, len(str(content)) // _TOKEN),
        }

    def _remember(self, prefix: str) -> bool:
        digest = hashlib.sha256(prefix.encode()).hexdigest()
        known = digest in self._cache
        if len(self._cache) >= _CACHED:
            self._cache.clear()
        self._cache.add(digest)
        return known
