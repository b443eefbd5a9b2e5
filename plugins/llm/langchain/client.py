"""A LangChain chat model, asked for one call of our tool. Imported by `LangChainModel.open` in a thread.

Every error leaves here in our vocabulary, raised outside the handler: a vendor's errors carry request and answer, and
with them the words of patients, so not even the context of ours may hold one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel, FakeMessagesListChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from langsmith import tracing_context

from deskbell import Draft, OutboundError, Prompt, ProviderContext, ProviderNotReady
from plugins.llm.langchain import answer
from plugins.llm.langchain.config import LangChainConfig
from plugins.llm.langchain.errors import refusal
from plugins.llm.lines import again, in_turn
from plugins.llm.reply import PURPOSE, REPLY, schema


class ChatClient:
    """One call, once. Make it in a thread: it loads the vendor's package. Raises `ProviderNotReady`."""

    def __init__(self, config: LangChainConfig, context: ProviderContext) -> None:
        self._config = config
        self._clock = context.clock
        self._model = _made(config, context.binding)
        try:
            self._model.bind_tools([_tool({})], tool_choice=REPLY)
        except NotImplementedError:
            raise ProviderNotReady(
                f"{context.binding}: the chat models of '{config.provider}' take no tools, and the answer is one. "
                "Choose another model."
            ) from None
        asyncio.run(_rehearse())

    async def draft(self, prompt: Prompt, *, deadline: float) -> Draft:
        return answer.draft(await self.ask(prompt, deadline=deadline), prompt.fields, self._config.prices)

    async def ask(self, prompt: Prompt, *, deadline: float) -> Any:
        """The model's message. Raises an `OutboundError`."""
        failure: OutboundError
        try:
            asked = self._model.bind_tools([_tool(prompt.fields)], tool_choice=REPLY)
            # Off, whatever the environment says: a trace would take patients' words to a third party.
            with tracing_context(enabled=False):
                async with asyncio.timeout(deadline):
                    return await asked.ainvoke(_messages(prompt))
        except Exception as error:  # noqa: BLE001 (each vendor's package has errors of its own)
            failure = refusal(error, self._clock.now())
        raise failure


def _made(config: LangChainConfig, binding: str) -> BaseChatModel:
    try:
        if ":" in config.provider:
            module, _, name = config.provider.partition(":")
            made = getattr(import_module(module), name)(model=config.model, **config.arguments)
        else:
            made = init_chat_model(config.model, model_provider=config.provider, **config.arguments)
    except ImportError as error:
        reason = f"a package that '{config.provider}' needs is not installed ({error.name or error})"
    except Exception as error:  # noqa: BLE001 (whatever a vendor's class makes of its settings)
        # Its text may quote the key.
        reason = f"LangChain makes no chat model of provider '{config.provider}' ({type(error).__name__})"
    else:
        if isinstance(made, BaseChatModel):
            return made
        reason = f"'{config.provider}' is no chat model of LangChain's"
    raise ProviderNotReady(f"{binding}: {reason}. See provider, api_key, options, and LangChain's page on the vendor.")


def _tool(fields: Mapping[str, str]) -> dict[str, Any]:
    # In the form that every vendor's package takes.
    return {"type": "function", "function": {"name": REPLY, "description": PURPOSE, "parameters": schema(fields)}}


def _messages(prompt: Prompt) -> list[BaseMessage]:
    """One system message, for some vendors take no more; what changes comes last in it, for their caches' sake."""
    told = [prompt.stable, prompt.turn, again(prompt.refused) if prompt.refused.strip() else ""]
    system = "\n\n".join(part for part in told if part.strip())
    lines = [HumanMessage(text) if side == "user" else AIMessage(text) for side, text in in_turn(prompt.history)]
    return [SystemMessage(system), *lines] if system else list(lines)


async def _rehearse() -> None:
    """One call that goes nowhere: LangChain then has loaded what it loads late."""
    with tracing_context(enabled=False):
        await FakeMessagesListChatModel(responses=[AIMessage("rehearsal")]).ainvoke("rehearsal")
