"""A chat model of LangChain's over HTTP, as vendors' packages bring them, for tests: it speaks to a loopback server.

The wire is the one that most vendors share (chat completions), no further than the tests need.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, convert_to_openai_messages
from langchain_core.messages.tool import tool_call
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import SecretStr


class LoopbackChat(BaseChatModel):
    """Takes the arguments that LangChain's models have in common."""

    model: str
    base_url: str
    api_key: SecretStr
    timeout: float
    max_tokens: int
    max_retries: int

    @property
    def _llm_type(self) -> str:
        return "loopback"

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        choice = {"type": "function", "function": {"name": tool_choice}}
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], tool_choice=choice, **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        raise NotImplementedError

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        said = {"model": self.model, "max_tokens": self.max_tokens, "messages": convert_to_openai_messages(messages)}
        headers = {"authorization": f"Bearer {self.api_key.get_secret_value()}"}
        async with httpx.AsyncClient(timeout=self.timeout, trust_env=False) as http:
            answer = await http.post(f"{self.base_url}/chat/completions", json={**said, **kwargs}, headers=headers)
        answer.raise_for_status()
        return ChatResult(generations=[ChatGeneration(message=_message(answer.json()))])


def _message(answer: Any) -> AIMessage:
    choice, usage = answer["choices"][0], answer["usage"]
    said = choice["message"]
    calls = [tool_call(name=one["name"], args=one["args"], id=one["id"]) for one in said["tool_calls"]]
    return AIMessage(
        content=said["content"] or "",
        tool_calls=calls,
        additional_kwargs={"refusal": said["refusal"]} if said.get("refusal") else {},
        response_metadata={"finish_reason": choice["finish_reason"]},
        usage_metadata=usage,
    )
