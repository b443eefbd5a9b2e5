"""A request in Claude's Messages format: checked as the real services check it, and read for the answer."""

from __future__ import annotations

import json as jsonlib
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import Field, ValidationError, model_validator

from deskbell import Settings
from sandbox.bedrock.errors import ModelError

#: Versions of the API that the services know; the newest takes no sampling settings.
VERSIONS = {"bedrock": ("bedrock-2023-05-31", "2026-10-21"), "anthropic": ("2023-06-01", "2026-10-21")}
NEWEST = "2026-10-21"

#: Ids that carry a version of their own do not know the newest API, and want an inference profile's prefix.
_OWN_VERSION = re.compile(r"anthropic\.claude-(?:.+-v\d+(?::\d+)?|sonnet-4-6)$")
_CLAUDE = re.compile(r"(?:[a-z]{2,6}\.)?anthropic\.claude-[a-z0-9.:-]+|arn:aws[a-z-]*:bedrock:.+")
_CHECK_TOKENS = 16

_Words = Annotated[str, Field(min_length=1)]


class _Mark(Settings):
    type: Literal["ephemeral"]
    ttl: Literal["5m", "1h"] = "5m"


class _Text(Settings):
    type: Literal["text"]
    text: Annotated[str, Field(pattern=r"\S")]
    cache_control: _Mark | None = None


class _Message(Settings):
    role: Literal["user", "assistant"]
    content: _Words | Annotated[list[_Text], Field(min_length=1)]


class _Tool(Settings):
    name: str = Field(pattern=r"^[a-zA-Z0-9_-]{1,128}$")
    description: str = ""
    input_schema: dict[str, Any]
    cache_control: _Mark | None = None

    @model_validator(mode="after")
    def _is_an_object(self) -> Self:
        if self.input_schema.get("type") != "object":
            raise ValueError("input_schema.type: Input should be 'object'")
        return self


class _Choice(Settings):
    type: Literal["auto", "any", "tool", "none"]
    name: str | None = None
    disable_parallel_tool_use: bool = False


class _Thinking(Settings):
    type: Literal["disabled"]


class _Body(Settings):
    """What both services take. Thinking does not go with a forced tool, so that only "disabled" is played."""

    max_tokens: int = Field(ge=1, le=128_000, strict=True)
    messages: Annotated[list[_Message], Field(min_length=1)]
    system: _Words | list[_Text] = ""
    tools: list[_Tool] = Field(default_factory=list)
    tool_choice: _Choice | None = None
    thinking: _Thinking | None = None
    stop_sequences: list[str] = Field(default_factory=list)
    temperature: float | None = Field(None, ge=0, le=1)
    top_p: float | None = Field(None, ge=0, le=1)
    top_k: int | None = Field(None, ge=0)
    metadata: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        roles = [message.role for message in self.messages]
        if roles[0] != "user" or any(one == other for one, other in pairwise(roles)):
            raise ValueError('messages: roles must alternate between "user" and "assistant", and begin with "user"')
        if roles[-1] != "user":
            raise ValueError("messages: this model does not support assistant message prefill")
        chosen = self.tool_choice
        if chosen and not self.tools:
            raise ValueError("tool_choice: may only be given with tools")
        if chosen and chosen.type == "tool" and chosen.name not in {tool.name for tool in self.tools}:
            raise ValueError("tool_choice: Tool is not among the given tools")
        blocks: list[_Tool | _Text] = [*self.tools, *(self.system if isinstance(self.system, list) else [])]
        if sum(block.cache_control is not None for block in blocks) > 4:
            raise ValueError("A maximum of 4 blocks with cache_control may be provided")
        return self


class _BedrockBody(_Body):
    anthropic_version: str
    anthropic_beta: list[str] = Field(default_factory=list)


class _AnthropicBody(_Body):
    model: str = Field(min_length=1)
    stream: Literal[False] = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What the answer depends on."""

    model: str
    system: str = field(repr=False)
    #: The last message of the patient's.
    text: str = field(repr=False)
    #: The part of the request that a cache would know again, None without a mark.
    prefix: str | None = field(repr=False)
    length: int
    #: The tool that must be called, and the facts that it can report.
    tool: str | None
    facts: tuple[str, ...]
    #: A request for a handful of tokens: somebody looks whether the line works.
    is_check: bool


def read(provider: str, raw: bytes, *, model: str | None = None, version: str | None = None) -> Asked:
    """Raises `ModelError`. Bedrock has the model in the address and the version in the body; Anthropic the reverse."""
    try:
        given = jsonlib.loads(raw)
    except (ValueError, RecursionError):
        raise ModelError("invalid", "The request body is not JSON.") from None
    body: _BedrockBody | _AnthropicBody
    try:
        body = (_BedrockBody if provider == "bedrock" else _AnthropicBody).model_validate(given)
    except ValidationError as problems:
        problem = problems.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(step) for step in problem["loc"])
        message = problem["msg"].removeprefix("Value error, ")
        raise ModelError("invalid", f"{place}: {message}" if place else message) from None
    if isinstance(body, _BedrockBody):
        name, version = model or "", body.anthropic_version
        _check_bedrock_model(name, version)
    else:
        name = body.model
    if version not in VERSIONS[provider]:
        raise ModelError("invalid", f"anthropic_version: {version!r} is not a valid version")
    sampling = [one for one in ("temperature", "top_p", "top_k") if getattr(body, one) is not None]
    if sampling and version == NEWEST:
        raise ModelError("invalid", f"{sampling[0]}: Extra inputs are not permitted")
    return _asked(body, name, len(raw))


def _check_bedrock_model(model: str, version: str) -> None:
    if not _CLAUDE.fullmatch(model):
        raise ModelError("invalid", "The provided model identifier is invalid.")
    if _OWN_VERSION.search(model):
        if model.startswith("anthropic."):
            raise ModelError(
                "invalid",
                f"Invocation of model ID {model} with on-demand throughput isn’t supported. Retry your request with "
                "the ID or ARN of an inference profile that contains this model.",
            )
        if version == NEWEST:
            raise ModelError("invalid", f"anthropic_version: {version!r} is not supported by this model")


def _asked(body: _Body, model: str, length: int) -> Asked:
    system = [_Text(type="text", text=body.system)] if body.system and isinstance(body.system, str) else body.system
    blocks = system if isinstance(system, list) else []
    marks = [n for n, block in enumerate(blocks) if block.cache_control]
    prefix = None
    if marks:
        kept = [tool.model_dump() for tool in body.tools], [block.text for block in blocks[: marks[-1] + 1]]
        prefix = jsonlib.dumps([model, *kept])
    last = body.messages[-1].content
    tool = _forced(body)
    return Asked(
        model=model,
        system="\n\n".join(block.text for block in blocks),
        text=last if isinstance(last, str) else "\n".join(block.text for block in last),
        prefix=prefix,
        length=length,
        tool=tool.name if tool else None,
        facts=_facts(tool) if tool else (),
        is_check=body.max_tokens <= _CHECK_TOKENS,
    )


def _forced(body: _Body) -> _Tool | None:
    chosen = body.tool_choice
    if not chosen or chosen.type not in ("tool", "any"):
        return None
    return next((tool for tool in body.tools if chosen.name in (None, tool.name)), None)


def _facts(tool: _Tool) -> tuple[str, ...]:
    """The names under ``facts[].name`` of the tool's schema."""
    found: Any = tool.input_schema
    for step in ("properties", "facts", "items", "properties", "name", "enum"):
        found = found.get(step) if isinstance(found, dict) else None
    return tuple(str(name) for name in found) if isinstance(found, list) else ()
